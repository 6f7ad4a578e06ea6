import { distance } from 'fastest-levenshtein'
import type { KnownWords } from '../language/known-words.ts'

/** Shorter words are too close to each other. */
export const typoLettersMin = 6
const lettersOnly = /^[a-z]+$/

/**
 * A word that exists nowhere and is one slip of the fingers away from a frequent one: two letters turned, one doubled
 * or missing from a double, one left out or struck twice over. A letter in place of another is none: that is how names,
 * medicines and minerals differ.
 */
export function isTypoOf(wrong: string, right: string, known: KnownWords): boolean {
  if (wrong.length < typoLettersMin || wrong[0] !== right[0] || !lettersOnly.test(wrong)) return false
  if (known.frequency(right) === 0 || known.has(wrong)) return false
  return isTurned(wrong, right) || isSlip(wrong, right)
}

/** `recieve` */
function isTurned(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let at = 0
  while (at < a.length && a[at] === b[at]) at += 1
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2)
}

/** `adress`, `cancell`, `pasword`, `accont`; not at the ends, where letters are grammar. */
function isSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) !== 1 || distance(a, b) !== 1) return false
  const [long, short] = a.length > b.length ? [a, b] : [b, a]
  let at = 0
  while (at < short.length && short[at] === long[at]) at += 1
  const isInside = at > 0 && at < long.length - 1
  const isDoubled = long[at] === long[at - 1]
  return isDoubled ? at < long.length - 1 || a === long : isInside
}

/** The frequent words that are a slip away; more than one is no answer. */
export function correctionOf(wrong: string, known: KnownWords): string {
  if (wrong.length < typoLettersMin || !lettersOnly.test(wrong) || known.has(wrong)) return wrong
  let found = ''
  for (const candidate of neighbours(wrong)) {
    if (candidate === found || known.frequency(candidate) === 0 || !isTypoOf(wrong, candidate, known))
      continue
    if (found !== '') return wrong
    found = candidate
  }
  return found === '' ? wrong : found
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz'

/** Everything one turn, one letter less or one more away: some 400 look-ups, and only for words that exist nowhere. */
function* neighbours(word: string): Generator<string> {
  for (let at = 1; at < word.length; at += 1) {
    yield word.slice(0, at) + word.slice(at + 1)
    if (at < word.length - 1)
      yield word.slice(0, at) + (word[at + 1] ?? '') + (word[at] ?? '') + word.slice(at + 2)
    for (const letter of alphabet) yield word.slice(0, at) + letter + word.slice(at)
  }
}
