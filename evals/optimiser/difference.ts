import type { Estimates } from '../estimators/estimates.ts'
import { at, dot, type Matrix, sumOf, weighted } from './matrix.ts'

export interface MixDifference {
  readonly mean: number
  readonly error: number
}

/** What a mix gains on the baseline over all segments, and the standard error of that. */
export function mixDifference(estimates: Estimates, weights: Matrix): MixDifference {
  const { share, difference } = estimates
  const own = sumOf(share, (part, s) => part ** 2 * ownVariance(estimates, s, weights[s] ?? []))
  // What a judge is corrected by is the same in all segments, so its errors add up before they are squared.
  const shared = sumOf(
    estimates.sharedVariance,
    (variance, a) => sumOf(share, (part, s) => part * at(weights, s, a)) ** 2 * variance,
  )
  return { mean: weighted(share, weights, difference), error: Math.sqrt(own + shared) }
}

export function segmentDifference(
  estimates: Estimates,
  segment: number,
  row: readonly number[],
): MixDifference {
  const shared = sumOf(row, (weight, a) => weight ** 2 * (estimates.sharedVariance[a] ?? 0))
  const mean = dot(row, estimates.difference[segment] ?? [])
  return { mean, error: Math.sqrt(ownVariance(estimates, segment, row) + shared) }
}

/** The baseline's scores are in every difference of the segment: their errors too add up before they are squared. */
function ownVariance(estimates: Estimates, segment: number, row: readonly number[]): number {
  const { variance, baselineVariance, baseline } = estimates
  const common = sumOf(row, (weight, a) =>
    a === baseline ? 0 : weight * Math.sqrt(at(baselineVariance, segment, a)),
  )
  return sumOf(row, (weight, a) => weight ** 2 * at(variance, segment, a)) + common ** 2
}
