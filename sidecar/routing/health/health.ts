import type { IncomingHttpHeaders } from 'node:http'
import type { Fault } from '../../conversation/fault.ts'
import type { Candidate, ProviderTarget } from '../route.ts'

/** Why a candidate can't be asked at the moment. */
export type Ailment = 'circuit_open' | 'cooling_down' | 'auth_failed' | 'quota_exhausted'

/** Somebody has to mend the key or the account; time alone does not. */
export function isRefusal(reason: string): boolean {
  return reason === 'auth_failed' || reason === 'quota_exhausted'
}

export interface Illness {
  readonly reason: Ailment
  /** Monotonic milliseconds: when it may be asked again at the soonest. */
  readonly untilAt: number
}

/** What recent calls have shown of the targets behind a candidate. */
export interface Health {
  /** Undefined: it may be asked. Of its targets only those in these regions count; undefined: all. */
  illnessOf(candidate: Candidate, regions: readonly string[] | undefined, nowAt: number): Illness | undefined
  /**
   * Takes one of the candidate's targets for an attempt, and with it the probe where one is due: whoever gets
   * a trial must end it. An illness: nobody may be asked now, of those the ask leaves over.
   */
  begin(candidate: Candidate, ask: TrialAsk): Trial | Illness
  /** One of its targets in these regions, other than those, may be asked. */
  hasTarget(candidate: Candidate, ask: Pick<TrialAsk, 'regions' | 'except'>): boolean
  /** The retry is paid for; false: too many of this target's calls are retries already. */
  spendRetry(target: ProviderTarget, share: number): boolean
  /** How long until this target may be asked again. Undefined: that depends on more than time. */
  coolsFor(candidate: Candidate, target: ProviderTarget): number | undefined
  countRetry(kind: RetryKind): void
  /** For those who want to see it. */
  describe(candidate: Candidate): readonly TargetState[]
}

export const retryKinds = ['fresh_socket', 'same_target', 'other_target', 'next_candidate'] as const
export type RetryKind = (typeof retryKinds)[number]

export interface TrialAsk {
  readonly regions: readonly string[] | undefined
  /** Requests of one unit go to one target, whose prompt cache knows them. */
  readonly unit: string
  /** Has no target yet, so that another one costs it no cache. */
  readonly isNewUnit: boolean
  /** Share of retries that a first attempt pays for; undefined: this one is a retry itself. */
  readonly retryShare: number | undefined
  /** This target and no other. */
  readonly only?: ProviderTarget | undefined
  /** Not these: they were asked already. */
  readonly except?: readonly ProviderTarget[] | undefined
  /** Nobody else is left, so that a refused key is tried again before its time. */
  readonly despiteRefusal?: boolean
  /** Says nothing of the model's health: token counts, paths that are passed on. */
  readonly isUnjudged?: boolean
}

/** One attempt at a target. Ends with the first of its answers, except that an answer may fail later. */
export interface Trial {
  readonly target: ProviderTarget
  /** The first sign of an answer, or a whole one. */
  answered(headers: IncomingHttpHeaders): void
  /** Nothing was answered, or what was answered broke off. */
  failed(fault: Fault): void
  /** It ended without saying anything of its target: the caller left, another one was faster. */
  dropped(): void
}

export interface TargetState {
  readonly target: string
  readonly region: string
  readonly state: 'well' | 'half_open' | Ailment
  readonly consecutiveFailures: number
  /** Milliseconds until it may be asked again; 0 when it may. */
  readonly waitMs: number
  /** Of its rate limit, as last stated; undefined: unknown. */
  readonly remainingShare: number | undefined
}

export function isTrial(begun: Trial | Illness): begun is Trial {
  return 'target' in begun
}
