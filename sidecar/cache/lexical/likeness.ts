import type { KnownWords } from '../language/known-words.ts'
import { isTypoOf } from './typo.ts'

/** How rare words are, in the scope that is searched. */
export interface Rarity {
  idf(root: string): number
  readonly known: KnownWords
}

/** Above this a word is rare: the start counts have never seen it, and the scope hardly. */
const rareIdf = 9
const typoShare = 0.9

/** Jaccard of two sets of roots, weighted by how rare they are; left-over words that are slips of each other count in part. */
export function wordLikeness(a: readonly string[], b: readonly string[], rarity: Rarity): number {
  if (a.length === 0 && b.length === 0) return 0
  let common = 0
  let all = 0
  const leftA: string[] = []
  for (const word of a) {
    const weight = rarity.idf(word)
    all += weight
    if (b.includes(word)) common += weight
    else leftA.push(word)
  }
  for (const word of b) {
    if (a.includes(word)) continue
    const weight = rarity.idf(word)
    const slip = leftA.findIndex((other) => isSlip(word, other, rarity))
    if (slip < 0) all += weight
    else {
      const other = rarity.idf(leftA.splice(slip, 1)[0] ?? '')
      common += typoShare * Math.max(weight, other)
      all += Math.max(weight, other) - other
    }
  }
  return all === 0 ? 0 : Math.min(1, common / all)
}

function isSlip(a: string, b: string, { idf, known }: Rarity): boolean {
  if (idf(a) <= rareIdf && idf(b) <= rareIdf) return false
  return isTypoOf(a, b, known) || isTypoOf(b, a, known)
}

export const gramDimensions = 512

/** Counts of hashed runs of three to five letters, signed so that collisions cancel out. */
export function grams(text: string): Int16Array {
  const counts = new Int16Array(gramDimensions)
  const framed = ` ${text.replace(isPlain.test(text) ? plainGaps : gaps, ' ').trim()} `
  const end = framed.length
  for (let from = 0; from + gramMin <= end; from += 1) {
    let hash = 0x811c9dc5
    const last = Math.min(end, from + gramMax)
    for (let at = from; at < last; at += 1) {
      hash = Math.imul(hash ^ framed.charCodeAt(at), 0x01000193)
      if (at - from < gramMin - 1) continue
      const place = hash & (gramDimensions - 1)
      counts[place] = (counts[place] as number) + ((hash & 0x10000) === 0 ? 1 : -1)
    }
  }
  return counts
}

const gramMin = 3
const gramMax = 5
// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what it looks for
const isPlain = /^[\x00-\x7f]*$/
const plainGaps = /[^a-zA-Z0-9]+/g
const gaps = /[^\p{L}\p{N}]+/gu

export function gramCosine(a: Int16Array, b: Int16Array): number {
  let dot = 0
  let ofA = 0
  let ofB = 0
  for (let index = 0; index < gramDimensions; index += 1) {
    const x = a[index] as number
    const y = b[index] as number
    dot += x * y
    ofA += x * x
    ofB += y * y
  }
  return ofA === 0 || ofB === 0 ? 0 : Math.max(0, dot / Math.sqrt(ofA * ofB))
}
