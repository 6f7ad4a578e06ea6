import { type Estimates, standardError } from '../estimators/estimates.ts'
import { type Matrix, matrix } from './matrix.ts'

export interface Bounds {
  readonly lower: Matrix
  readonly upper: Matrix
}

/** What each candidate keeps, so that it is known when it becomes better or worse; a hair more, for the rounding. */
export const exploration = 0.005 + 1e-6
/** The holdout: what savings are measured against. */
const baselineLeast = 0.05
const nurseryMost = 0.03
/** Scores until a candidate may grow: on the route, in the segment, and how many on the route make up for few there. */
const leastOnRoute = 40
const leastInSegment = 10
const plentyOnRoute = 160
/** Standard errors of the upper bound, and how far under the floor it has to be for a candidate to be given up. */
const z = 1.28
const hopeless = 0.15

export type Pinned = 'alarm' | 'guardrail' | 'unpriced' | 'floor'

export function boundsOf(
  estimates: Estimates,
  limits: {
    readonly maxLoss: number
    /** By candidate: those that may not grow, whatever their scores say. */
    readonly pinned: ReadonlyMap<string, Pinned>
  },
): Bounds {
  const { segments, candidates, baseline } = estimates
  const nursery = nurseryShare(candidates.length)
  const pair = (s: number, a: number): readonly [number, number] => {
    if (a === baseline) return [baselineLeast, 1]
    if (limits.pinned.has(candidates[a] ?? '')) return [exploration, exploration]
    if (isNew(estimates, s, a)) return [nursery, nursery]
    return isHopeless(estimates, s, a, limits.maxLoss) ? [exploration, exploration] : [exploration, 1]
  }
  return {
    lower: matrix(segments.length, candidates.length, (s, a) => pair(s, a)[0]),
    upper: matrix(segments.length, candidates.length, (s, a) => pair(s, a)[1]),
  }
}

/** What a candidate gets that nothing is known of; all of them together no more than the holdout. */
export function nurseryShare(candidates: number): number {
  return Math.max(exploration, Math.min(0.05 / Math.max(candidates - 1, 1), nurseryMost))
}

function isNew({ count }: Estimates, segment: number, candidate: number): boolean {
  const onRoute = count.reduce((sum, row) => sum + (row[candidate] ?? 0), 0)
  const here = count[segment]?.[candidate] ?? 0
  return onRoute < leastOnRoute || (here < leastInSegment && onRoute < plentyOnRoute)
}

function isHopeless(estimates: Estimates, segment: number, candidate: number, maxLoss: number): boolean {
  const difference = estimates.difference[segment]?.[candidate] ?? 0
  return difference + z * standardError(estimates, segment, candidate) < -maxLoss - hopeless
}

/** Whether no candidate but the baseline may have more than a fixed share. */
export function isExploringOnly({ lower, upper }: Bounds, baseline: number): boolean {
  return upper.every((row, s) => row.every((most, a) => a === baseline || most <= (lower[s]?.[a] ?? 0)))
}
