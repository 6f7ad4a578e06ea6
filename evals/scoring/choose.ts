import { waterFilled } from './plan.ts'

export interface Chosen<Row> {
  readonly row: Row
  /** Chance with which it was chosen. */
  readonly inclusion: number
}

/** Which requests are scored: of each cell as many as planned, those whose hash is smallest, so a run repeats itself. */
export function chooseForScoring<Row>(
  cells: readonly (readonly Row[])[],
  budget: number,
  hashOf: (row: Row) => number,
): Chosen<Row>[][] {
  const plan = waterFilled(
    cells.map((rows) => rows.length),
    budget,
  )
  return cells.map((rows, cell) => {
    const count = plan[cell] ?? 0
    const order = rows.map((row) => ({ row, hash: hashOf(row) })).sort((a, b) => a.hash - b.hash)
    return order.slice(0, count).map(({ row }) => ({ row, inclusion: count / rows.length }))
  })
}
