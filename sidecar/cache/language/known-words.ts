import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Which words exist, as a Bloom filter over some 275,000 English words and names (ten bits a word, seven hashes: one
 * stranger in a hundred counts as known, which only leaves its typing error alone), and how often 10,000 of them are
 * used, as a list from the most frequent down.
 */
export interface KnownWords {
  has(word: string): boolean
  /** In how many of `startDocuments` texts the word is expected; 0 for a rare one. */
  frequency(word: string): number
}

/** Texts that the start counts speak of. */
export const startDocuments = 10_000
const hashes = 7

export function loadEnglishWords(): KnownWords {
  const bits = readFileSync(join(import.meta.dirname, 'english-words.bin'))
  const list = readFileSync(join(import.meta.dirname, 'english-frequent.txt'), 'utf8')
    .trim()
    .split(/\s+/)
  const ranks = new Map(list.map((word, index) => [word, index + 1]))
  return {
    has: (word) => ranks.has(word) || isIn(bits, word),
    // Zipf: a word of rank r stands in about one text of r/20, for short texts; never in more than half.
    frequency: (word) => {
      const rank = ranks.get(word)
      return rank === undefined
        ? 0
        : Math.max(1, Math.min(startDocuments / 2, Math.round((startDocuments * 8) / (rank + 15))))
    },
  }
}

/** Read when a word is first asked for: most sidecars never do. */
export function lazyEnglishWords(): KnownWords {
  let loaded: KnownWords | undefined
  const words = () => {
    loaded ??= loadEnglishWords()
    return loaded
  }
  return { has: (word) => words().has(word), frequency: (word) => words().frequency(word) }
}

/** For languages without a list: nothing is known, so nothing is taken for a typing error. */
export const noKnownWords: KnownWords = { has: () => true, frequency: () => 0 }

export function wordBits(words: Iterable<string>, count: number): Buffer {
  const bits = Buffer.alloc(Math.ceil((count * 10) / 8))
  for (const word of words)
    for (const bit of placesOf(word, bits.length * 8))
      bits[bit >> 3] = (bits[bit >> 3] ?? 0) | (1 << (bit & 7))
  return bits
}

function isIn(bits: Buffer, word: string): boolean {
  return placesOf(word, bits.length * 8).every((bit) => ((bits[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0)
}

/** Double hashing: two hashes make all seven. */
function placesOf(word: string, size: number): number[] {
  let a = 0x811c9dc5
  let b = 5381
  for (let at = 0; at < word.length; at += 1) {
    const letter = word.charCodeAt(at)
    a = Math.imul(a ^ letter, 0x01000193)
    b = (Math.imul(b, 33) + letter) | 0
  }
  const step = (b | 1) >>> 0
  return Array.from({ length: hashes }, (_, n) => ((a >>> 0) + n * step) % size)
}
