import { upperGamma } from './gamma.ts'

/** Chance of a chi-square at least this large. */
export function chiSquareP(statistic: number, degrees: number): number {
  return degrees <= 0 ? 1 : upperGamma(degrees / 2, statistic / 2)
}

const leastExpected = 5

export interface CountTest {
  readonly statistic: number
  readonly degrees: number
  readonly p: number
}

/** Whether counts are those expected. Cells too small for the approximation are counted as one. */
export function countTest(observed: readonly number[], expected: readonly number[]): CountTest {
  const cells = pooled(observed, expected)
  const statistic = cells.reduce((sum, cell) => {
    if (cell.expected > 0) return sum + (cell.observed - cell.expected) ** 2 / cell.expected
    return cell.observed > 0 ? Number.POSITIVE_INFINITY : sum
  }, 0)
  const degrees = cells.length - 1
  // What can never be drawn was: no approximation is needed to see that.
  return {
    statistic,
    degrees,
    p: statistic === Number.POSITIVE_INFINITY ? 0 : chiSquareP(statistic, degrees),
  }
}

interface CellCount {
  observed: number
  expected: number
}

function pooled(observed: readonly number[], expected: readonly number[]): CellCount[] {
  const cells: CellCount[] = []
  const small: CellCount = { observed: 0, expected: 0 }
  for (const [index, seen] of observed.entries()) {
    const due = expected[index] ?? 0
    if (due === 0 && seen > 0) return [{ observed: seen, expected: 0 }]
    if (due >= leastExpected) cells.push({ observed: seen, expected: due })
    else {
      small.observed += seen
      small.expected += due
    }
  }
  if (small.expected === 0) return cells
  const largest = cells.toSorted((a, b) => b.expected - a.expected)[0]
  if (small.expected >= leastExpected || largest === undefined) return [...cells, small]
  // Still too small together: they join the largest, where they disturb least.
  largest.observed += small.observed
  largest.expected += small.expected
  return cells
}
