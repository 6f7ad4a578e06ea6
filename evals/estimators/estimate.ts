import type { Cell, Evidence, Rectifier } from '../evidence.ts'
import { combined, type Difference, delivered } from './combine.ts'
import { costs } from './costs.ts'
import type { Estimates } from './estimates.ts'
import { baselineEstimate, type Estimate, liveEstimate, stratifiedDifference } from './live.ts'
import { added, type Moments, meanOf, noMoments } from './moments.ts'
import { pairedEstimate, together } from './paired.ts'

interface Asked {
  readonly segments: readonly string[]
  readonly candidates: readonly string[]
  readonly baseline: string
  readonly share: readonly number[]
  cell(segment: string, candidate: string): Cell
}

/** What one candidate's cells are looked at with: everything about its column that is no cell. */
interface Column {
  readonly index: number
  readonly liveDifference: number
  readonly hasLive: boolean
  readonly paired: Moments
  readonly rectifier: Rectifier | undefined
}

/** Quality, difference to the baseline and cost of each candidate in each segment. */
export function estimate(asked: Asked, evidence: Pick<Evidence, 'rectifier'>): Estimates {
  const { segments, candidates, share } = asked
  const baseline = candidates.indexOf(asked.baseline)
  const cells = segments.map((segment) => candidates.map((candidate) => asked.cell(segment, candidate)))
  const of = (index: number, field: keyof Cell) => cells.map((row) => row[index]?.[field] ?? noMoments)
  const routeMean = meanOf(of(baseline, 'live').reduce(added, noMoments))
  const bases = of(baseline, 'live').map((moments) => baselineEstimate(moments, routeMean))
  const availability = candidates.map((_, index) => deliveredShare(of(index, 'delivered')))
  const columns = candidates.map((candidate, index): Column => {
    const live = of(index, 'live')
    return {
      index,
      liveDifference: stratifiedDifference(live, of(baseline, 'live')),
      hasLive: live.some(({ n }) => n > 0),
      paired: together(of(index, 'paired')),
      rectifier: evidence.rectifier?.(candidate),
    }
  })
  const grid = cells.map((row, s) =>
    row.map((cell, a) => {
      const base = bases[s] ?? { mean: 0, variance: 0 }
      if (a === baseline) return { mean: 0, variance: 0, baselineVariance: 0 }
      const column = columns[a]
      if (column === undefined) throw new RangeError('no such candidate')
      const shares = { own: availability[a] ?? 1, baseline: availability[baseline] ?? 1 }
      return delivered(differenceOf(cell, column, base), base, shares)
    }),
  )
  const map = (read: (of: Difference) => number) => grid.map((row) => row.map(read))
  return {
    segments,
    candidates,
    baseline,
    share,
    quality: grid.map((row, s) =>
      row.map(({ mean }) => (availability[baseline] ?? 1) * (bases[s]?.mean ?? 0) + mean),
    ),
    difference: map(({ mean }) => mean),
    variance: map(({ variance }) => variance),
    baselineVariance: map(({ baselineVariance }) => baselineVariance),
    sharedVariance: columns.map(({ rectifier }) => rectifier?.variance ?? 0),
    cost: costs(
      cells.map((row) => row.map(({ cost }) => cost)),
      baseline,
    ),
    isPriced: candidates.map((_, index) => of(index, 'cost').some(({ n }) => n > 0)),
    count: cells.map((row) => row.map(({ live, paired }) => live.n + paired.n)),
    availability,
  }
}

function differenceOf({ live, paired }: Cell, column: Column, base: Estimate): Difference {
  const own = liveEstimate(live, base.mean + column.liveDifference)
  const fromLive: Difference = {
    mean: own.mean - base.mean,
    variance: own.variance,
    baselineVariance: base.variance,
  }
  if (column.paired.n === 0) return fromLive
  const fromPairs = rectified(pairedEstimate(paired, column.paired), column.rectifier)
  return column.hasLive ? combined(fromLive, fromPairs) : { ...fromPairs, baselineVariance: 0 }
}

function rectified({ mean, variance }: Estimate, by: Rectifier | undefined): Estimate {
  return by === undefined
    ? { mean, variance }
    : { mean: by.lambda * mean + by.mean, variance: by.lambda ** 2 * variance }
}

/** One success is taken for granted: a candidate that was never asked counts as one that answers. */
function deliveredShare(cells: readonly Moments[]): number {
  const all = cells.reduce(added, noMoments)
  return (all.sum + 1) / (all.n + 1)
}
