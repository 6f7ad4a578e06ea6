/** Unit length, one byte a dimension: the largest is 127. */
export function quantised(vector: ArrayLike<number>): Int8Array {
  let largest = 0
  for (let index = 0; index < vector.length; index += 1)
    largest = Math.max(largest, Math.abs(vector[index] ?? 0))
  const bytes = new Int8Array(vector.length)
  if (largest === 0 || !Number.isFinite(largest)) return bytes
  for (let index = 0; index < vector.length; index += 1)
    bytes[index] = Math.round(((vector[index] ?? 0) * 127) / largest)
  return bytes
}

export function norm(bytes: Int8Array): number {
  let sum = 0
  for (const value of bytes) sum += value * value
  return Math.sqrt(sum)
}

export const simHashWords = 8
const bits = 256

/**
 * Signs of 256 directions, eight words: close vectors differ in few bits. The directions are those of a random rotation:
 * signs are turned at random and everything is mixed with everything (Walsh and Hadamard), twice, which costs n log n
 * where 256 products with random vectors would cost 256 n.
 */
export function simHash(vector: Int8Array, into: Int32Array, at: number): void {
  let size = bits
  while (size < vector.length) size *= 2
  const mixed = new Int32Array(size)
  mixed.set(vector)
  for (const round of [1, 2]) {
    turn(mixed, round)
    mix(mixed)
  }
  for (let word = 0; word < simHashWords; word += 1) {
    let signs = 0
    for (let bit = 0; bit < 32; bit += 1) if ((mixed[word * 32 + bit] as number) > 0) signs |= 1 << bit
    into[at + word] = signs
  }
}

/** The same signs everywhere: hashes of one process are compared with those of another. */
function turn(values: Int32Array, round: number): void {
  let state = Math.imul(round, 0x9e3779b1) | 1
  for (let at = 0; at < values.length; at += 32) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    for (let bit = 0; bit < 32; bit += 1)
      if (((state >>> bit) & 1) === 1) values[at + bit] = -(values[at + bit] as number)
  }
}

function mix(values: Int32Array): void {
  for (let half = 1; half < values.length; half *= 2) {
    for (let from = 0; from < values.length; from += half * 2) {
      for (let at = from; at < from + half; at += 1) {
        const a = values[at] as number
        const b = values[at + half] as number
        values[at] = a + b
        values[at + half] = a - b
      }
    }
  }
}
