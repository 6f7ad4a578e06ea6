import type { Estimates } from '../estimators/estimates.ts'
import type { Bounds } from './bounds.ts'
import { segmentDifference } from './difference.ts'
import { type Floors, keepsFloor, type Mix, sureOfSegment } from './ladder.ts'
import { at, dot, type Matrix, sumOf } from './matrix.ts'

/**
 * One candidate for each segment, beside what exploration keeps: the one the mix gives most. Where that falls short
 * of a floor the baseline serves, first where that costs least for what it brings.
 */
export function single(estimates: Estimates, bounds: Bounds, of: { mix: Mix; floors: Floors }): Matrix {
  const { baseline, share } = estimates
  const weights = of.mix.weights.map((row, s) => {
    const served = onlyOne(bounds, s, row.indexOf(Math.max(...row)), baseline)
    const { mean, error } = segmentDifference(estimates, s, served)
    const isKept = mean - sureOfSegment * error >= of.floors.segmentFloor
    return isKept ? served : onlyOne(bounds, s, baseline, baseline)
  })
  const worth = share.map((_, s) => lossPerSaving(estimates, s, weights[s] ?? []))
  const order = share.map((_, s) => s).sort((a, b) => (worth[b] ?? 0) - (worth[a] ?? 0) || a - b)
  for (const s of order) {
    if (keepsFloor(estimates, weights, of.floors.floor)) break
    weights[s] = onlyOne(bounds, s, baseline, baseline)
  }
  return weights
}

function lossPerSaving(estimates: Estimates, segment: number, row: readonly number[]): number {
  const saved = at(estimates.cost, segment, estimates.baseline) - dot(row, estimates.cost[segment] ?? [])
  return -dot(row, estimates.difference[segment] ?? []) / Math.max(saved, Number.MIN_VALUE)
}

function onlyOne({ lower, upper }: Bounds, segment: number, chosen: number, baseline: number): number[] {
  const row = [...(lower[segment] ?? [])]
  const left = 1 - sumOf(row, (weight) => weight)
  const more = Math.min(left, at(upper, segment, chosen) - (row[chosen] ?? 0))
  row[chosen] = (row[chosen] ?? 0) + more
  row[baseline] = (row[baseline] ?? 0) + left - more
  return row
}

export function onlyBaseline(bounds: Bounds, baseline: number): Matrix {
  return bounds.lower.map((_, s) => onlyOne(bounds, s, baseline, baseline))
}

/** Everything that is free to the candidate whose quality is surest, where nobody reaches what is demanded. */
export function onlyOf(bounds: Bounds, chosen: number, baseline: number): Matrix {
  return bounds.lower.map((_, s) => onlyOne(bounds, s, chosen, baseline))
}
