import type { Candidate } from '../route.ts'

/** Why a candidate can't be asked at the moment. */
export type Ailment = 'circuit_open' | 'cooling_down' | 'auth_failed' | 'quota_exhausted'

export interface Illness {
  readonly reason: Ailment
  /** Monotonic milliseconds: when it may be asked again at the soonest. */
  readonly untilAt: number
}

/** What recent calls have shown of the targets behind a candidate. */
export interface Health {
  /** Undefined: it may be asked. Of its targets only those in these regions count; undefined: all. */
  illnessOf(candidate: Candidate, regions: readonly string[] | undefined, nowAt: number): Illness | undefined
}
