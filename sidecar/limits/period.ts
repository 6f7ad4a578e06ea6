/** What a budget is for: a day, a week from Monday on, or a month; all of them in UTC, as the ledger counts. */
export type Period = 'day' | 'week' | 'month'

const dayMs = 86_400_000
const daysSinceMonday = 6

export function periodStartMs(period: Period, atMs: number): number {
  const at = new Date(atMs)
  const day = Math.floor(atMs / dayMs) * dayMs
  if (period === 'day') return day
  if (period === 'week') return day - ((at.getUTCDay() + daysSinceMonday) % 7) * dayMs
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1)
}

export function periodEndMs(period: Period, atMs: number): number {
  const start = periodStartMs(period, atMs)
  if (period === 'day') return start + dayMs
  if (period === 'week') return start + 7 * dayMs
  const first = new Date(start)
  return Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 1)
}
