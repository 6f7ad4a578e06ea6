import { distance } from 'fastest-levenshtein'
import { type Difference, differenceOf, type Reading, readingOf, saysSomethingElse } from './new-question.ts'
import { complaint, plain } from './rephrase-words.ts'

/** `repeat`: the same again. `rephrase`: the same in other words: the answer did not help. */
export type Likeness = 'repeat' | 'rephrase' | 'other'

const charsMin = 16
// Comparing takes time with the square of the length: 11 µs here, a hundred times that at 2,048.
const charsMax = 256
const repeatMin = 0.95
const rephraseMin = 0.6
/** Fewer words in common are not looked at letter by letter. */
const sharedMin = 0.5
const turnsBack = 3

/** How the newest turn of a person stands to the three before it; the nearest counts. */
export function likenessOf(newest: string, before: readonly string[]): Likeness {
  const text = normalised(newest)
  if (text.length < charsMin) return 'other'
  let own: Reading | undefined
  let best: Likeness = 'other'
  for (const earlier of before.slice(-turnsBack)) {
    const other = normalised(earlier)
    if (other.length < charsMin) continue
    if (text === other) return 'repeat'
    own ??= readingOf(text)
    const found = compare(own, readingOf(other), newest)
    if (found === 'repeat') return 'repeat'
    if (found === 'rephrase') best = 'rephrase'
  }
  return best
}

function compare(own: Reading, other: Reading, newest: string): Likeness {
  const difference = differenceOf(own, other)
  // The cheapest comes first: most turns are new questions, and no part of them has what the whole lacks.
  if (difference.kept < sharedMin) return isSpacedOtherwise(own.text, other.text) ? 'repeat' : 'other'
  const found = weigh(own, other, difference)
  if (found !== 'other') return found
  const isInside = partsOf(newest, own.text).some((part) => {
    const reading = readingOf(part)
    return weigh(reading, other, differenceOf(reading, other)) !== 'other'
  })
  return isInside ? 'rephrase' : 'other'
}

/** Where words are not set apart, a comma more or less is all that the same text may differ in. */
function isSpacedOtherwise(own: string, other: string): boolean {
  return own.replaceAll(' ', '') === other.replaceAll(' ', '')
}

function weigh(own: Reading, other: Reading, difference: Difference): Likeness {
  if (difference.shared < sharedMin || saysSomethingElse(own, other, difference)) return 'other'
  // Whoever asks again turns the sentence round and keeps the words that carry it.
  const isAlike = difference.shared >= rephraseMin
  const likeness = likenessIn(own.text, other.text, isAlike ? repeatMin : rephraseMin)
  if (likeness >= repeatMin) return 'repeat'
  if (isAlike || likeness >= rephraseMin) return 'rephrase'
  return likenessIn(sorted(own), sorted(other), rephraseMin) >= rephraseMin ? 'rephrase' : 'other'
}

function sorted({ content }: Reading): string {
  return [...content].sort().join(' ')
}

/** 1 for the same letters; 0 where the lengths alone put the limit out of reach. */
function likenessIn(own: string, other: string, limit: number): number {
  const longer = Math.max(own.length, other.length)
  if (longer === 0 || Math.min(own.length, other.length) / longer < limit) return 0
  return 1 - distance(own, other) / longer
}

/** Lower case, no accents, no punctuation, single spaces. What English writes with an apostrophe is one word. */
export function normalised(text: string): string {
  return plain(text.slice(0, charsMax * 2).toLowerCase())
    .replace(/n['’]t\b/g, 'nt')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim()
    .slice(0, charsMax)
}

/** What is left of a turn without a complaint in front or an explanation behind. */
function partsOf(newest: string, text: string): string[] {
  const parts = new Set([text.replace(complaint, '')])
  const sentences = newest.slice(0, charsMax * 2).split(/(?<=[.?!:;…])\s+|\n+/, sentencesMax + 1)
  // A longer text is material rather than talk.
  if (sentences.length <= sentencesMax) {
    for (let at = 1; at < sentences.length; at += 1) {
      parts.add(normalised(sentences.slice(at).join(' ')).replace(complaint, ''))
      parts.add(normalised(sentences.slice(0, at).join(' ')).replace(complaint, ''))
    }
  }
  parts.delete(text)
  return [...parts].filter((part) => part.length >= charsMin)
}

const sentencesMax = 4
