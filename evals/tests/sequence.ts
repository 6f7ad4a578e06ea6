import { type Moments, meanOf, varianceOf } from '../estimators/moments.ts'

export interface Interval {
  readonly mean: number
  readonly lower: number
  readonly upper: number
}

/** Numbers for which the interval is narrowest. */
const tunedFor = 300
/** Below this the approximation behind it does not hold yet. */
export const leastForInterval = 100

/**
 * Half the width of a confidence sequence for the mean of n numbers: it holds at all times at once, so whoever looks
 * every day is not fooled by the luckiest of the days (asymptotic, after Waudby-Smith and others; alpha is for both sides together).
 */
export function sequenceRadius(n: number, deviation: number, alpha = 0.05): number {
  const inner = -2 * Math.log(alpha)
  const rho2 = (inner + Math.log(inner + 1)) / tunedFor
  const spread = n * rho2 + 1
  return deviation * Math.sqrt(((2 * spread) / (n * n * rho2)) * Math.log(1 + Math.sqrt(spread) / alpha))
}

/** Undefined while there are too few numbers for it. */
export function sequenceInterval(moments: Moments, alpha = 0.05): Interval | undefined {
  if (moments.n < leastForInterval) return undefined
  const mean = meanOf(moments)
  const radius = sequenceRadius(moments.n, Math.sqrt(varianceOf(moments)), alpha)
  return { mean, lower: mean - radius, upper: mean + radius }
}

/** Of the difference of two independent means. */
export function sequenceOfDifference(own: Moments, other: Moments, alpha = 0.05): Interval | undefined {
  if (Math.min(own.n, other.n) < leastForInterval) return undefined
  const n = own.n + other.n
  const deviation = Math.sqrt(n * (varianceOf(own) / own.n + varianceOf(other) / other.n))
  const mean = meanOf(own) - meanOf(other)
  const radius = sequenceRadius(n, deviation, alpha)
  return { mean, lower: mean - radius, upper: mean + radius }
}
