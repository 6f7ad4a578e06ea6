import type { Span } from '../../span.ts'
import { asciiClass, fold, isUnspaced, isWordUnit, small } from '../letters.ts'
import {
  label,
  labelledName,
  lastWordsInFront,
  probably,
  probablyBehind,
  signature,
  surely,
  surelyBehind,
  thingWords,
} from './cues.ts'
import { alsoWords, givenNames, wordsFirst } from './given-names.ts'
import { eachRow, type Row, wordLongest } from './rows.ts'

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
  const isSingle = words.length === 1
  const isGiven = given.has(first.folded)
  // Alone and without a cue a given name stays under the usual threshold: Adam is an optimiser as well.
  const isKnown = isGiven && !(isSingle ? ambiguous : doubtful).has(first.folded)
  const isShouted = isCapitals(text, row)
  const isCued = cueEnds.has(wordInFront(text, start))
  const inFront =
    isCued || hasLineInFront(text, start) ? text.slice(Math.max(0, start - lookBack), start) : ''
  // Most rows end here: no cue in front, and nothing behind that could be one.
  const canFollow = mayOpenCue(text.charCodeAt(end))
  if (inFront === '' && !isKnown && (isShouted || (isSingle && !isGiven && !canFollow))) return 0
  if (words.some((word) => thingWords.has(word.folded) || isCamel(text.slice(word.start, word.end)))) return 0
  if (inFront !== '' && (surely.test(inFront) || signature.test(inFront)))
    return isSingle && first.folded.length < 3 ? 0 : 0.85
  if (isShouted && !isKnown) return 0
  const behind = canFollow ? text.slice(end, end + lookAhead) : ''
  if (surelyBehind.test(behind) && !isShouted) return 0.8
  if (isSingle && !isGiven) return 0
  if (!isGiven && words.some(({ start: from, end: to }) => isAcronym(text.slice(from, to)))) return 0
  if ((isCued && (probably.test(inFront) || label.test(inFront))) || follows || probablyBehind.test(behind))
    return isSingle ? 0.65 : 0.75
  return isKnown && !isShouted ? (isSingle ? 0.45 : 0.7) : 0
}

/** Cues behind a name begin with white space, a comma or an apostrophe. */
const mayOpenCue = (code: number) => code <= 32 || code === 39 || code === 44 || code > 127

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
    ({ start, end }) => end - start > 1 && !isSmall(text, start + 1) && isUpperCase(text, start, end),
  )

const isSmall = (text: string, at: number) => asciiClass(text.charCodeAt(at)) === small

function isUpperCase(text: string, start: number, end: number): boolean {
  const word = text.slice(start, end)
  return word === word.toUpperCase()
}
