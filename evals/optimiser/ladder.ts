import { type Estimates, standardError } from '../estimators/estimates.ts'
import type { Bounds } from './bounds.ts'
import { mixDifference, segmentDifference } from './difference.ts'
import type { Matrix } from './matrix.ts'
import { joined, type Way, wayOf } from './solve.ts'

/**
 * Standard errors that a cell is lowered by, tried in this order until the mix is sure enough. The last is above
 * `sureOfRoute`: with one segment nothing less is ever enough.
 */
const penalties = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 1.1, 1.4, 1.8, 2.2] as const
const top = penalties.length - 1

export interface Floors {
  readonly floor: number
  readonly segmentFloor: number
}

/**
 * Standard errors of the lower bounds that have to keep the floors. A mix is chosen among many, so it looks better than
 * it is: the route's bound is stricter than that of a single look. See docs/decisions/0100.
 */
export const sureOfRoute = 2
export const sureOfSegment = 1.28

export interface Mix {
  readonly weights: Matrix
  /** Of the route; segments that were less sure were lowered by more. */
  readonly penalty: number
}

/**
 * The cheapest mix whose lower bounds keep the floors. Choosing what looks best picks what was lucky too; lowering
 * each cell by its own uncertainty first takes from the lucky ones most.
 */
export function cautious(estimates: Estimates, bounds: Bounds, floors: Floors): Mix | undefined {
  const rungs = estimates.segments.map(() => 0)
  const way = ways(estimates, bounds, floors)
  for (const [rung, penalty] of penalties.entries()) {
    const weights = settled({ estimates, floors, way, rungs }, rung)
    if (weights !== undefined && keepsFloor(estimates, weights, floors.floor)) return { weights, penalty }
  }
  return undefined
}

export function keepsFloor(estimates: Estimates, weights: Matrix, floor: number): boolean {
  const { mean, error } = mixDifference(estimates, weights)
  return mean - sureOfRoute * error >= floor
}

export function keepsSegmentFloor(estimates: Estimates, s: number, weights: Matrix, floor: number): boolean {
  const { mean, error } = segmentDifference(estimates, s, weights[s] ?? [])
  return mean - sureOfSegment * error >= floor - 1e-9
}

/** Segments that are not sure of their own floor climb, one rung at a time, and stay there. */
function settled(
  of: {
    readonly estimates: Estimates
    readonly floors: Floors
    readonly way: (segment: number, rung: number) => Way | undefined
    readonly rungs: number[]
  },
  least: number,
): number[][] | undefined {
  const { estimates, floors, way, rungs } = of
  for (;;) {
    const rungOf = (s: number) => Math.max(least, rungs[s] ?? 0)
    const weights = joined(
      estimates.share,
      estimates.share.map((_, s) => way(s, rungOf(s))),
      floors.floor,
    )
    if (weights === undefined) return undefined
    const unsure = estimates.share.flatMap((_, s) =>
      rungOf(s) === top || keepsSegmentFloor(estimates, s, weights, floors.segmentFloor) ? [] : [s],
    )
    if (unsure.length === 0) return weights
    for (const s of unsure) rungs[s] = rungOf(s) + 1
  }
}

/** Each way is walked once: the same one is needed at many steps of the ladder. */
function ways(
  estimates: Estimates,
  { lower, upper }: Bounds,
  { segmentFloor }: Floors,
): (segment: number, rung: number) => Way | undefined {
  const known = new Map<number, Way | undefined>()
  return (s, rung) => {
    const key = s * penalties.length + rung
    if (known.has(key)) return known.get(key)
    const gain = loweredBy(penalties[rung] ?? 0, estimates, s)
    const of = (values: Matrix) => values[s] ?? []
    const way = wayOf({ cost: of(estimates.cost), gain, lower: of(lower), upper: of(upper) }, segmentFloor)
    known.set(key, way)
    return way
  }
}

export function loweredBy(penalty: number, estimates: Estimates, segment: number): number[] {
  return (estimates.difference[segment] ?? []).map((mean, a) =>
    a === estimates.baseline ? 0 : mean - penalty * standardError(estimates, segment, a),
  )
}
