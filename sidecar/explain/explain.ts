import { builtInRoutes } from '../../contract/config/names.ts'
import type { AttemptRow, RequestRow } from '../../contract/record.ts'
import type {
  Explainable,
  ExplainedAttempt,
  ExplainedCandidate,
  ExplainedPrice,
  Explanation,
} from './explanation.ts'
import { recompute } from './recompute.ts'

/** Everything that was decided about a request, and by what. */
export function explain(known: Explainable): Explanation {
  const { request: row, details } = known
  return {
    request_id: row.request_id,
    at: new Date(row.ts).toISOString(),
    source: known.source,
    request: requestOf(row),
    resolved: { model_asked: row.model_asked, route: row.route, how: howResolved(row) },
    features: details?.features ?? {},
    segment: row.segment,
    cache: { verdict: row.cache, score: row.cache_score, guard: row.cache_guard },
    masks: { action: row.pii_action, counts: row.pii_counts, guard: row.guard_verdict },
    candidates: candidatesOf(known),
    decision: decisionOf(known),
    policy: {
      version: row.policy_version,
      id: row.policy_id,
      role: row.policy_role,
      evidence: known.evidence ?? null,
    },
    attempts: attemptsOf(known),
    recovery:
      row.recovery_mode === '' ? null : { mode: row.recovery_mode, stitched_at_chars: row.stitched_at_chars },
    cost: {
      cost_usd: row.cost_usd,
      baseline: known.route?.baseline ?? null,
      baseline_usd: row.baseline_usd,
      price_valid_from: row.price_valid_from,
      price_assumed: row.price_assumed,
    },
    notes: details?.notes ?? [],
  }
}

function requestOf(row: RequestRow): Explanation['request'] {
  return {
    app: row.app,
    team: row.team,
    env: row.env,
    key: row.key_name,
    customer: row.customer,
    tier: row.tier,
    feature: row.feature,
    session: row.session,
    prompt: [row.prompt_name, row.prompt_version].filter((part) => part !== '').join('@'),
    tags: row.tags,
    trace_id: row.trace_id,
    dialect: row.dialect,
    endpoint: row.endpoint,
    streamed: row.streamed,
    status: row.status,
    http_status: row.http_status,
    error_code: row.error_code,
    finish_reason: row.finish_reason,
    duration_ms: row.duration_ms,
    first_token_ms: row.first_token_ms,
    overhead_us: row.overhead_us,
    input_tokens: row.input_tokens,
    cached_input_tokens: row.cached_input_tokens,
    cache_write_tokens: row.cache_write_tokens,
    output_tokens: row.output_tokens,
    reasoning_tokens: row.reasoning_tokens,
    usage_source: row.usage_source,
    dropped_fields: row.dropped_fields,
  }
}

/** In the order in which a model name is understood; the row says enough to tell the cases apart. */
function howResolved({ route, model_asked: asked, override_source: override }: RequestRow): string {
  if (route === '') return 'no route, model or provider has that name'
  if (override === 'provider_header') return 'the provider that x-sidelight-provider names'
  if (override === 'model')
    return route === asked ? 'provider/model' : 'a model that one configured provider offers'
  if (route !== asked) return 'the route that x-sidelight-route names'
  return builtInRoutes.some((name) => name === route) ? 'a built-in route' : 'a route of the configuration'
}

function candidatesOf({ request: row, route, details }: Explainable): ExplainedCandidate[] {
  const ids = new Set([...row.candidates, ...Object.keys(row.excluded)])
  if (row.candidate_served !== '') ids.add(row.candidate_served)
  return [...ids].map((id) => {
    const index = row.candidates.indexOf(id)
    const figures = own(details?.candidates, id)
    return {
      id,
      served_by: own(route?.servedBy, id) ?? null,
      state: stateOf(id, row),
      probability: index < 0 ? null : (row.probabilities[index] ?? null),
      reason: own(row.excluded, id) ?? '',
      note: figures?.note ?? null,
      expected_cost_usd: roundedCost(figures?.expectedCostUsd),
      first_token_ms: figures?.firstTokenMs ?? null,
      tokens_per_second: figures?.tokensPerSecond ?? null,
      quality: figures?.quality ?? null,
    }
  })
}

/** To the places that money is kept in: sums of doubles end in dust. */
function roundedCost(usd: number | undefined): number | null {
  return usd === undefined ? null : Number(usd.toFixed(12))
}

function stateOf(id: string, row: RequestRow): ExplainedCandidate['state'] {
  if (id === row.candidate_served) return 'served'
  if (id === row.candidate_assigned) return 'assigned'
  return row.candidates.includes(id) ? 'eligible' : 'excluded'
}

/** Ids are names like any other: one may be called `constructor`. */
function own<T>(map: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined
}

function decisionOf({ request: row, route }: Explainable): Explanation['decision'] {
  return {
    strategy: route?.strategy ?? null,
    assigned: row.candidate_assigned,
    served: row.candidate_served,
    fallback_used: row.fallback_used,
    propensity: row.propensity,
    unit_kind: row.unit_kind,
    unit_hash: row.unit_hash,
    salt: row.salt_id,
    n: row.draw_n,
    u: row.draw_u,
    recomputed: recompute(row, route),
    sticky: { kept: row.sticky_hit, version: row.sticky_version },
    override: row.override_source,
  }
}

function attemptsOf({ request, attempts }: Explainable): ExplainedAttempt[] {
  const sorted = attempts.toSorted((a, b) => a.attempt - b.attempt)
  return sorted.map((row, index) => {
    const before = sorted[index - 1]
    const readyMs = before === undefined ? request.ts : before.ts + before.duration_ms
    return {
      attempt: row.attempt,
      candidate: row.candidate,
      served_by: `${row.provider}/${row.model}`,
      target: row.target || null,
      region: row.region,
      outcome: row.outcome,
      http_status: row.http_status,
      error_code: row.error_code,
      // Hedges start before the one before has ended.
      wait_ms: Math.max(0, Math.round(row.ts - readyMs)),
      starts_ms: Math.max(0, Math.round(row.ts - request.ts)),
      duration_ms: row.duration_ms,
      first_token_ms: row.first_token_ms,
      input_tokens: row.input_tokens,
      output_tokens: row.output_tokens,
      reasoning_tokens: row.reasoning_tokens,
      usage: row.usage_classes,
      usage_source: row.usage_source,
      service_tier: row.service_tier,
      speed: row.speed,
      cost_usd: row.cost_usd,
      price: priceOf(row),
      upstream_request_id: row.upstream_request_id,
    }
  })
}

function priceOf(row: AttemptRow): ExplainedPrice | null {
  if (row.price_model === '') return null
  const { price_model: model, price_option: option, price_zone: zone } = row
  return { model, option, zone, valid_from: row.price_valid_from, assumed: row.price_assumed }
}
