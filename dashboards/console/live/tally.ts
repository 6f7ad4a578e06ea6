import type { RequestRow } from '../../../contract/record.ts'

/** Counts of some requests: small however many they were, so that processes can send them and sum them up. */
export interface Tally {
  requests: number
  failed: number
  /** Callers who left: in neither part of a success rate. */
  left: number
  unpriced: number
  spendUsd: number
  cacheAsked: number
  cacheHits: number
  /** Requests by duration: each class is a tenth longer than the one before. */
  durations: Record<number, number>
}

export const noTally = (): Tally => ({
  requests: 0,
  failed: 0,
  left: 0,
  unpriced: 0,
  spendUsd: 0,
  cacheAsked: 0,
  cacheHits: 0,
  durations: {},
})

const growth = Math.log(1.1)
const classOf = (ms: number) => Math.max(0, Math.round(Math.log(Math.max(ms, 1)) / growth))

export function count(tally: Tally, row: RequestRow): void {
  tally.requests += 1
  if (row.status === 'error' || row.status === 'truncated') tally.failed += 1
  if (row.status === 'client_abort') tally.left += 1
  if (row.cost_usd === null) tally.unpriced += 1
  else tally.spendUsd += Number(row.cost_usd)
  if (row.cache !== 'off') tally.cacheAsked += 1
  if (row.cache !== 'off' && row.cache !== 'miss') tally.cacheHits += 1
  const index = classOf(row.duration_ms)
  tally.durations[index] = (tally.durations[index] ?? 0) + 1
}

export function addTally(to: Tally, from: Tally): void {
  to.requests += from.requests
  to.failed += from.failed
  to.left += from.left
  to.unpriced += from.unpriced
  to.spendUsd += from.spendUsd
  to.cacheAsked += from.cacheAsked
  to.cacheHits += from.cacheHits
  for (const [index, n] of Object.entries(from.durations))
    to.durations[Number(index)] = (to.durations[Number(index)] ?? 0) + n
}

/** Within a tenth; undefined when nothing was counted. */
export function p95Of({ durations }: Tally): number | undefined {
  const classes = Object.entries(durations).map(([index, n]) => [Number(index), n] as const)
  const total = classes.reduce((sum, [, n]) => sum + n, 0)
  let left = total * 0.05
  for (const [index, n] of classes.toSorted(([a], [b]) => b - a)) {
    left -= n
    if (left < 0) return Math.exp(index * growth)
  }
  return undefined
}
