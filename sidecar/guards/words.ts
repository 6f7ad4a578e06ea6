import { betweenWords, nothing, sentenceEnd } from './fold.ts'
import { lexicon } from './lexicon.ts'

/** A word of the lexicon that stands in a text. */
export interface Hit {
  /** Which word of the text it is; the end of a sentence counts for some more. */
  readonly place: number
  readonly sentence: number
  readonly start: number
  readonly end: number
  readonly classes: readonly number[]
}

/** What a word may be, and what it may be if it is written in rot13. */
interface Entry {
  readonly hash: number
  plain: readonly number[]
  turned: readonly number[]
}

/** Words of the lexicon by the hash of their folded letters. */
export interface Vocabulary {
  readonly fold: Uint16Array
  readonly table: readonly (Entry | undefined)[]
  readonly classNumber: ReadonlyMap<string, number>
}

/** More than any rule may step over, so that none goes on in the next sentence. */
const sentencePlaces = 6
const hashStart = 0x811c9dc5
const hashPrime = 0x01000193
/** Letters a word of the lexicon has at most: longer ones need not be looked up. */
const wordCharsMax = 24

export function createVocabulary(fold: Uint16Array): Vocabulary {
  const table: (Entry | undefined)[] = new Array<Entry | undefined>(tableSize).fill(undefined)
  const classNumber = new Map(Object.keys(lexicon).map((name, index) => [name, index]))
  for (const [name, words] of Object.entries(lexicon)) {
    const number = classNumber.get(name) ?? 0
    for (const word of words.split(/\s+/).flatMap(forms)) {
      if (word === '') continue
      const plain = entryFor(table, hashOf(word, fold))
      plain.plain = [...new Set([...plain.plain, number])]
      if (word.length < 3) continue
      const turned = entryFor(table, hashOf(rot13(word), fold))
      turned.turned = [...new Set([...turned.turned, number])]
    }
  }
  return { fold, table, classNumber }
}

/** Some ten times what the lexicon has, twice: most words of a text end at an empty place. */
const tableSize = 32_768

function entryFor(table: (Entry | undefined)[], hash: number): Entry {
  const known = entryOf(table, hash)
  if (known !== undefined) return known
  let at = hash & (tableSize - 1)
  while (table[at] !== undefined) at = (at + 1) & (tableSize - 1)
  const entry: Entry = { hash, plain: [], turned: [] }
  table[at] = entry
  return entry
}

function entryOf(table: readonly (Entry | undefined)[], hash: number): Entry | undefined {
  for (let at = hash & (tableSize - 1); ; at = (at + 1) & (tableSize - 1)) {
    const entry = table[at]
    if (entry === undefined || entry.hash === hash) return entry
  }
}

/** `regel(n|)`: regeln, regel. */
function forms(word: string): string[] {
  const [stem = '', endings] = word.split('(')
  if (endings === undefined) return [stem]
  return endings
    .replace(')', '')
    .split('|')
    .map((ending) => stem + ending)
}

export function rot13(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const code = letter.charCodeAt(0)
    const first = code < 97 ? 65 : 97
    return String.fromCharCode(((code - first + 13) % 26) + first)
  })
}

function hashOf(word: string, fold: Uint16Array): number {
  let hash = hashStart
  for (let at = 0; at < word.length; at += 1)
    hash = Math.imul(hash ^ (fold[word.charCodeAt(at)] ?? 0), hashPrime)
  return hash
}

export interface Hits {
  readonly plain: readonly Hit[]
  readonly turned: readonly Hit[]
}

/** One pass over the text. Letters that stand alone one after another (`i g n o r e`) are one word. */
export function hitsOf(text: string, vocabulary: Vocabulary): Hits {
  const found: Found = { plain: [], turned: [], vocabulary }
  const { fold } = vocabulary
  const spaced = { hash: hashStart, letters: 0, start: 0, sentence: 0 }
  let place = 0
  let sentence = 0
  for (let at = 0; at < text.length; ) {
    const from = at
    for (let code = foldAt(fold, text, at); code <= sentenceEnd && at < text.length; ) {
      if (code === sentenceEnd) {
        place += sentencePlaces
        sentence += 1
      }
      at += 1
      code = foldAt(fold, text, at)
    }
    const start = at
    let hash = hashStart
    let letters = 0
    for (let code = foldAt(fold, text, at); code > sentenceEnd; code = foldAt(fold, text, at)) {
      if (code !== nothing) {
        hash = Math.imul(hash ^ code, hashPrime)
        letters += 1
      }
      at += 1
    }
    if (spaced.letters > 0 && (letters !== 1 || start - from > 1))
      place = endSpaced(found, spaced, place, from)
    if (letters === 1) {
      if (spaced.letters === 0) {
        spaced.start = start
        spaced.sentence = sentence
      }
      spaced.letters += 1
      spaced.hash = Math.imul(spaced.hash ^ foldAt(fold, text, at - 1), hashPrime)
    } else if (letters > 0) {
      place += 1
      if (letters <= wordCharsMax) look(found, hash, { place, sentence, start, end: at })
    }
  }
  if (spaced.letters > 0) endSpaced(found, spaced, place, text.length)
  return found
}

interface Found extends Hits {
  readonly plain: Hit[]
  readonly turned: Hit[]
  readonly vocabulary: Vocabulary
}

const foldAt = (fold: Uint16Array, text: string, at: number) => fold[text.charCodeAt(at)] ?? betweenWords

function look(found: Found, hash: number, at: Omit<Hit, 'classes'>): void {
  const entry = entryOf(found.vocabulary.table, hash)
  if (entry === undefined) return
  const { plain, turned } = entry
  if (plain.length > 0) found.plain.push({ ...at, classes: plain })
  if (turned.length > 0) found.turned.push({ ...at, classes: turned })
}

/** A run of single letters is over; it takes the room of one word. */
function endSpaced(
  found: Found,
  spaced: { hash: number; letters: number; start: number; sentence: number },
  place: number,
  end: number,
): number {
  if (spaced.letters > 2)
    look(found, spaced.hash, { place: place + 1, sentence: spaced.sentence, start: spaced.start, end })
  spaced.letters = 0
  spaced.hash = hashStart
  return place + 1
}
