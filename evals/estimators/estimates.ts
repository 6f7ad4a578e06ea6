import type { Matrix } from '../optimiser/matrix.ts'

/** Of one route: rows are segments, columns candidates, both in the order given. */
export interface Estimates {
  readonly segments: readonly string[]
  readonly candidates: readonly string[]
  readonly baseline: number
  /** Of the traffic. */
  readonly share: readonly number[]
  /** Quality, availability included. */
  readonly quality: Matrix
  /** The same less the baseline's. */
  readonly difference: Matrix
  /** Variance of the difference: what the candidate's own scores leave open, and the part the baseline's do. */
  readonly variance: Matrix
  readonly baselineVariance: Matrix
  /** Of what all segments of a candidate have in common: the correction of its judge. */
  readonly sharedVariance: readonly number[]
  /** US dollars of a request; undefined where nobody knows a price. */
  readonly cost: Matrix
  readonly isPriced: readonly boolean[]
  /** Scores, live and paired, older ones counting less. */
  readonly count: Matrix
  /** Share of requests delivered, by candidate. */
  readonly availability: readonly number[]
}

export function standardError(estimates: Estimates, segment: number, candidate: number): number {
  const { variance, baselineVariance, sharedVariance } = estimates
  return Math.sqrt(
    (variance[segment]?.[candidate] ?? 0) +
      (baselineVariance[segment]?.[candidate] ?? 0) +
      (sharedVariance[candidate] ?? 0),
  )
}
