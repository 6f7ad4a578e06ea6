import { textHash } from '../../text-hash.ts'
import { isIn } from '../regions.ts'
import type { ProviderTarget } from '../route.ts'
import type { TrialAsk } from './health.ts'

/** Below this share of its rate limit a target takes half of the new units. */
const lowShare = 0.1

const coinSeed = 0x9e3779b9

/**
 * How much this target suits the unit: the highest of all is its own. Rendezvous hashing: when a target falls
 * out only its units move, and each to another place. Above 1 for the unit's own, below 0 for who comes last.
 */
export function suits(
  target: ProviderTarget,
  unit: string,
  from: { isNewUnit: boolean; remainingShare: number | undefined },
): number {
  const score = textHash(unit, target.seed) / 2 ** 32
  if (!target.hasKey) return score - 2
  const { isNewUnit, remainingShare } = from
  const isLow = isNewUnit && remainingShare !== undefined && remainingShare < lowShare
  return isLow && (textHash(unit, target.seed ^ coinSeed) & 1) === 1 ? score - 1 : score
}

/** One of those that the ask leaves over. */
export function isAsked(target: ProviderTarget, { regions, only, except }: Partial<TrialAsk>): boolean {
  if (only !== undefined && target !== only) return false
  return isIn(target, regions) && except?.includes(target) !== true
}
