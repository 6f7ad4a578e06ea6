/** What is kept of many numbers: how many (older ones count for less), their sum and the sum of their squares. */
export interface Moments {
  readonly n: number
  readonly sum: number
  readonly squares: number
}

export const noMoments: Moments = { n: 0, sum: 0, squares: 0 }

export function momentsOf(values: readonly number[]): Moments {
  return values.reduce(withValue, noMoments)
}

export function withValue(moments: Moments, value: number): Moments {
  return { n: moments.n + 1, sum: moments.sum + value, squares: moments.squares + value * value }
}

export function scaled(moments: Moments, factor: number): Moments {
  return { n: moments.n * factor, sum: moments.sum * factor, squares: moments.squares * factor }
}

export function added(a: Moments, b: Moments): Moments {
  return { n: a.n + b.n, sum: a.sum + b.sum, squares: a.squares + b.squares }
}

export function meanOf({ n, sum }: Moments): number {
  return n > 0 ? sum / n : 0
}

/** Of one number, not of the mean. */
export function varianceOf({ n, sum, squares }: Moments): number {
  return n > 0 ? Math.max(0, squares / n - (sum / n) ** 2) : 0
}

const halfLifeDays = 14

/** What a score of `ageDays` ago counts for today. */
export function discount(ageDays: number): number {
  return 0.5 ** (Math.max(0, ageDays) / halfLifeDays)
}
