import type { Migration } from './step.ts'

/**
 * How fast and how well primary requests were answered. Minutes hold counters alone: digests of a minute were no
 * faster than the rows themselves. Hours hold digests under few keys, for a digest of a handful is no smaller
 * than the handful. Times to the first content are those of streams from a provider.
 */
export const latency: Migration = {
  version: 3,
  name: 'latency',
  steps: [
    {
      kind: 'table',
      name: 'latency_1m',
      columns: `
          minute instant
          route label
          provider label
          model label
          env label
          requests sum
          errors sum
          blocked sum
          truncated sum
          client_aborts sum
          cache_off sum
          cache_miss sum
          cache_exact sum
          cache_lexical sum
          cache_semantic sum
          cache_stale sum
          fallbacks sum
          attempts sum
          output_tokens sum
          duration_ms_sum sum_float
          first_token_ms_sum sum_float
          first_tokens sum
          overhead_us_sum sum
        `,
      engine: 'SummingMergeTree',
      partitionBy: 'toMonday(minute)',
      orderBy: '(minute, route, provider, model, env)',
      shardBy: 'cityHash64(route)',
    },
    {
      kind: 'rollup',
      name: 'latency_1m_view',
      to: 'latency_1m',
      select: `
SELECT toStartOfMinute(r.ts) AS minute, r.route AS route, r.provider AS provider, r.model AS model, r.env AS env,
  count() AS requests,
  countIf(r.status = 'error') AS errors,
  countIf(r.status = 'blocked') AS blocked,
  countIf(r.status = 'truncated') AS truncated,
  countIf(r.status = 'client_abort') AS client_aborts,
  countIf(r.cache = 'off') AS cache_off,
  countIf(r.cache = 'miss') AS cache_miss,
  countIf(r.cache = 'exact') AS cache_exact,
  countIf(r.cache = 'lexical') AS cache_lexical,
  countIf(r.cache = 'semantic') AS cache_semantic,
  countIf(r.cache = 'stale') AS cache_stale,
  countIf(r.fallback_used) AS fallbacks,
  sum(toInt64(r.attempt_count)) AS attempts,
  sum(toInt64(r.output_tokens)) AS output_tokens,
  sum(toFloat64(r.duration_ms)) AS duration_ms_sum,
  sum(toFloat64(ifNull(r.first_token_ms, 0))) AS first_token_ms_sum,
  countIf(r.first_token_ms IS NOT NULL) AS first_tokens,
  sum(toInt64(r.overhead_us)) AS overhead_us_sum
FROM {requests} AS r
WHERE r.role = 'primary'
GROUP BY minute, route, provider, model, env`,
    },
    {
      kind: 'table',
      name: 'latency_1h',
      columns: `
          hour instant
          route label
          provider label
          model label
          env label
          requests sum
          errors sum
          blocked sum
          truncated sum
          client_aborts sum
          cache_asked sum
          cache_hits sum
          fallbacks sum
          output_tokens sum
          duration_ms_sum sum_float
          duration_digest digest
          first_token_digest digest
          customers distinct
        `,
      engine: 'AggregatingMergeTree',
      partitionBy: 'toYYYYMM(hour)',
      orderBy: '(hour, route, provider, model, env)',
      shardBy: 'cityHash64(route)',
    },
    {
      kind: 'rollup',
      name: 'latency_1h_view',
      to: 'latency_1h',
      select: `
SELECT toStartOfHour(r.ts) AS hour, r.route AS route, r.provider AS provider, r.model AS model, r.env AS env,
  count() AS requests,
  countIf(r.status = 'error') AS errors,
  countIf(r.status = 'blocked') AS blocked,
  countIf(r.status = 'truncated') AS truncated,
  countIf(r.status = 'client_abort') AS client_aborts,
  countIf(r.cache != 'off') AS cache_asked,
  countIf(r.cache IN ('exact', 'lexical', 'semantic', 'stale')) AS cache_hits,
  countIf(r.fallback_used) AS fallbacks,
  sum(toInt64(r.output_tokens)) AS output_tokens,
  sum(toFloat64(r.duration_ms)) AS duration_ms_sum,
  quantilesTDigestState(0.5, 0.95, 0.99)(r.duration_ms) AS duration_digest,
  quantilesTDigestStateIf(0.5, 0.95, 0.99)(ifNull(r.first_token_ms, 0),
    r.first_token_ms IS NOT NULL AND r.streamed AND r.cache IN ('off', 'miss')) AS first_token_digest,
  uniqCombinedStateIf(12)(toString(r.customer), r.customer != '') AS customers
FROM {requests} AS r
WHERE r.role = 'primary'
GROUP BY hour, route, provider, model, env`,
    },
  ],
}
