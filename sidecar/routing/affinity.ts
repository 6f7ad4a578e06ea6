import { createHash } from 'node:crypto'
import { Lru } from './lru.ts'

const blockBytes = 4096
/** A prompt longer than this is known by its beginning. */
const blocksMax = 256
const hashesMax = 200_000
/** How long most vendors keep a prefix that nobody asks for. */
const lifetimeMs = 5 * 60_000
const firstRatio = 0.8
const newest = 0.1
const candidatesMax = 10_000

/** Fields in the order in which vendors put them before the model. */
const prefixKeys = ['tools', 'system', 'instructions', 'systemInstruction', 'messages', 'input', 'contents']

/** Hashes of a prompt's beginning, one more block each: equal ones stand for equal beginnings. */
export function prefixBlocks(body: { slice(key: string): Buffer | undefined }): readonly number[] {
  const pieces = prefixKeys.flatMap((key) => body.slice(key) ?? [])
  const bytes = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
  const blocks: number[] = []
  let before = 0
  for (let at = 0; at + blockBytes <= bytes.length && blocks.length < blocksMax; at += blockBytes) {
    const hash = createHash('sha1')
      .update(`${before} `)
      .update(bytes.subarray(at, at + blockBytes))
    before = hash.digest().readUIntBE(0, 6)
    blocks.push(before)
  }
  return blocks
}

/**
 * Which candidate has seen which beginning of a prompt lately: what a vendor still has in its cache costs a fraction,
 * so a cheaper price elsewhere may be the dearer choice.
 */
export class PrefixAffinity {
  /** Block and candidate to when it was last sent there. */
  readonly #seen = new Lru<number, number>(hashesMax)
  readonly #ratios = new Lru<string, number>(candidatesMax)
  readonly #numbers = new Map<string, number>()

  sent(candidate: string, blocks: readonly number[], nowAt: number): void {
    for (const block of blocks) this.#seen.set(this.#key(candidate, block), nowAt)
  }

  /** Share of the blocks that its cache should have; how often it had what it should is in it. */
  cachedBlocks(candidate: string, blocks: readonly number[], nowAt: number): number {
    let known = 0
    for (const block of blocks) {
      const at = this.#seen.get(this.#key(candidate, block))
      if (at === undefined || nowAt - at > lifetimeMs) break
      known += 1
    }
    return known * (this.#ratios.get(candidate) ?? firstRatio)
  }

  /** What came of an expectation, both in tokens. */
  learn(candidate: string, expected: number, got: number): void {
    if (expected <= 0) return
    const ratio = this.#ratios.get(candidate) ?? firstRatio
    const seen = Math.min(1.25, got / (expected / ratio))
    this.#ratios.set(candidate, Math.min(1, ratio + (seen - ratio) * newest))
  }

  /** Blocks are 48-bit numbers; one of a candidate is another. */
  #key(candidate: string, block: number): number {
    let number = this.#numbers.get(candidate)
    if (number === undefined) {
      if (this.#numbers.size >= candidatesMax) this.#numbers.clear()
      number = 1 + (createHash('sha1').update(candidate).digest().readUInt32BE(0) % 0xffff)
      this.#numbers.set(candidate, number)
    }
    return (block + number * 0x9e3779b1) % Number.MAX_SAFE_INTEGER
  }
}

export const affinityBlockBytes = blockBytes
