import type { Estimates } from './estimators/estimates.ts'
import { at, sumOf } from './optimiser/matrix.ts'
import { waterFilled } from './scoring/plan.ts'

export interface BudgetCheck {
  /** Standard error of the mix's difference that is to be expected after a week. */
  readonly expected: number
  readonly isEnough: boolean
  /** Scores a day that would do, where any number of them does. */
  readonly scoresNeeded: number | undefined
  /** Loss that could be told apart with the scores there are. */
  readonly lossNeeded: number
}

const days = 7
/** Of scores of 0 and 1 somewhere in the middle; the route's own once it is known is no larger. */
const variance = 0.2
/** Scores that what the route shows counts for in a cell, see the estimators. */
const prior = 10
const baselinePrior = 2

/** Whether the scores of a week can tell a loss of half the floor apart from none, for a mix of half and half. */
export function budgetCheck(
  estimates: Pick<Estimates, 'share' | 'candidates' | 'baseline' | 'segments'>,
  of: {
    readonly requests: number
    readonly scores: number
    readonly maxLoss: number
    readonly weights: readonly (readonly number[])[]
  },
): BudgetCheck {
  const expected = expectedError(estimates, of)
  const needed = of.maxLoss / 2
  let scoresNeeded: number | undefined
  for (let scores = of.scores; scores <= of.requests * 2; scores *= 1.25)
    if (expectedError(estimates, { ...of, scores: Math.min(scores, of.requests) }) <= needed) {
      scoresNeeded = Math.ceil(Math.min(scores, of.requests))
      break
    }
  return { expected, isEnough: expected <= needed, scoresNeeded, lossNeeded: 2 * expected }
}

function expectedError(
  { share, candidates, baseline }: Pick<Estimates, 'share' | 'candidates' | 'baseline' | 'segments'>,
  of: {
    readonly requests: number
    readonly scores: number
    readonly weights: readonly (readonly number[])[]
  },
): number {
  const width = candidates.length
  const available = share.flatMap((part, s) =>
    candidates.map((_, a) => Math.floor(of.requests * part * at(of.weights, s, a))),
  )
  const plan = waterFilled(available, of.scores)
  const count = (s: number, a: number) => days * (plan[s * width + a] ?? 0)
  return Math.sqrt(
    sumOf(share, (part, s) => {
      const heaviest = heaviestOf(of.weights[s] ?? [], baseline)
      const own = variance / (count(s, heaviest) + prior)
      const base = variance / (count(s, baseline) + baselinePrior)
      return (part / 2) ** 2 * (own + base)
    }),
  )
}

function heaviestOf(row: readonly number[], baseline: number): number {
  const others = row.map((weight, a) => (a === baseline ? -1 : weight))
  return others.indexOf(Math.max(...others))
}
