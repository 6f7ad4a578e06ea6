import type { ScoreRow } from '../../contract/tables/scores.ts'
import type { SampledRow } from './sample.ts'

export interface Scored {
  readonly scorer: string
  readonly version: string
  readonly score: number | null
  readonly reason: string
  readonly judgeCostUsd?: number
  readonly origin?: 'live' | 'feedback'
}

export const noRequest = '00000000-0000-0000-0000-000000000000'
const noUnit = '0'.repeat(32)

export function liveScoreRow(
  row: SampledRow,
  scored: Scored,
  of: { readonly route: string; readonly runId: string; readonly nowMs: number },
): ScoreRow {
  return {
    ts: row.ts_ms,
    request_id: row.request_id,
    item: '',
    scorer: scored.scorer,
    scorer_version: scored.version,
    version: of.nowMs,
    origin: scored.origin ?? 'live',
    pair_id: '',
    run_id: of.runId,
    app: row.app,
    customer: row.customer,
    route: of.route,
    segment: row.segment,
    candidate: row.candidate,
    policy_version: row.policy_version,
    policy_role: row.policy_role,
    unit_hash: row.unit_hash,
    propensity: row.propensity,
    inclusion: row.inclusion,
    score: scored.score,
    reason: scored.reason,
    cost_usd: row.cost_usd,
    judge_cost_usd: scored.judgeCostUsd === undefined ? null : moneyText(scored.judgeCostUsd),
    duration_ms: row.duration_ms,
    first_token_ms: row.first_token_ms,
  }
}

export interface PairScored extends Scored {
  readonly item: string
  readonly pair: string
  readonly requestId?: string
  readonly segment: string
  readonly candidate: string
  readonly pairOrigin: 'golden' | 'golden_holdout' | 'shadow'
  readonly costUsd?: number | undefined
  readonly durationMs?: number
  readonly app?: string
  readonly customer?: string
  readonly tsMs?: number
}

export function pairScoreRow(
  of: PairScored,
  run: { readonly route: string; readonly runId: string; readonly nowMs: number },
): ScoreRow {
  return {
    ts: of.tsMs ?? run.nowMs,
    request_id: of.requestId ?? noRequest,
    item: of.item,
    scorer: of.scorer,
    scorer_version: of.version,
    version: run.nowMs,
    origin: of.pairOrigin,
    pair_id: of.pair,
    run_id: run.runId,
    app: of.app ?? '',
    customer: of.customer ?? '',
    route: run.route,
    segment: of.segment,
    candidate: of.candidate,
    policy_version: 0,
    policy_role: '',
    unit_hash: noUnit,
    propensity: 0,
    inclusion: 1,
    score: of.score,
    reason: of.reason,
    cost_usd: of.costUsd === undefined ? null : moneyText(of.costUsd),
    judge_cost_usd: of.judgeCostUsd === undefined ? null : moneyText(of.judgeCostUsd),
    duration_ms: of.durationMs ?? 0,
    first_token_ms: null,
  }
}

export function moneyText(usd: number): string {
  return usd.toFixed(12)
}
