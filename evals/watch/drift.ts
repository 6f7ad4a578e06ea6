import { type ECusum, isAlarm, newECusum, watched } from '../tests/e-cusum.ts'

export type DriftState = Readonly<Record<string, ECusum>>

export interface WatchedScore {
  readonly segment: string
  readonly candidate: string
  readonly score: number
}

/** What is kept of a candidate's statistics once it is not what it was. */
export const keptAfterDrift = 0.02

/**
 * Scores in the order of time against what was expected before they were known. `expected` is undefined where nobody
 * can say yet.
 */
export function drift(
  state: DriftState,
  scores: Iterable<WatchedScore>,
  expected: (segment: string, candidate: string) => number | undefined,
): { readonly state: DriftState; readonly alarms: readonly string[] } {
  const next: Record<string, ECusum> = { ...state }
  const alarms = new Set<string>()
  for (const { segment, candidate, score } of scores) {
    const reference = expected(segment, candidate)
    if (reference === undefined) continue
    const bets = watched(next[candidate] ?? newECusum, score, reference)
    if (isAlarm(bets)) alarms.add(candidate)
    next[candidate] = isAlarm(bets) ? newECusum : bets
  }
  return { state: next, alarms: [...alarms].sort() }
}
