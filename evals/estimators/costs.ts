import type { Matrix } from '../optimiser/matrix.ts'
import { added, type Moments, meanOf, noMoments } from './moments.ts'

/** Requests that the candidate's usual price relative to the baseline's counts for in a segment. */
const prior = 20

/**
 * US dollars of a request by segment and candidate. Where few requests are known the baseline's cost there, times how
 * dear the candidate is where both are known, fills in: answers of a hard segment are longer for everybody.
 */
export function costs(cells: readonly (readonly Moments[])[], baseline: number): Matrix {
  const count = cells[0]?.length ?? 0
  const route = Array.from({ length: count }, (_, a) => meanOf(together(cells, a)))
  const ratios = route.map((mean, a) => ratio(cells, a, baseline) ?? divided(mean, route[baseline] ?? 0))
  return cells.map((row) => {
    const own = row[baseline] ?? noMoments
    const base = (own.sum + prior * (route[baseline] ?? 0)) / (own.n + prior)
    return row.map((cell, a) =>
      a === baseline ? base : (cell.sum + prior * base * (ratios[a] ?? 1)) / (cell.n + prior),
    )
  })
}

function together(cells: readonly (readonly Moments[])[], candidate: number): Moments {
  return cells.map((row) => row[candidate] ?? noMoments).reduce(added, noMoments)
}

function ratio(
  cells: readonly (readonly Moments[])[],
  candidate: number,
  baseline: number,
): number | undefined {
  let own = 0
  let base = 0
  for (const row of cells) {
    const a = row[candidate] ?? noMoments
    const b = row[baseline] ?? noMoments
    if (a.n === 0 || b.n === 0) continue
    const h = (a.n * b.n) / (a.n + b.n)
    own += h * meanOf(a)
    base += h * meanOf(b)
  }
  return base > 0 ? own / base : undefined
}

function divided(a: number, b: number): number {
  return b > 0 ? a / b : 1
}
