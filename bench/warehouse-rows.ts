/**
 * Traffic as a fleet makes it, written by the engine itself so that ten million rows take a minute: a Zipf of
 * customers, conversations of about five turns, eight apps with features and prompts of their own, routes with
 * two or three candidates, log-normal tokens and times. Everything follows from the row's number and the seed.
 */
export interface Traffic {
  readonly rows: number
  readonly firstRow?: number
  /** Rows of the whole table: they are spread over the days, whatever part of them is made. */
  readonly ofRows?: number
  readonly seed?: number
  readonly days?: number
  readonly customers?: number
}

const startMs = Date.UTC(2026, 8, 28)

export function requestsSql(traffic: Traffic): { columns: readonly string[]; select: string } {
  const { rows, firstRow = 0, ofRows = rows, seed = 1, days = 30, customers = 5000 } = traffic
  const stepMs = (days * 86_400_000) / ofRows
  const columns = Object.keys(expressions)
  const select = `
WITH
  number + ${firstRow} AS n,
  -- Five turns for each conversation, mixed with eighty others.
  cityHash64(${seed}, intDiv(n, 400), cityHash64(n, 1) % 80) AS conversation,
  cityHash64(conversation, 2) / 18446744073709551616 AS u_customer,
  cityHash64(n, 3) / 18446744073709551616 AS u1,
  cityHash64(n, 4) / 18446744073709551616 AS u2,
  cityHash64(n, 5) / 18446744073709551616 AS u3,
  cityHash64(n, 6) / 18446744073709551616 AS u4,
  -- Box and Muller: two normal numbers from two even ones.
  sqrt(-2 * log(u1 + 1e-12)) * cos(6.283185307179586 * u2) AS z1,
  sqrt(-2 * log(u1 + 1e-12)) * sin(6.283185307179586 * u2) AS z2,
  sqrt(-2 * log(u3 + 1e-12)) * cos(6.283185307179586 * u4) AS z3,
  toUInt32(exp(u_customer * log(${customers}))) AS customer_number,
  cityHash64(customer_number, conversation % 3) % 8 AS app_number,
  cityHash64(conversation, 7) % 4 AS feature_number,
  app_number % 6 AS route_number,
  cityHash64(conversation, 8) / 18446744073709551616 AS u_draw,
  if(route_number < 3, ['cheap', 'strong'], ['cheap', 'middle', 'strong']) AS eligible,
  if(route_number < 3, [0.775, 0.225], [0.5, 0.300000000000000044, 0.2]) AS weights,
  if(u_draw < weights[1], 1, if(length(weights) = 2 OR u_draw < weights[1] + weights[2], 2, 3)) AS drawn,
  cityHash64(n, 9) % 1000 AS luck,
  luck < 15 AS fell_back,
  if(fell_back, length(eligible) + 1 - drawn, drawn) AS served,
  (route_number + served) % 6 AS model_number,
  route_number >= 3 AND cityHash64(n, 10) % 100 < 12 AS is_hit,
  cityHash64(n, 11) % 10 < 7 AS is_streamed,
  toUInt32(least(120000, exp(6.6 + 1.1 * z1))) AS input,
  if(cityHash64(n, 12) % 10 < 3, toUInt32(input * 0.6), 0) AS cached,
  if(model_number = 4 AND luck > 800, toUInt32(input * 0.2), 0) AS written,
  if(luck >= 985, 0, toUInt32(least(16000, exp(5.0 + 0.9 * z2)))) AS output,
  if(model_number IN (1, 3), toUInt32(output * 0.4), 0) AS reasoning,
  [0.15, 2.5, 0.075, 1.25, 3.0, 0.27][model_number + 1] AS in_rate,
  [0.6, 10, 0.3, 10, 15, 1.1][model_number + 1] AS out_rate,
  (input - cached - written) * in_rate + cached * in_rate * 0.1 + written * in_rate * 1.25 + output * out_rate AS millionths,
  exp(5.6 + 0.5 * z3) AS first_token,
  lower(hex(MD5(toString(n * 31)))) AS noise,
  toInt64(${startMs} + n * ${stepMs} + u4 * ${stepMs}) AS at_ms
SELECT
${columns.map((name) => `  ${expressions[name]} AS ${name}`).join(',\n')}
FROM numbers(${rows})`
  return { columns, select }
}

const status =
  "multiIf(luck >= 997, 'client_abort', luck >= 995, 'truncated', luck >= 985, 'error', luck = 20, 'blocked', 'ok')"
const usd = (expression: string) => `toDecimal64(${expression}, 12)`

/** Columns that are not named have the default of their type, as most of them do in most installations. */
const expressions: Readonly<Record<string, string>> = {
  ts: "fromUnixTimestamp64Milli(at_ms, 'UTC')",
  request_id:
    "toUUID(concat(substring(lower(hex(at_ms)), 1, 8), '-', substring(lower(hex(at_ms)), 9, 4), '-7', substring(noise, 1, 3), '-8', substring(noise, 4, 3), '-', substring(noise, 7, 12)))",
  seq: 'intDiv(n, 4) + 1',
  sidecar_id: "concat('pod-', toString(n % 4))",
  boot: 'toUInt32(1790553600 + n % 4)',
  schema_version: '1',
  app: "['checkout', 'support', 'search', 'docs', 'sales', 'mobile', 'batch', 'ops'][app_number + 1]",
  team: "['payments', 'care', 'core', 'core', 'growth', 'growth', 'data', 'data'][app_number + 1]",
  env: "if(conversation % 20 = 0, 'staging', 'production')",
  key_name: "concat(app, '-prod')",
  customer: "concat('customer-', leftPad(toString(customer_number), 5, '0'))",
  tier: "['free', 'pro', 'enterprise'][customer_number % 3 + 1]",
  feature: "concat(app, '.', ['chat', 'summary', 'classify', 'draft'][feature_number + 1])",
  session: "if(conversation % 10 < 6, lower(hex(conversation)), '')",
  prompt_name: "if(conversation % 10 < 7, concat(app, '-', toString(feature_number)), '')",
  prompt_version: "if(conversation % 10 < 7, toString(1 + intDiv(n * 6, 10000000) % 6), '')",
  prompt_fingerprint: 'lower(hex(MD5(toString(if(is_hit, intDiv(n, 100), n)))))',
  tags: "if(app_number = 1, map('plan', tier), map())",
  trace_id: "if(app_number IN (0, 5), lower(hex(MD5(concat('t', toString(n))))), '')",
  dialect: "['chat', 'chat', 'responses', 'chat', 'messages', 'chat'][route_number + 1]",
  endpoint: "'generate'",
  route: "['support', 'assist', 'search', 'docs', 'sales', 'batch'][route_number + 1]",
  model_asked: 'route',
  segment: "concat(feature, '|', prompt_name)",
  streamed: 'is_streamed',
  role: "if(luck BETWEEN 30 AND 32, 'shadow', if(luck = 33, 'judge', 'primary'))",
  policy_id: 'substring(lower(hex(MD5(concat(route, toString(intDiv(n, 500000)))))), 1, 16)',
  policy_version: 'toUInt32(1 + intDiv(n, 500000))',
  policy_role: "if(is_hit, 'cache', if(u_draw < 0.05, 'holdout', 'active'))",
  candidates: 'eligible',
  probabilities: 'weights',
  draw_u: 'u_draw',
  unit_kind: "'conversation'",
  unit_hash: 'lower(hex(MD5(toString(conversation))))',
  salt_id: "'s1'",
  candidate_assigned: "if(is_hit, '', eligible[drawn])",
  propensity: 'if(is_hit, 1, weights[drawn])',
  candidate_served: 'eligible[served]',
  provider: "['openai', 'openai', 'gemini', 'gemini', 'anthropic', 'deepseek'][model_number + 1]",
  model:
    "['gpt-4o-mini', 'gpt-5', 'gemini-2.5-flash-lite', 'gemini-2.5-pro', 'claude-sonnet-4-6', 'deepseek-chat'][model_number + 1]",
  model_reported: 'model',
  attempt_count: 'if(is_hit, 0, 1 + fell_back)',
  fallback_used: 'fell_back',
  cache: "if(route_number < 3, 'off', if(is_hit, if(luck % 3 = 0, 'lexical', 'exact'), 'miss'))",
  cache_score: 'nullIf(if(is_hit AND luck % 3 = 0, 0.9 + u1 / 10, 0), 0)',
  cache_saved_usd: `nullIf(if(is_hit, ${usd('millionths / 1e6')}, ${usd('0')}), 0)`,
  input_tokens: 'if(is_hit, 0, input)',
  cached_input_tokens: 'if(is_hit, 0, cached)',
  cache_write_tokens: 'if(is_hit, 0, written)',
  output_tokens: 'if(is_hit, 0, output)',
  reasoning_tokens: 'if(is_hit, 0, reasoning)',
  usage_classes:
    "if(is_hit, map(), mapFilter((k, v) -> v > 0, map('input', toFloat64(input - cached - written), 'cache_read', toFloat64(cached), 'cache_write', toFloat64(written), 'output', toFloat64(output))))",
  usage_source: "if(luck >= 997, 'estimated', 'provider')",
  service_tier: "if(provider = 'openai', 'default', '')",
  cost_usd: `if(luck = 500, NULL, if(is_hit, ${usd('0')}, ${usd('millionths / 1e6')}))`,
  baseline_usd: `nullIf(if(route_number < 4, ${usd('(input * 2.5 + output * 10) / 1e6')}, ${usd('0')}), 0)`,
  status,
  http_status: 'if(luck >= 985 AND luck < 995, 502, 200)',
  error_code: "if(luck >= 985 AND luck < 995, 'upstream_failed', '')",
  finish_reason: "if(luck >= 985, '', if(model_number = 4, 'end_turn', 'stop'))",
  duration_ms: 'toFloat32(round(if(is_hit, 2 + u1, first_token + output * (4 + z3)), 3))',
  first_token_ms: 'if(luck >= 985, NULL, toFloat32(round(if(is_hit, 1 + u1, first_token), 3)))',
  overhead_us: 'toUInt32(180 + 60 * abs(z3))',
  request_bytes: 'toUInt32(input * 4.2 + 300)',
  response_bytes: 'toUInt32(output * if(is_streamed, 180, 5) + 400)',
}

/** One call for most requests, a failed one before it where another candidate answered. */
export function attemptsSql(database: string): { columns: readonly string[]; select: string } {
  const columns = [
    'ts',
    'request_id',
    'attempt',
    'sidecar_id',
    'candidate',
    'provider',
    'model',
    'outcome',
    'http_status',
    'duration_ms',
    'first_token_ms',
    'input_tokens',
    'cached_input_tokens',
    'cache_write_tokens',
    'output_tokens',
    'usage_classes',
    'usage_source',
    'cost_usd',
    'upstream_request_id',
  ]
  const select = `
SELECT ts, request_id, number AS attempt, sidecar_id, candidate_served AS candidate, provider, model,
  if(number < attempt_count, 'outage', if(status = 'error', 'outage', 'answered')) AS outcome,
  if(outcome = 'outage', 503, 200) AS http_status, duration_ms, first_token_ms,
  if(outcome = 'outage', 0, input_tokens), if(outcome = 'outage', 0, cached_input_tokens),
  if(outcome = 'outage', 0, cache_write_tokens), if(outcome = 'outage', 0, output_tokens),
  if(outcome = 'outage', map(), usage_classes), usage_source, if(outcome = 'outage', toDecimal64(0, 12), cost_usd),
  concat('req_', lower(hex(cityHash64(request_id, number))))
FROM ${database}.requests ARRAY JOIN range(1, toUInt32(attempt_count) + 1) AS number`
  return { columns, select }
}
