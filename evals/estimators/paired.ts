import type { Estimate } from './live.ts'
import { added, type Moments, meanOf, noMoments } from './moments.ts'

const pairedPrior = 15
const leastVariance = 0.01

/** Differences on the same prompts; what all segments show together counts for fifteen of them. */
export function pairedEstimate(own: Moments, together: Moments): Estimate {
  const n = own.n + pairedPrior
  const mean = (own.sum + pairedPrior * meanOf(together)) / n
  // Without the others a cell of few pairs that all agree would look certain.
  const square = (own.squares + (pairedPrior * together.squares) / Math.max(together.n, 1)) / n
  return { mean, variance: Math.max(square - mean * mean, leastVariance) / (own.n + pairedPrior / 2) }
}

export function together(cells: readonly Moments[]): Moments {
  return cells.reduce(added, noMoments)
}
