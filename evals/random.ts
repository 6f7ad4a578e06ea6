import { hash } from 'node:crypto'

/** In [0, 1); the same numbers for the same seed on every machine. */
export type Random = () => number

/** sfc32, seeded by a hash of whatever names the run: close seeds give unrelated numbers. */
export function seededRandom(...seed: readonly (string | number)[]): Random {
  const digest = hash('sha256', seed.join('\u001f'), 'buffer')
  let a = digest.readInt32LE(0)
  let b = digest.readInt32LE(4)
  let c = digest.readInt32LE(8)
  let counter = digest.readInt32LE(12)
  return () => {
    const mixed = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + mixed) | 0
    return (mixed >>> 0) / 2 ** 32
  }
}

/** `count` of the numbers below `below`, each at most once, in the order they were drawn. */
export function sampleWithout(random: Random, count: number, below: number): number[] {
  const moved = new Map<number, number>()
  const chosen: number[] = []
  for (let at = 0; at < Math.min(count, below); at += 1) {
    const other = at + Math.floor(random() * (below - at))
    chosen.push(moved.get(other) ?? other)
    moved.set(other, moved.get(at) ?? at)
  }
  return chosen
}
