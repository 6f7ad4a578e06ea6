import { type Moments, meanOf, varianceOf } from './moments.ts'

export interface Saving {
  readonly share: number
  readonly lower: number
  readonly upper: number
}

const z95 = 1.96

/**
 * What was saved, against the holdout that always got the baseline: 1 less the ratio of mean costs, with its interval
 * by the delta method. `all` includes the holdout. Undefined where nothing was held out or nothing cost anything.
 */
export function saving(all: Moments, holdout: Moments): Saving | undefined {
  const base = meanOf(holdout)
  if (holdout.n < 2 || base <= 0) return undefined
  const ratio = meanOf(all) / base
  const ofAll = varianceOf(all) / all.n
  const ofHoldout = varianceOf(holdout) / holdout.n
  const shared = varianceOf(holdout) / all.n
  const error = Math.sqrt(Math.max(0, ofAll + ratio ** 2 * ofHoldout - 2 * ratio * shared)) / base
  return { share: 1 - ratio, lower: 1 - ratio - z95 * error, upper: 1 - ratio + z95 * error }
}
