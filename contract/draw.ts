import { hash } from 'node:crypto'

const separator = '\u001f'

/** A number in [0, 1) that anyone can recompute: 53 bits of a hash, a double's precision. */
export function drawNumber(parts: { salt: string; route: string; unit: string; n: number }): number {
  return fraction([parts.salt, parts.route, parts.unit, String(parts.n)])
}

/** Which side of a canary a unit is on; independent of its draw. */
export function canaryNumber(salt: string, unit: string): number {
  return fraction([salt, unit])
}

function fraction(parts: readonly string[]): number {
  const digest = hash('sha256', parts.join(separator), 'buffer')
  return (digest.readUIntBE(0, 6) * 32 + (digest.readUInt8(6) >>> 3)) / 2 ** 53
}

/** The share of units that stay with the baseline whatever the weights are: what savings are measured against. */
export const holdoutShare = 0.05

/** Walks the cumulative probabilities; the last one wins when rounding leaves a gap below 1. */
export function pick(probabilities: readonly number[], u: number): number {
  return walk(probabilities, u, 0)
}

/**
 * The same with the baseline's holdout in front: the first 5 % of all units are its own, and the rest of its
 * probability stands in its place among the others. Who is held out stays the same when weights change.
 */
export function pickHeldOut(
  probabilities: readonly number[],
  u: number,
  baseline: number,
): { index: number; isHoldout: boolean } {
  if (u < holdoutShare) return { index: baseline, isHoldout: true }
  const rest = probabilities.map((probability, index) =>
    index === baseline ? probability - holdoutShare : probability,
  )
  return { index: walk(rest, u, holdoutShare), isHoldout: false }
}

function walk(probabilities: readonly number[], u: number, from: number): number {
  let sum = from
  for (let index = 0; index < probabilities.length; index += 1) {
    sum += probabilities[index] ?? 0
    if (sum > u) return index
  }
  return probabilities.findLastIndex((probability) => probability > 0)
}

/** Makes room for the holdout: the baseline's total never falls below its share. */
export function withHoldout(probabilities: readonly number[], baseline: number): number[] {
  return probabilities.map(
    (probability, index) => probability * (1 - holdoutShare) + (index === baseline ? holdoutShare : 0),
  )
}

export function unitHash(unit: string): string {
  return hash('sha256', unit).slice(0, 32)
}
