import { type Moments, scaled, withValue } from '../estimators/moments.ts'
import { type Cell, type Evidence, noCell } from '../evidence.ts'

/** What the warehouse would answer: sums by segment and candidate, a little less of the old ones every day. */
export interface Ledger extends Evidence {
  add(segment: string, candidate: string, field: keyof Cell, value: number): void
  countRequest(segment: string): void
  /** A day has passed. */
  age(factor: number): void
  /** Of a candidate that is not what it was, this part of what is known is kept. */
  forget(candidate: string, kept: number): void
}

export function createLedger(): Ledger {
  const cells = new Map<string, Map<string, Record<keyof Cell, Moments>>>()
  const requests = new Map<string, number>()
  let days = 0
  const cellOf = (segment: string, candidate: string) => {
    const row = cells.get(segment) ?? new Map<string, Record<keyof Cell, Moments>>()
    cells.set(segment, row)
    const cell = row.get(candidate) ?? { ...noCell }
    row.set(candidate, cell)
    return cell
  }
  const scale = (cell: Record<keyof Cell, Moments>, fields: readonly (keyof Cell)[], factor: number) => {
    for (const field of fields) cell[field] = scaled(cell[field], factor)
  }
  return {
    get traffic() {
      return new Map([...requests].map(([segment, count]) => [segment, count / Math.max(days, 1)]))
    },
    cell: (segment, candidate) => cells.get(segment)?.get(candidate) ?? noCell,
    add(segment, candidate, field, value) {
      const cell = cellOf(segment, candidate)
      cell[field] = withValue(cell[field], value)
    },
    countRequest(segment) {
      requests.set(segment, (requests.get(segment) ?? 0) + 1)
    },
    age(factor) {
      for (const row of cells.values())
        for (const cell of row.values()) scale(cell, ['live', 'paired', 'cost', 'delivered'], factor)
      for (const [segment, count] of requests) requests.set(segment, count * factor)
      days = days * factor + 1
    },
    forget(candidate, kept) {
      for (const row of cells.values()) {
        const cell = row.get(candidate)
        if (cell !== undefined) scale(cell, ['live', 'paired'], kept)
      }
    },
  }
}
