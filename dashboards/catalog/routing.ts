import { COUNTED, FAILED, PRIMARY, UPSTREAM } from '../../contract/fragments.ts'
import { columns } from './columns.ts'
import { series, stat, table } from './drafts.ts'
import { board, type PanelDraft } from './panel.ts'
import { changes, weights } from './policies.ts'
import { pricedIn, requestFilters, requestsIn, scoreFilters, scoresIn } from './scope.ts'

import { usageBucket, usageIn } from './usage.ts'

const filters = requestFilters

const shares = series({
  id: 'routing-shares',
  by: 'model',
  title: 'Share by model',
  description: 'Requests that a provider answered, by model.',
  answers: ['Where does traffic go?', 'How is each model used?'],
  unit: 'share',
  empty: 'zero',
  stacked: true,
  filters,
  sql: (d) => `SELECT time, model, n / sum(n) OVER (PARTITION BY time) AS share FROM (
  SELECT ${usageBucket(d)} AS time, model, sum(requests - cache_hits) AS n ${usageIn(d)} WHERE ${PRIMARY} GROUP BY time, model)
WHERE n > 0 ORDER BY time, model`,
})

const saved = stat({
  id: 'routing-saved',
  title: 'Paid against baseline',
  description: 'What was paid, and what the baselines of the routes would have cost, where both are known.',
  answers: ['Did routing changes pay off?'],
  unit: 'usd',
  filters,
  columns: { paid: { label: 'paid', unit: 'usd' }, baseline: { label: 'baseline', unit: 'usd' } },
  sql: (
    d,
  ) => `SELECT toFloat64(sumIf(compared_usd, no_price = 0)) AS paid, toFloat64(sumIf(baseline_usd, no_price = 0)) AS baseline
${usageIn(d)} WHERE ${PRIMARY}`,
})

const savedOverTime = series({
  id: 'routing-saved-series',
  title: 'Paid against baseline over time',
  description: 'Where both are known.',
  answers: ['Did routing changes pay off?'],
  unit: 'usd',
  empty: 'zero',
  filters,
  sql: (
    d,
  ) => `SELECT ${usageBucket(d)} AS time, toFloat64(sumIf(compared_usd, no_price = 0)) AS paid, toFloat64(sumIf(baseline_usd, no_price = 0)) AS baseline
${usageIn(d)} WHERE ${PRIMARY} GROUP BY time ORDER BY time`,
})

const drawn = table({
  id: 'routing-drawn',
  title: 'Drawn, expected, served',
  description:
    'Expected is the sum of probabilities, drawn what chance made of it, served who answered in the end. z beyond ±4 is no chance.',
  answers: ['Where does traffic go?'],
  filters,
  columns: columns(['route', 'n'], {
    candidate: { label: 'Candidate' },
    expected_share: { label: 'Expected', unit: 'share' },
    drawn_share: { label: 'Drawn', unit: 'share' },
    served_share: { label: 'Served', unit: 'share' },
    z: { label: 'z', unit: 'factor' },
  }),
  sql: (
    d,
  ) => `SELECT route, toString(option.1) AS candidate, count() AS n, sum(option.2) / n AS expected_share,
  countIf(candidate_assigned = option.1) / n AS drawn_share, countIf(candidate_served = option.1) / n AS served_share,
  (countIf(candidate_assigned = option.1) - sum(option.2)) / nullIf(sqrt(sum(option.2 * (1 - option.2))), 0) AS z
FROM (SELECT route, candidate_assigned, candidate_served, arrayJoin(arrayZip(candidates, probabilities)) AS option
  ${requestsIn(d)} AND ${PRIMARY} AND ${UPSTREAM} AND candidate_assigned != '' AND length(candidates) = length(probabilities))
GROUP BY route, candidate, option.1 ORDER BY route, n DESC, candidate LIMIT 100`,
})

const versions: PanelDraft = table({
  id: 'routing-before-after',
  title: 'Before and after, by policy version',
  description:
    'What was observed under each version, with 95 % intervals. Traffic differs between versions: the randomised comparison is in `sidelight evals status`.',
  answers: ['Did routing changes pay off?', 'Did quality hold after a switch?'],
  filters,
  columns: columns(['route', 'n', 'p95_ms', 'mean_quality', 'failure_rate', 'unpriced'], {
    policy_version: { label: 'Version' },
    policy_role: { label: 'Role' },
    since: { label: 'Since', unit: 'time' },
    usd_per_request: { label: 'Per request', unit: 'usd' },
    usd_ci95: { label: '±', unit: 'usd' },
    quality_ci95: { label: '±', unit: 'score' },
    scored: { label: 'Scored', unit: 'count' },
  }),
  sql: (
    d,
  ) => `SELECT route, policy_version, policy_role, min(ts) AS since, count() AS n, avg(toFloat64(cost_usd)) AS usd_per_request,
  1.96 * stddevSamp(toFloat64(cost_usd)) / sqrt(count(cost_usd)) AS usd_ci95, countIf(cost_usd IS NULL) AS unpriced,
  quantileTDigest(0.95)(duration_ms) AS p95_ms, avg(quality) AS mean_quality, countIf(quality IS NOT NULL) AS scored,
  1.96 * stddevSamp(quality) / sqrt(scored) AS quality_ci95, countIf(${FAILED}) / n AS failure_rate
${pricedIn(d)} AND ${PRIMARY} AND ${UPSTREAM} AND ${COUNTED} AND route != ''
GROUP BY route, policy_version, policy_role ORDER BY route, policy_version DESC, policy_role LIMIT 100`,
})

const shadows = table({
  id: 'routing-shadows',
  title: 'Shadows against their primaries',
  description:
    'Copies of requests sent to another model, beside the answers callers got. Differences are shadow less primary.',
  answers: ['Did routing changes pay off?'],
  filters,
  columns: columns(['route'], {
    pairs: { label: 'Pairs', unit: 'count' },
    cost_factor: { label: 'Cost', unit: 'factor' },
    quality_delta: { label: 'Quality', unit: 'score' },
    duration_delta: { label: 'Duration', unit: 'ms' },
  }),
  sql: (d) => `SELECT p.route AS route, p.model AS primary_model, s.model AS shadow_model, count() AS pairs,
  toFloat64(sumIf(s.cost_usd, p.cost_usd IS NOT NULL)) / nullIf(toFloat64(sumIf(p.cost_usd, s.cost_usd IS NOT NULL)), 0) AS cost_factor,
  avg(s.quality - p.quality) AS quality_delta, avg(toFloat64(s.duration_ms) - p.duration_ms) AS duration_delta
FROM (SELECT pair_id, model, cost_usd, quality, duration_ms FROM sidelight.requests_priced WHERE ${d.range('ts')} AND role = 'shadow') AS s
GLOBAL INNER JOIN (SELECT toString(request_id) AS id, route, model, cost_usd, quality, duration_ms ${pricedIn(d)} AND ${PRIMARY}
  AND request_id GLOBAL IN (SELECT toUUIDOrZero(pair_id) FROM sidelight.requests WHERE ${d.range('ts')} AND role = 'shadow')) AS p ON p.id = s.pair_id
GROUP BY route, primary_model, shadow_model ORDER BY pairs DESC, route, primary_model, shadow_model LIMIT 50`,
})

const costQuality = table({
  id: 'routing-cost-quality',
  title: 'Cost against quality',
  description: 'Scored requests by candidate: to the left is cheaper, up is better.',
  answers: ['Did routing changes pay off?', 'Which candidate is worth its price?'],
  viz: 'scatter',
  filters: scoreFilters,
  columns: {
    candidate_of: { label: 'Candidate' },
    usd_per_request: { label: 'Per request', unit: 'usd' },
    mean_score: { label: 'Score', unit: 'score' },
    scored: { label: 'Scored', unit: 'count' },
  },
  sql: (
    d,
  ) => `SELECT concat(toString(route), ': ', toString(candidate)) AS candidate_of, avg(toFloat64(cost_usd)) AS usd_per_request, avg(score) AS mean_score,
  count() AS scored
${scoresIn(d)} AND score IS NOT NULL AND cost_usd IS NOT NULL AND origin IN ('live', 'shadow') GROUP BY route, candidate ORDER BY candidate_of, route, candidate LIMIT 100`,
})

export const routing = board(
  {
    uid: 'sidelight-routing',
    title: 'Routing',
    question: 'Where does traffic go, why did weights change, did it pay?',
  },
  {
    'Where does it go, and did it pay?': [saved, shares, savedOverTime],
    'Why did weights change?': [weights, changes, drawn],
    'Did it pay?': [versions, shadows, costQuality],
  },
)
