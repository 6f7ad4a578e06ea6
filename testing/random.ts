/** Seeded randomness: a failing fuzz test prints its seed and fails the same way again. */
export interface Random {
  /** In [0, 1). */
  next(): number
  /** An integer in [0, below). */
  int(below: number): number
  pick<T>(items: readonly T[]): T
  chance(probability: number): boolean
  bytes(length: number): Buffer
  /** A random way to cut `whole` into non-empty pieces. */
  split(whole: Buffer, pieceMax: number): Buffer[]
}

/** mulberry32: 32 bits of state are plenty for tests, and it is the same on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (below: number) => Math.floor(next() * below)
  return {
    next,
    int,
    pick: (items) => {
      if (items.length === 0) throw new Error('pick from an empty list')
      return items[int(items.length)] as (typeof items)[number]
    },
    chance: (probability) => next() < probability,
    bytes: (length) => Buffer.from(Array.from({ length }, () => int(256))),
    split: (whole, pieceMax) => {
      const pieces: Buffer[] = []
      for (let at = 0; at < whole.length; ) {
        const length = 1 + int(pieceMax)
        pieces.push(whole.subarray(at, at + length))
        at += length
      }
      return pieces
    },
  }
}
