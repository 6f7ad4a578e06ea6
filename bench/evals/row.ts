/** One figure that the loop is held to. */
export interface EvalRow {
  readonly figure: string
  readonly goal: string
  readonly value: string
  readonly isMet: boolean
}

export function atMost(figure: string, most: number, value: number, digits = 3): EvalRow {
  return { figure, goal: `≤ ${most}`, value: value.toFixed(digits), isMet: value <= most }
}

export function atLeast(figure: string, least: number, value: number, digits = 3): EvalRow {
  return { figure, goal: `≥ ${least}`, value: value.toFixed(digits), isMet: value >= least }
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1)
}

export function share<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.filter(holds).length / Math.max(items.length, 1)
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
