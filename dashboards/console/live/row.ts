import type { RequestRow } from '../../../contract/record.ts'

/** A request as the list shows it: names, numbers and codes. */
export interface LiveRow {
  readonly id: string
  readonly ts: number
  readonly role: string
  readonly env: string
  readonly app: string
  readonly team: string
  readonly customer: string
  readonly feature: string
  readonly session: string
  readonly route: string
  readonly provider: string
  readonly model: string
  readonly prompt_version: string
  readonly status: string
  readonly http_status: number
  readonly error_code: string
  readonly cache: string
  readonly attempts: number
  readonly fallback: boolean
  readonly input_tokens: number
  readonly output_tokens: number
  /** Null: no price is known. */
  readonly cost_usd: number | null
  readonly duration_ms: number
  readonly first_token_ms: number | null
}

export function liveRow(row: RequestRow): LiveRow {
  return {
    id: row.request_id,
    ts: row.ts,
    role: row.role,
    env: row.env,
    app: row.app,
    team: row.team,
    customer: row.customer,
    feature: row.feature,
    session: row.session,
    route: row.route,
    provider: row.provider,
    model: row.model === '' ? row.model_asked : row.model,
    prompt_version: row.prompt_version,
    status: row.status,
    http_status: row.http_status,
    error_code: row.error_code,
    cache: row.cache,
    attempts: row.attempt_count,
    fallback: row.fallback_used,
    input_tokens: row.input_tokens,
    output_tokens: row.output_tokens,
    cost_usd: row.cost_usd === null ? null : Number(row.cost_usd),
    duration_ms: row.duration_ms,
    first_token_ms: row.first_token_ms,
  }
}
