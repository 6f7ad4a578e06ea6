import type { Migration } from './step.ts'

/**
 * Who used what and what it cost, filled by views that group one insert and join nothing. Money and tokens come from
 * `requests` alone, whose figures are sums over the calls of the request: with `attempts` all would count twice.
 * Rows keep `role`: shadow, judge and audit calls stand on the invoice but are not what a customer did. A cost
 * that is unknown adds nothing and is counted in `unpriced`. In a select every column carries the name of its
 * table, because an alias of the same name would be taken for it.
 */
export const usage: Migration = {
  version: 2,
  name: 'usage',
  steps: [
    {
      kind: 'table',
      name: 'usage_hourly',
      columns: `
          customer label
          hour instant
          app label
          team label
          feature label
          route label
          provider label
          model label
          env label
          role label
          requests sum
          errors sum
          blocked sum
          truncated sum
          client_aborts sum
          cache_hits sum
          cache_asked sum
          fallbacks sum
          attempts sum
          input_tokens sum
          cached_input_tokens sum
          cache_write_tokens sum
          output_tokens sum
          reasoning_tokens sum
          cost_usd sum_usd
          unpriced sum
          charge_usd sum_usd
          baseline_usd sum_usd
          compared_usd sum_usd
          cache_saved_usd sum_usd
          estimated sum
          last_ts latest
        `,
      engine: 'SummingMergeTree',
      partitionBy: 'toYYYYMM(hour)',
      orderBy: '(customer, hour, app, team, feature, route, provider, model, env, role)',
      shardBy: 'cityHash64(customer)',
    },
    {
      kind: 'rollup',
      name: 'usage_hourly_view',
      to: 'usage_hourly',
      select: `
SELECT r.customer AS customer, toStartOfHour(r.ts) AS hour, r.app AS app, r.team AS team, r.feature AS feature,
  r.route AS route, r.provider AS provider, r.model AS model, r.env AS env, r.role AS role,
  count() AS requests,
  countIf(r.status = 'error') AS errors,
  countIf(r.status = 'blocked') AS blocked,
  countIf(r.status = 'truncated') AS truncated,
  countIf(r.status = 'client_abort') AS client_aborts,
  countIf(r.cache IN ('exact', 'lexical', 'semantic', 'stale')) AS cache_hits,
  countIf(r.cache != 'off') AS cache_asked,
  countIf(r.fallback_used) AS fallbacks,
  sum(toInt64(r.attempt_count)) AS attempts,
  sum(toInt64(r.input_tokens)) AS input_tokens,
  sum(toInt64(r.cached_input_tokens)) AS cached_input_tokens,
  sum(toInt64(r.cache_write_tokens)) AS cache_write_tokens,
  sum(toInt64(r.output_tokens)) AS output_tokens,
  sum(toInt64(r.reasoning_tokens)) AS reasoning_tokens,
  sum(ifNull(r.cost_usd, 0)) AS cost_usd,
  countIf(r.cost_usd IS NULL) AS unpriced,
  sum(ifNull(r.charge_usd, 0)) AS charge_usd,
  sum(ifNull(r.baseline_usd, 0)) AS baseline_usd,
  sum(if(r.baseline_usd IS NULL, 0, ifNull(r.cost_usd, 0))) AS compared_usd,
  sum(ifNull(r.cache_saved_usd, 0)) AS cache_saved_usd,
  countIf(r.usage_source IN ('counted', 'estimated')) AS estimated,
  max(toDateTime(r.ts, 'UTC')) AS last_ts
FROM {requests} AS r
GROUP BY customer, hour, app, team, feature, route, provider, model, env, role`,
    },
    {
      kind: 'table',
      name: 'usage_daily',
      columns: `
          customer label
          day date
          app label
          model label
          provider label
          role label
          requests sum
          failures sum
          cache_hits sum
          input_tokens sum
          cached_input_tokens sum
          output_tokens sum
          cost_usd sum_usd
          unpriced sum
          charge_usd sum_usd
          cache_saved_usd sum_usd
        `,
      engine: 'SummingMergeTree',
      partitionBy: 'toYYYYMM(day)',
      orderBy: '(customer, day, app, model, provider, role)',
      shardBy: 'cityHash64(customer)',
    },
    {
      kind: 'rollup',
      name: 'usage_daily_view',
      to: 'usage_daily',
      select: `
SELECT r.customer AS customer, toDate(r.ts, 'UTC') AS day, r.app AS app, r.model AS model, r.provider AS provider,
  r.role AS role,
  count() AS requests,
  countIf(r.status IN ('error', 'truncated')) AS failures,
  countIf(r.cache IN ('exact', 'lexical', 'semantic', 'stale')) AS cache_hits,
  sum(toInt64(r.input_tokens)) AS input_tokens,
  sum(toInt64(r.cached_input_tokens)) AS cached_input_tokens,
  sum(toInt64(r.output_tokens)) AS output_tokens,
  sum(ifNull(r.cost_usd, 0)) AS cost_usd,
  countIf(r.cost_usd IS NULL) AS unpriced,
  sum(ifNull(r.charge_usd, 0)) AS charge_usd,
  sum(ifNull(r.cache_saved_usd, 0)) AS cache_saved_usd
FROM {requests} AS r
GROUP BY customer, day, app, model, provider, role`,
    },
  ],
}
