import type { Estimate } from './live.ts'

/** A difference to the baseline. Of its variance one part is the candidate's own, one the baseline's scores'. */
export interface Difference {
  readonly mean: number
  readonly variance: number
  readonly baselineVariance: number
}

/** Of two independent looks at the same difference the surer one counts for more. */
export function combined(live: Difference, paired: Estimate): Difference {
  const forLive = 1 / (live.variance + live.baselineVariance)
  const forPaired = 1 / paired.variance
  const part = forLive / (forLive + forPaired)
  return {
    mean: part * live.mean + (1 - part) * paired.mean,
    variance: part ** 2 * live.variance + (1 - part) ** 2 * paired.variance,
    baselineVariance: part ** 2 * live.baselineVariance,
  }
}

/** Only what was delivered is worth anything. */
export function delivered(
  of: Difference,
  baseline: { readonly mean: number },
  availability: { readonly own: number; readonly baseline: number },
): Difference {
  const { own, baseline: base } = availability
  return {
    mean: own * (baseline.mean + of.mean) - base * baseline.mean,
    variance: own ** 2 * of.variance,
    baselineVariance: own ** 2 * of.baselineVariance,
  }
}
