import type { Span } from '../../span.ts'
import { asciiClass, asciiClasses, capital, fold, isUnspaced, isWordUnit, small } from '../letters.ts'
import {
  honorifics,
  label,
  labelledName,
  lastWordsInFront,
  openers,
  particles,
  probably,
  probablyBehind,
  signature,
  surely,
  surelyBehind,
  thingWords,
} from './cues.ts'
import { alsoWords, givenNames, wordsFirst } from './given-names.ts'

export interface NameTables {
  readonly given: ReadonlySet<string>
  readonly ambiguous: ReadonlySet<string>
  readonly doubtful: ReadonlySet<string>
  readonly inFront: ReadonlySet<string>
}

export function createNameTables(): NameTables {
  const lists = Object.values(givenNames).flatMap((list) => list.split(' '))
  const setOf = (words: readonly string[]) => new Set(words.map(fold))
  return {
    given: setOf(lists),
    ambiguous: setOf(alsoWords.split(' ')),
    doubtful: setOf(wordsFirst.split(' ')),
    inFront: lastWordsInFront(),
  }
}

interface Word {
  readonly start: number
  readonly end: number
  readonly folded: string
}

/** Words with capitals in a row: what may be a name. */
interface Row {
  readonly words: readonly Word[]
  readonly hasTitle: boolean
}

/** Names of persons by what stands around them: no recogniser, and no claim to be one. */
export function findNames(text: string, tables: NameTables, found: Span[]): void {
  const persons: Row[] = []
  const singles: Row[] = []
  let lastEnd = -1
  eachRow(text, (row) => {
    const { start, end } = bounds(row)
    const follows =
      lastEnd !== -1 && /^(?:,| and| und| et| y| e| en| og| och| &) $/.test(text.slice(lastEnd, start))
    const score = scoreOf(text, row, tables, follows)
    if (score > 0) {
      found.push({ start, end, type: 'PERSON', score })
      if (score >= 0.8 || tables.given.has(row.words[0]?.folded ?? '')) persons.push(row)
      lastEnd = end
    } else if (row.words.length === 1) singles.push(row)
  })
  addRepeated(persons, singles, found)
  if (!/[\u0590-\uffff]/.test(text)) return
  for (const match of text.matchAll(labelledName)) {
    const name = match[1] ?? ''
    const start = match.index + match[0].length - name.length
    if (isUnspaced(name.charCodeAt(0)) || name.charCodeAt(0) > 0x590)
      found.push({ start, end: start + name.length, type: 'PERSON', score: 0.75 })
  }
}

const bounds = ({ words }: Row) => ({ start: words[0]?.start ?? 0, end: words.at(-1)?.end ?? 0 })

/** Who was named in full is meant by a part of the name as well. */
function addRepeated(persons: readonly Row[], singles: readonly Row[], found: Span[]): void {
  const known = new Set(
    persons
      .filter(({ words }) => words.length > 1)
      .flatMap(({ words }) => [words[0]?.folded ?? '', words.at(-1)?.folded ?? ''])
      .filter((word) => word.length > 2),
  )
  for (const row of known.size === 0 ? [] : singles) {
    if (known.has(row.words[0]?.folded ?? '')) found.push({ ...bounds(row), type: 'PERSON', score: 0.7 })
  }
}

const lookBack = 40
const lookAhead = 48

function scoreOf(
  text: string,
  row: Row,
  { given, ambiguous, doubtful, inFront: cueEnds }: NameTables,
  follows: boolean,
): number {
  const { words, hasTitle } = row
  const first = words[0]
  if (first === undefined) return 0
  const { start, end } = bounds(row)
  if (hasTitle) return 0.85
  if (words.some((word) => thingWords.has(word.folded) || isCamel(text.slice(word.start, word.end)))) return 0
  const isSingle = words.length === 1
  const isGiven = given.has(first.folded)
  // Alone and without a cue a given name stays under the usual threshold: Adam is an optimiser as well.
  const isKnown = isGiven && !(isSingle ? ambiguous : doubtful).has(first.folded)
  const isShouted = isCapitals(text, row)
  const isCued = cueEnds.has(wordInFront(text, start))
  const inFront =
    isCued || hasLineInFront(text, start) ? text.slice(Math.max(0, start - lookBack), start) : ''
  if (inFront !== '' && (surely.test(inFront) || signature.test(inFront)))
    return isSingle && first.folded.length < 3 ? 0 : 0.85
  if (isShouted && !isKnown) return 0
  const behind = text.slice(end, end + lookAhead)
  if (surelyBehind.test(behind) && !isShouted) return 0.8
  if (isSingle && !isGiven) return 0
  if (!isGiven && words.some(({ start: from, end: to }) => isAcronym(text.slice(from, to)))) return 0
  if ((isCued && (probably.test(inFront) || label.test(inFront))) || follows || probablyBehind.test(behind))
    return isSingle ? 0.65 : 0.75
  return isKnown && !isShouted ? (isSingle ? 0.45 : 0.7) : 0
}

/** OpenAI is none, McDonald is. */
const isCamel = (word: string) => /^(?!(?:Mc|Mac|De|Di|La|Le|Van|O['’])[A-Z])\p{L}*\p{Ll}\p{Lu}/u.test(word)

const signsMost = 6

/** The word before, over a few signs. */
function wordInFront(text: string, start: number): string {
  let end = start
  while (end > 0 && start - end < signsMost && !isWordUnit(text.charCodeAt(end - 1))) end -= 1
  let from = end
  while (from > 0 && end - from < wordLongest && isWordUnit(text.charCodeAt(from - 1))) from -= 1
  return fold(text.slice(from, end))
}

const hasLineInFront = (text: string, start: number) =>
  text.slice(Math.max(0, start - signsMost), start).includes('\n')

const isAcronym = (word: string) => word.length > 1 && word === word.toUpperCase()

const isCapitals = (text: string, { words }: Row) =>
  words.every(
    ({ start, end }) => end - start > 1 && text.slice(start, end) === text.slice(start, end).toUpperCase(),
  )

/** Rows longer than a name are titles and headings. */
const wordsMost = 5
const wordLongest = 30

/** Calls `visit` with each row of words with capitals. */
function eachRow(text: string, visit: (row: Row) => void): void {
  let words: Word[] = []
  let hasTitle = false
  let titleEnd = 0
  const finish = () => {
    if (words.length > 0 && words.length <= wordsMost && !words.some(hasDigit)) visit({ words, hasTitle })
    if (words.length > 0) words = []
    hasTitle = false
  }
  let index = 0
  while (index < text.length) {
    const code = text.charCodeAt(index)
    if (code < 128 ? asciiClasses[code] === 0 : !isWordUnit(code)) {
      index += 1
      continue
    }
    if (asciiClasses[code] === small && words.length === 0 && !hasTitle) {
      index = smallEnd(text, index)
      continue
    }
    const end = nameEnd(text, index)
    if (asciiClass(code) === small || !isUpper(text, index) || end - index > wordLongest) {
      // A particle goes on only with a capital behind it.
      const goesOn =
        words.length > 0 && isNext(text, words.at(-1)?.end ?? 0, index) && isParticle(text, index, end)
      if (!goesOn && (words.length > 0 || hasTitle)) finish()
      index = end
      continue
    }
    const word = { start: index, end, folded: fold(text.slice(index, end)) }
    const last = words.at(-1)
    if (last !== undefined && !isGap(text, last.end, index) && !joinsByParticle(text, last.end, index))
      finish()
    if (words.length === 0) hasTitle = hasTitle && isGap(text, titleEnd, index)
    if (words.length === 0 && isTitle(text, word)) {
      hasTitle = true
      titleEnd = end
    } else if (words.length > 0 || !openers.has(word.folded)) words.push(word)
    else hasTitle = false
    index = end
  }
  finish()
}

/** Most words are small letters throughout. */
function smallEnd(text: string, from: number): number {
  let end = from + 1
  while (asciiClasses[text.charCodeAt(end)] === small) end += 1
  return isWordUnit(text.charCodeAt(end)) || text[end] === '_' ? nameEnd(text, end - 1) : end
}

/** "MS Word" and "MX record" are none; "MR SMITH" is. */
function isTitle(text: string, { start, end, folded }: Word): boolean {
  if (!honorifics.has(folded)) return false
  const isShouted = text.slice(start, end) === text.slice(start, end).toUpperCase()
  return !isShouted || /^\.? [A-Z]{2}/.test(text.slice(end, end + 4))
}

const hasDigit = ({ folded }: Word) => /\d|_/.test(folded)

/** Letters, with an apostrophe or hyphen between two of them. */
function nameEnd(text: string, from: number): number {
  let end = from + 1
  while (end < text.length) {
    const code = text.charCodeAt(end)
    const isInner = (code === 39 || code === 0x2019 || code === 45) && isUpperOrMark(text, end)
    if (!isWordUnit(code) && code !== 95 && !isInner) break
    end += 1
  }
  return end
}

/** O'Brien, Jean-Luc; but not "Smith's". */
const isUpperOrMark = (text: string, at: number) =>
  isUpper(text, at + 1) && isWordUnit(text.charCodeAt(at + 1))

function isUpper(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code < 128) return asciiClass(code) === capital
  const letter = text.charAt(at)
  return letter.toLowerCase() !== letter
}

/** One space, behind an initial also a dot. */
function isGap(text: string, from: number, to: number): boolean {
  if (to - from === 1) return text[from] === ' ' || text[from] === '\u00a0'
  return to - from === 2 && text[from] === '.' && text[from + 1] === ' '
}

const isNext = (text: string, from: number, to: number) =>
  isGap(text, from, to) || joinsByParticle(text, from, to)

function isParticle(text: string, start: number, end: number): boolean {
  return (
    particles.has(text.slice(start, end).toLowerCase()) &&
    text[end] === ' ' &&
    isParticleThenName(text, end + 1)
  )
}

const isParticleThenName = (text: string, at: number) => {
  if (isUpper(text, at)) return true
  const end = text.indexOf(' ', at)
  return end !== -1 && end - at < 5 && particles.has(text.slice(at, end)) && isUpper(text, end + 1)
}

function joinsByParticle(text: string, from: number, to: number): boolean {
  if (to - from > 12) return false
  const between = text.slice(from, to).trim()
  return between !== '' && between.split(' ').every((word) => particles.has(word.toLowerCase()))
}
