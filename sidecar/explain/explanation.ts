import type { Evidence } from '../../contract/policy.ts'
import type { AttemptRow, RequestRow } from '../../contract/record.ts'
import type { DecisionDetails } from '../routing/decision-details.ts'
import type { Recomputed } from './recompute.ts'

/** What is known of a request: its rows, and where it is still remembered what no row holds. */
export interface Explainable {
  readonly source: 'memory' | 'warehouse'
  readonly request: RequestRow
  readonly attempts: readonly AttemptRow[]
  /** Of the route as it was then; from the warehouse, as it is configured now. */
  readonly route: RouteFacts | undefined
  readonly details: DecisionDetails | undefined
  readonly evidence: Evidence | undefined
}

export interface RouteFacts {
  readonly strategy: string
  /** Id of the candidate. */
  readonly baseline: string | undefined
  /** Candidate to `provider/model`. */
  readonly servedBy: Readonly<Record<string, string>>
}

/** Why a request went where it went. Names, numbers and reasons; never a prompt, an answer or a key. */
export interface Explanation {
  readonly request_id: string
  readonly at: string
  readonly source: 'memory' | 'warehouse'
  readonly request: ExplainedRequest
  readonly resolved: { readonly model_asked: string; readonly route: string; readonly how: string }
  readonly features: DecisionDetails['features']
  readonly segment: string
  readonly cache: { readonly verdict: string; readonly score: number | null; readonly guard: string }
  readonly masks: ExplainedMasks
  readonly candidates: readonly ExplainedCandidate[]
  readonly decision: ExplainedDecision
  readonly policy: ExplainedPolicy
  readonly attempts: readonly ExplainedAttempt[]
  readonly recovery: { readonly mode: string; readonly stitched_at_chars: number } | null
  readonly cost: ExplainedCost
  readonly notes: readonly string[]
}

/** Kinds and counts; what was masked is nowhere. */
export interface ExplainedMasks {
  readonly action: string
  readonly counts: Readonly<Record<string, number>>
  readonly guard: string
}

export interface ExplainedRequest {
  readonly app: string
  readonly team: string
  readonly env: string
  readonly key: string
  readonly customer: string
  readonly tier: string
  readonly feature: string
  readonly session: string
  readonly prompt: string
  readonly tags: Readonly<Record<string, string>>
  readonly trace_id: string
  readonly dialect: string
  readonly endpoint: string
  readonly streamed: boolean
  readonly status: string
  readonly http_status: number
  readonly error_code: string
  readonly finish_reason: string
  readonly duration_ms: number
  readonly first_token_ms: number | null
  readonly overhead_us: number
  readonly input_tokens: number
  readonly cached_input_tokens: number
  readonly cache_write_tokens: number
  readonly output_tokens: number
  readonly reasoning_tokens: number
  readonly usage_source: string
  readonly dropped_fields: readonly string[]
}

export interface ExplainedCandidate {
  readonly id: string
  readonly served_by: string | null
  readonly state: 'served' | 'assigned' | 'eligible' | 'excluded'
  readonly probability: number | null
  /** Why it was left out; '' for those that were not. */
  readonly reason: string
  /** The numbers behind the reason. */
  readonly note: string | null
  readonly expected_cost_usd: number | null
  readonly first_token_ms: number | null
  readonly tokens_per_second: number | null
  readonly quality: { readonly lower: number; readonly upper: number; readonly n: number } | null
}

export interface ExplainedDecision {
  readonly strategy: string | null
  readonly assigned: string
  readonly served: string
  readonly fallback_used: boolean
  readonly propensity: number
  readonly unit_kind: string
  readonly unit_hash: string
  readonly salt: string
  readonly n: number
  readonly u: number
  readonly recomputed: Recomputed
  readonly sticky: { readonly kept: boolean; readonly version: number }
  /** What pinned the candidate; '' for a draw. */
  readonly override: string
}

export interface ExplainedPolicy {
  readonly version: number
  readonly id: string
  readonly role: string
  readonly evidence: Evidence | null
}

export interface ExplainedAttempt {
  readonly attempt: number
  readonly candidate: string
  readonly served_by: string
  readonly target: string | null
  readonly region: string
  readonly outcome: string
  readonly http_status: number
  readonly error_code: string
  /** From the end of the call before, or the arrival of the request. */
  readonly wait_ms: number
  /** From the arrival of the request. */
  readonly starts_ms: number
  readonly duration_ms: number
  readonly first_token_ms: number | null
  readonly input_tokens: number
  readonly output_tokens: number
  readonly reasoning_tokens: number
  /** By class, as it is billed. */
  readonly usage: Readonly<Record<string, number>>
  readonly usage_source: string
  readonly service_tier: string
  readonly speed: string
  readonly cost_usd: string | null
  readonly price: ExplainedPrice | null
  readonly upstream_request_id: string
}

export interface ExplainedPrice {
  readonly model: string
  readonly option: string
  readonly zone: string
  readonly valid_from: string
  readonly assumed: boolean
}

export interface ExplainedCost {
  /** Null: a price is unknown. */
  readonly cost_usd: string | null
  readonly baseline: string | null
  readonly baseline_usd: string | null
  readonly price_valid_from: string
  readonly price_assumed: boolean
}
