import { type Moments, meanOf, varianceOf } from './moments.ts'

export interface Estimate {
  readonly mean: number
  readonly variance: number
}

/** Scores that the route's mean counts for in the baseline's of a segment, and the difference in a candidate's. */
const baselinePrior = 4
const livePrior = 20
/** A handful of scores that all agree do not make a cell certain. */
const leastVariance = 0.02

/**
 * How much better a candidate is than the baseline, segment by segment and then averaged (Mantel-Haenszel). A
 * candidate that is drawn more often where questions are easy gains nothing by it.
 */
export function stratifiedDifference(own: readonly Moments[], baseline: readonly Moments[]): number {
  let sum = 0
  let weight = 0
  for (const [segment, moments] of own.entries()) {
    const base = baseline[segment]
    if (base === undefined || moments.n === 0 || base.n === 0) continue
    const h = (moments.n * base.n) / (moments.n + base.n)
    sum += h * (meanOf(moments) - meanOf(base))
    weight += h
  }
  return weight > 0 ? sum / weight : 0
}

export function baselineEstimate(own: Moments, routeMean: number): Estimate {
  const n = own.n + baselinePrior
  const mean = (own.sum + baselinePrior * routeMean) / n
  return { mean, variance: spread(own, mean) / (own.n + baselinePrior / 2) }
}

/** `expected` is the baseline's quality in the segment and the candidate's difference on the route. */
export function liveEstimate(own: Moments, expected: number): Estimate {
  const mean = (own.sum + livePrior * expected) / (own.n + livePrior)
  return { mean, variance: spread(own, mean) / (own.n + livePrior / 2) }
}

/** Scores of 0 and 1 have the variance of their mean; of others it is what was seen, once enough was. */
function spread(own: Moments, mean: number): number {
  const binary = Math.max(mean * (1 - mean), leastVariance)
  const isBinary = Math.abs(own.sum - own.squares) < 1e-9 * Math.max(1, own.n)
  if (isBinary) return binary
  // Nothing between 0 and 1 varies more than what is only 0 or 1.
  return Math.max(leastVariance / 2, (varianceOf(own) * own.n + binary * livePrior) / (own.n + livePrior))
}
