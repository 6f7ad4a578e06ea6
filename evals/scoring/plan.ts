/**
 * How many of each cell's requests are scored: all cells get the same, those that have less give all they have, and
 * what they leave is spread over the others. Rare candidates so come first: at a flat rate they are hardly ever seen.
 */
export function waterFilled(available: readonly number[], budget: number): number[] {
  const order = available
    .map((_, index) => index)
    .sort((a, b) => (available[a] ?? 0) - (available[b] ?? 0) || a - b)
  const planned = available.map(() => 0)
  let left = Math.min(
    budget,
    available.reduce((sum, count) => sum + count, 0),
  )
  for (const [done, index] of order.entries()) {
    const level = Math.floor(left / (order.length - done))
    // The larger cells come last, so what does not divide goes to them.
    planned[index] = Math.min(available[index] ?? 0, level)
    left -= planned[index] ?? 0
  }
  return planned
}
