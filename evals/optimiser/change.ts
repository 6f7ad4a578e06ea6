import type { Estimates } from '../estimators/estimates.ts'
import { type Bounds, exploration } from './bounds.ts'
import { mixDifference } from './difference.ts'
import { type Floors, keepsFloor, keepsSegmentFloor } from './ladder.ts'
import { at, type Matrix } from './matrix.ts'
import { outlookOf } from './propose.ts'

/** Less of either is noise. */
const costBand = 0.01
const qualityBand = 0.005
/** Standard errors of a gain in quality that nobody asked for, before it counts: it is the best of many. */
const sureOfGain = 4
/** Weight above what is allowed. */
const excess = 0.001

/**
 * Whether weights are worth a new version: they save something, what is in force must not stay, or they are better
 * beyond doubt. Of candidates that are equal in everything the luckiest always looks better; it has to save as well.
 */
export function isChange(
  estimates: Estimates,
  of: { readonly current: Matrix; readonly next: Matrix; readonly floors: Floors; readonly bounds: Bounds },
): boolean {
  const { current, next, floors, bounds } = of
  const before = outlookOf(estimates, current)
  const after = outlookOf(estimates, next)
  const saved = (before.cost - after.cost) / Math.max(before.cost, Number.MIN_VALUE)
  if (saved >= costBand || isUnexplored(current, next)) return true
  if (mustMove(estimates, { current, floors, bounds }))
    return Math.abs(saved) >= costBand || Math.abs(after.difference - before.difference) >= qualityBand
  const moved = next.map((row, s) => row.map((weight, a) => weight - at(current, s, a)))
  const gain = mixDifference(estimates, moved)
  return gain.mean - sureOfGain * gain.error >= qualityBand
}

function isUnexplored(current: Matrix, next: Matrix): boolean {
  return current.some((row, s) =>
    row.some((weight, a) => weight < 0.9 * exploration && at(next, s, a) >= exploration),
  )
}

function mustMove(
  estimates: Estimates,
  { current, floors, bounds }: { readonly current: Matrix; readonly floors: Floors; readonly bounds: Bounds },
): boolean {
  const { baseline } = estimates
  const isOver = current.some((row, s) =>
    row.some(
      (weight, a) => a !== baseline && weight > Math.max(at(bounds.upper, s, a), nurseryLeft) + excess,
    ),
  )
  return (
    isOver ||
    !keepsFloor(estimates, current, floors.floor) ||
    current.some((_, s) => !keepsSegmentFloor(estimates, s, current, floors.segmentFloor))
  )
}

/** What is left of the time when a candidate was new harms nobody. */
const nurseryLeft = 0.03
