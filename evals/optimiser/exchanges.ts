/** One segment: what its weights may be, and what a unit of weight costs and is worth. */
export interface SegmentProblem {
  readonly cost: readonly number[]
  /** Quality less the baseline's, as pessimistic as the caller wants it. */
  readonly gain: readonly number[]
  readonly lower: readonly number[]
  readonly upper: readonly number[]
}

/** Weight that goes from one candidate to another. `slope` is what a unit of quality costs that way. */
export interface Exchange {
  readonly from: number
  readonly to: number
  readonly amount: number
  readonly slope: number
}

/** Weights below this are what rounding left behind. */
const dust = 1e-12

/** The cheapest weights the bounds allow; of two that cost the same the better one. */
export function cheapest({ cost, gain, lower, upper }: SegmentProblem): number[] {
  const weights = [...lower]
  let left = 1 - weights.reduce((sum, weight) => sum + weight, 0)
  const order = weights
    .map((_, index) => index)
    .sort((a, b) => (cost[a] ?? 0) - (cost[b] ?? 0) || (gain[b] ?? 0) - (gain[a] ?? 0))
  for (const index of order) {
    const more = Math.max(0, Math.min(left, (upper[index] ?? 0) - (weights[index] ?? 0)))
    weights[index] = (weights[index] ?? 0) + more
    left -= more
  }
  return weights
}

/**
 * The way from the cheapest weights to the best ones, in exchanges that become ever dearer. Every point of it is an
 * optimum of the segment for some price of quality: with one sum and bounds, the edges of what is possible are
 * exchanges between two, and the next optimum is always the cheapest of them.
 */
export function exchangesFrom(start: readonly number[], problem: SegmentProblem): Exchange[] {
  const weights = [...start]
  const exchanges: Exchange[] = []
  // Each exchange empties one candidate or fills another; twice the pairs is more than there can be.
  for (let guard = 0; guard < 2 * weights.length ** 2; guard += 1) {
    const next = cheapestExchange(weights, problem)
    if (next === undefined) break
    apply(weights, next, next.amount)
    exchanges.push(next)
  }
  return exchanges
}

export function apply(weights: number[], { from, to }: Exchange, amount: number): void {
  weights[from] = (weights[from] ?? 0) - amount
  weights[to] = (weights[to] ?? 0) + amount
}

function cheapestExchange(weights: readonly number[], problem: SegmentProblem): Exchange | undefined {
  const { cost, gain, lower, upper } = problem
  let best: Exchange | undefined
  for (let from = 0; from < weights.length; from += 1) {
    const spare = (weights[from] ?? 0) - (lower[from] ?? 0)
    if (spare <= dust) continue
    for (let to = 0; to < weights.length; to += 1) {
      const room = (upper[to] ?? 0) - (weights[to] ?? 0)
      const better = (gain[to] ?? 0) - (gain[from] ?? 0)
      if (room <= dust || better <= dust) continue
      const slope = ((cost[to] ?? 0) - (cost[from] ?? 0)) / better
      if (best === undefined || slope < best.slope) best = { from, to, amount: Math.min(spare, room), slope }
    }
  }
  return best
}
