/** Segment by candidate. */
export type Matrix = readonly (readonly number[])[]

export function matrix(
  rows: number,
  columns: number,
  value: (row: number, column: number) => number,
): number[][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => value(row, column)),
  )
}

export function sumOf(values: readonly number[], term: (value: number, index: number) => number): number {
  let sum = 0
  for (let index = 0; index < values.length; index += 1) sum += term(values[index] ?? 0, index)
  return sum
}

/** Sum over all segments, each with its share of the traffic. */
export function weighted(share: readonly number[], weights: Matrix, values: Matrix): number {
  return sumOf(share, (part, s) => part * dot(weights[s] ?? [], values[s] ?? []))
}

export function dot(a: readonly number[], b: readonly number[]): number {
  return sumOf(a, (value, index) => value * (b[index] ?? 0))
}

export function at(values: Matrix, row: number, column: number): number {
  return values[row]?.[column] ?? 0
}
