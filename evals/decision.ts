import type { ReadPolicy } from '../contract/policy/read.ts'
import type { Estimates } from './estimators/estimates.ts'
import type { ExitCode } from './exit-codes.ts'
import type { Matrix } from './optimiser/matrix.ts'
import type { Outlook } from './optimiser/propose.ts'

/** A row of `eval_runs`, as far as the stage itself knows it. */
export interface StageReport {
  readonly stage: 'integrity' | 'estimate' | 'optimise' | 'validate' | 'publish'
  readonly status: 'ok' | 'held' | 'failed' | 'skipped'
  readonly exitCode: ExitCode
  /** Why it ended so, in words. */
  readonly reason: string
  readonly figures: Readonly<Record<string, number>>
}

/** What needs a person to look, whatever was decided. */
export type Alarm =
  | 'floor_unreachable'
  | 'below_min'
  | 'baseline_drift'
  | 'candidate_drift'
  | 'spend_cap'
  | 'frozen'

export interface Decision {
  readonly exitCode: ExitCode
  readonly reason: string
  readonly alarms: readonly Alarm[]
  readonly stages: readonly StageReport[]
  readonly estimates?: Estimates
  /** Shares of the traffic, by segment of `estimates`: those of the policy, or those that would have been its. */
  readonly weights?: Matrix
  readonly outlook?: Outlook
  /** To be published; nothing else changes what is in force. */
  readonly policy?: ReadPolicy
}
