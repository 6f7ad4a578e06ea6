import type { CandidateEvidence, Weights } from '../../contract/policy.ts'
import type { Candidate, Route } from './route.ts'

/** What strategies go by. Figures are worked out only for those that ask. */
export interface Outlook {
  readonly route: Route
  /** US dollars this request is expected to cost there; undefined: no price is known. */
  costOf(candidate: Candidate): number | undefined
  /** Milliseconds its caller would wait; undefined: too little is known. */
  waitOf(candidate: Candidate): number | undefined
  /** How many answers that rests on. */
  samplesOf(candidate: Candidate): number
  evidenceOf(candidate: Candidate): CandidateEvidence | undefined
  /** Price of the list, input and output together, for those nothing else is known of. */
  listPriceOf(candidate: Candidate): number | undefined
}

export interface Plan {
  /** Those that are left, in their order. */
  readonly eligible: readonly Candidate[]
  readonly probabilities: readonly number[]
  /** Share that is spread for the sake of learning. */
  readonly explore: number
  readonly excluded?: Readonly<Record<string, string>>
  /** In words, what decided. */
  readonly notes?: readonly string[]
}

/**
 * One file and one line in the registry. The candidates come sorted by id; there is at least one. The weights are those
 * of the policy in force for the segment; undefined: those of the configuration hold.
 */
export type StrategyFunction = (
  eligible: readonly Candidate[],
  outlook: Outlook,
  weights: Weights | undefined,
) => Plan

/** All to one. */
export function allTo(
  winner: Candidate,
  eligible: readonly Candidate[],
  more: Omit<Plan, 'eligible' | 'probabilities'>,
): Plan {
  return {
    eligible,
    probabilities: eligible.map((candidate) => (candidate === winner ? 1 : 0)),
    ...more,
  }
}
