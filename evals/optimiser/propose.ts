import type { Estimates } from '../estimators/estimates.ts'
import { type Bounds, boundsOf, type Pinned } from './bounds.ts'
import { mixDifference } from './difference.ts'
import { cautious, type Floors, sureOfRoute } from './ladder.ts'
import { type Matrix, weighted } from './matrix.ts'
import { onlyBaseline, single } from './single.ts'
import { cut, step, stepBack } from './step.ts'

export interface Proposal {
  readonly weights: Matrix
  /** What is in force, candidates that must lose their weight at once without it. */
  readonly from: Matrix
  readonly bounds: Bounds
  /** Standard errors each cell was lowered by; undefined: only the baseline keeps the floors. */
  readonly penalty: number | undefined
}

export function propose(
  estimates: Estimates,
  asked: {
    readonly current: Matrix
    readonly floors: Floors
    readonly maxLoss: number
    readonly pinned: ReadonlyMap<string, Pinned>
    readonly isSingle: boolean
  },
): Proposal {
  const { baseline, candidates } = estimates
  const { floors, pinned } = asked
  const bounds = boundsOf(estimates, asked)
  const from = cut(asked.current, bounds.upper, baseline, (a) => pinned.has(candidates[a] ?? ''))
  const mix = cautious(estimates, bounds, floors)
  const { penalty } = mix ?? {}
  if (mix === undefined)
    return { weights: stepBack(from, onlyBaseline(bounds, baseline), baseline), from, bounds, penalty }
  const target = asked.isSingle ? single(estimates, bounds, { mix, floors }) : mix.weights
  const easy = step(from, target, baseline)
  const isSound = mixDifference(estimates, easy).mean >= floors.floor
  return { weights: isSound ? easy : stepBack(from, target, baseline), from, bounds, penalty }
}

/** Of a mix: its difference to the baseline with a lower bound, and its cost as a share of the baseline's. */
export interface Outlook {
  readonly difference: number
  readonly lower: number
  readonly cost: number
}

export function outlookOf(estimates: Estimates, weights: Matrix): Outlook {
  const { mean, error } = mixDifference(estimates, weights)
  return { difference: mean, lower: mean - sureOfRoute * error, cost: relativeCost(estimates, weights) }
}

function relativeCost({ share, cost, baseline }: Estimates, weights: Matrix): number {
  const base = share.reduce((sum, part, s) => sum + part * (cost[s]?.[baseline] ?? 0), 0)
  return base > 0 ? weighted(share, weights, cost) / base : 1
}
