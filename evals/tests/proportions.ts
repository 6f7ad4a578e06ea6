import { normalUpper } from './normal.ts'

export interface Share {
  readonly successes: number
  readonly trials: number
}

/** Two-sided p of two shares being the same. */
export function twoProportions(a: Share, b: Share): number {
  if (a.trials === 0 || b.trials === 0) return 1
  const pooled = (a.successes + b.successes) / (a.trials + b.trials)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / a.trials + 1 / b.trials))
  if (error === 0) return 1
  return 2 * normalUpper(Math.abs(a.successes / a.trials - b.successes / b.trials) / error)
}
