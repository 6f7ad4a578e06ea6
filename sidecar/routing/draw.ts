import { createHash } from 'node:crypto'

const separator = '\u001f'

/** A number in [0, 1) that anyone can recompute from the record: 53 bits of a hash, a double's precision. */
export function drawNumber(parts: { salt: string; route: string; unit: string; n: number }): number {
  const digest = createHash('sha256')
    .update([parts.salt, parts.route, parts.unit, String(parts.n)].join(separator))
    .digest()
  return (digest.readUIntBE(0, 6) * 32 + (digest.readUInt8(6) >>> 3)) / 2 ** 53
}

/** Walks the cumulative probabilities; the last one wins when rounding leaves a gap below 1. */
export function pick(probabilities: readonly number[], u: number): number {
  let sum = 0
  for (let index = 0; index < probabilities.length; index += 1) {
    sum += probabilities[index] ?? 0
    if (sum > u) return index
  }
  return probabilities.findLastIndex((probability) => probability > 0)
}

export function unitHash(unit: string): string {
  return createHash('sha256').update(unit).digest('hex').slice(0, 32)
}
