import type { Migration } from './step.ts'

/**
 * Prompts by day, candidates by hour. A candidate is the one that was drawn: what followed, fallbacks included,
 * belongs to the decision. Cache hits were not drawn.
 */
export const promptsAndCandidates: Migration = {
  version: 4,
  name: 'prompts and candidates',
  steps: [
    {
      kind: 'table',
      name: 'prompt_daily',
      columns: `
        day date
        app label
        route label
        prompt_name label
        prompt_version label
        provider label
        model label
        env label
        requests sum
        failures sum
        cache_hits sum
        input_tokens sum
        output_tokens sum
        cost_usd sum_usd
        unpriced sum
        duration_ms_sum sum_float
        quality_sum sum_float
        scored sum
      `,
      engine: 'SummingMergeTree',
      partitionBy: 'toYYYYMM(day)',
      orderBy: '(day, app, route, prompt_name, prompt_version, provider, model, env)',
      shardBy: 'cityHash64(prompt_name)',
    },
    {
      kind: 'rollup',
      name: 'prompt_daily_view',
      to: 'prompt_daily',
      select: `
SELECT toDate(r.ts, 'UTC') AS day, r.app AS app, r.route AS route, r.prompt_name AS prompt_name,
  r.prompt_version AS prompt_version, r.provider AS provider, r.model AS model, r.env AS env,
  count() AS requests,
  countIf(r.status IN ('error', 'truncated')) AS failures,
  countIf(r.cache IN ('exact', 'lexical', 'semantic', 'stale')) AS cache_hits,
  sum(toInt64(r.input_tokens)) AS input_tokens,
  sum(toInt64(r.output_tokens)) AS output_tokens,
  sum(ifNull(r.cost_usd, 0)) AS cost_usd,
  countIf(r.cost_usd IS NULL) AS unpriced,
  sum(toFloat64(r.duration_ms)) AS duration_ms_sum,
  sum(ifNull(r.quality, 0)) AS quality_sum,
  countIf(r.quality IS NOT NULL) AS scored
FROM {requests} AS r
WHERE r.role = 'primary'
GROUP BY day, app, route, prompt_name, prompt_version, provider, model, env`,
    },
    {
      kind: 'table',
      name: 'candidate_1h',
      columns: `
        route label
        segment label
        candidate label
        hour instant
        policy_version u32
        policy_role label
        requests sum
        served sum
        errors sum
        cost_usd sum_usd
        cost_usd_squares sum_float
        unpriced sum
        baseline_usd sum_usd
        compared_usd sum_usd
        duration_ms_sum sum_float
        duration_digest digest
      `,
      engine: 'AggregatingMergeTree',
      partitionBy: 'toYYYYMM(hour)',
      orderBy: '(route, segment, candidate, hour, policy_version, policy_role)',
      shardBy: 'cityHash64(route)',
    },
    {
      kind: 'rollup',
      name: 'candidate_1h_view',
      to: 'candidate_1h',
      select: `
SELECT r.route AS route, r.segment AS segment, r.candidate_assigned AS candidate, toStartOfHour(r.ts) AS hour,
  r.policy_version AS policy_version, r.policy_role AS policy_role,
  count() AS requests,
  countIf(r.candidate_served = r.candidate_assigned) AS served,
  countIf(r.status IN ('error', 'truncated')) AS errors,
  sum(ifNull(r.cost_usd, 0)) AS cost_usd,
  sum(pow(toFloat64(ifNull(r.cost_usd, 0)), 2)) AS cost_usd_squares,
  countIf(r.cost_usd IS NULL) AS unpriced,
  sum(ifNull(r.baseline_usd, 0)) AS baseline_usd,
  sum(if(r.baseline_usd IS NULL, 0, ifNull(r.cost_usd, 0))) AS compared_usd,
  sum(toFloat64(r.duration_ms)) AS duration_ms_sum,
  quantilesTDigestState(0.5, 0.95, 0.99)(r.duration_ms) AS duration_digest
FROM {requests} AS r
WHERE r.role = 'primary' AND r.cache IN ('off', 'miss') AND r.candidate_assigned != ''
GROUP BY route, segment, candidate, hour, policy_version, policy_role`,
    },
  ],
}
