import type { Estimate } from './live.ts'

/** Means, variances and the covariance that the calibration of a judge rests on. */
export interface Calibration {
  /** What the judge's verdict counts for; 0 where it says nothing of what people say. */
  readonly lambda: number
  /** Mean of people less lambda times judge, and the variance of that mean. */
  readonly mean: number
  readonly variance: number
  readonly labels: number
}

/**
 * How a judge has to be corrected, from answers that people and the judge both scored (prediction-powered inference).
 * `judged` is how many the judge alone scored: the more, the more its verdict may count for.
 */
export function calibration(
  labelled: readonly { readonly human: number; readonly judge: number }[],
  judged: number,
): Calibration {
  const n = labelled.length
  const humans = mean(labelled.map(({ human }) => human))
  const judges = mean(labelled.map(({ judge }) => judge))
  const covariance = mean(labelled.map(({ human, judge }) => (human - humans) * (judge - judges)))
  const variance = mean(labelled.map(({ judge }) => (judge - judges) ** 2))
  const lambda = variance > 0 ? clipped(covariance / (variance * (1 + n / Math.max(judged, 1)))) : 0
  const rests = labelled.map(({ human, judge }) => human - lambda * judge)
  return { lambda, mean: mean(rests), variance: sampleVariance(rests) / Math.max(n, 1), labels: n }
}

/** The mean people would have given to all, and its variance. */
export function calibrated(judged: readonly number[], by: Calibration): Estimate {
  return {
    mean: by.lambda * mean(judged) + by.mean,
    variance: (by.lambda ** 2 * sampleVariance(judged)) / Math.max(judged.length, 1) + by.variance,
  }
}

function clipped(value: number): number {
  return Math.max(0, Math.min(1, value))
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** A few labels that all agree do not say that the next one will. */
function sampleVariance(values: readonly number[]): number {
  const n = values.length
  if (n < 2) return 0.25
  const middle = mean(values)
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (n - 1)
}
