import { COUNTED, PRIMARY } from '../../contract/fragments.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { columns } from './columns.ts'
import { series, stat, table } from './drafts.ts'
import { board } from './panel.ts'
import { requestFilters, requestsIn } from './scope.ts'
import {
  byCallers,
  FAILURE_RATE,
  isUsedNow,
  UPSTREAM_FAILURE_RATE,
  USED_COUNTED,
  USED_SPEND,
  usageBucket,
  usageBucketSeconds,
  usageIn,
  usageTwice,
} from './usage.ts'

const filters = requestFilters

const spend = stat({
  id: 'overview-spend',
  title: 'Spend',
  description: 'Known cost of all calls in the range, shadow, judge and audit calls included.',
  answers: ['What does it cost?'],
  unit: 'usd',
  empty: 'zero',
  filters,
  sql: (d) => `SELECT ${USED_SPEND} AS spend ${usageIn(d)}`,
})

const spendChange = stat({
  id: 'overview-spend-change',
  title: 'Spend against before',
  description:
    'Change against the equal range before this one; unknown when nothing was spent then or no price is known now.',
  answers: ['Why did spend jump?'],
  unit: 'share',
  filters,
  sql: changeSql,
})

function changeSql(d: Dialect): string {
  const now = isUsedNow(d)
  return `SELECT if(sumIf(requests, ${now}) > 0 AND sumIf(requests, ${now}) = sumIf(no_price, ${now}), NULL,
  toFloat64(sumIf(cost_usd, ${now})) / nullIf(toFloat64(sumIf(cost_usd, NOT (${now}))), 0) - 1) AS change
${usageTwice(d)}`
}

const requests = stat({
  id: 'overview-requests',
  title: 'Requests',
  description: 'Requests of callers; shadow, judge and audit calls are not among them.',
  answers: ['Is it healthy?'],
  unit: 'count',
  empty: 'zero',
  filters,
  sql: (d) => `SELECT sum(requests) AS n ${usageIn(d)} WHERE ${PRIMARY}`,
})

const success = stat({
  id: 'overview-success',
  title: 'Success rate',
  description:
    'Answered, or blocked on purpose, of all requests whose caller stayed. A stream that broke off is a failure.',
  answers: ['Is it healthy?', 'What is the success rate?'],
  unit: 'share',
  filters,
  sql: (d) =>
    `SELECT sum(requests - errors - truncated - client_aborts) / nullIf(${USED_COUNTED}, 0) AS success ${usageIn(d)} WHERE ${PRIMARY}`,
})

const p95 = stat({
  id: 'overview-p95',
  title: 'Duration p95',
  description: 'From arrival to the last byte; 95 of 100 requests were quicker.',
  answers: ['Is it healthy?'],
  unit: 'ms',
  filters,
  sql: (d) =>
    `SELECT if(count() = 0, NULL, quantileTDigest(0.95)(duration_ms)) AS p95_ms ${requestsIn(d)} AND ${PRIMARY} AND ${COUNTED}`,
})

const cacheHit = stat({
  id: 'overview-cache-hit',
  title: 'Cache hit rate',
  description: 'Answered from the cache, of the requests that were looked for in it.',
  answers: ['Does the cache save money?'],
  unit: 'share',
  filters,
  sql: (d) =>
    `SELECT sum(cache_hits) / nullIf(sum(cache_asked), 0) AS hit_rate ${usageIn(d)} WHERE ${PRIMARY}`,
})

const saved = stat({
  id: 'overview-saved',
  title: 'Saved',
  description:
    'By cache hits, and by routing: what the baseline of the route would have cost less what was paid, where both are known.',
  answers: ['Does the cache save money?', 'Did routing changes pay off?'],
  unit: 'usd',
  filters,
  columns: { by_cache: { label: 'by cache', unit: 'usd' }, by_routing: { label: 'by routing', unit: 'usd' } },
  sql: (
    d,
  ) => `SELECT if(sum(cache_hits) > 0 AND sum(saved_known) = 0, NULL, toFloat64(sum(cache_saved_usd))) AS by_cache,
  toFloat64(sumIf(baseline_usd - compared_usd, no_price = 0)) AS by_routing
${usageIn(d)} WHERE ${PRIMARY}`,
})

const unpriced = stat({
  id: 'overview-unpriced',
  title: 'Without price',
  description:
    'Requests whose cost is unknown. They are in no sum of money: spend is at least what is shown.',
  answers: ['Can the numbers be trusted?'],
  unit: 'count',
  empty: 'zero',
  filters,
  sql: (d) => `SELECT sum(no_price) AS unpriced ${usageIn(d)}`,
})

const outcomes = series({
  id: 'overview-outcomes',
  by: 'status',
  title: 'Requests by outcome',
  description:
    'Requests per second: ok, error, blocked, truncated (broken off), client_abort (the caller left).',
  answers: ['Is it healthy?'],
  unit: 'per_second',
  empty: 'zero',
  stacked: true,
  filters,
  sql: (d) =>
    `SELECT time, outcome.1 AS status, outcome.2 / ${usageBucketSeconds(d)} AS per_second FROM (
  SELECT ${usageBucket(d)} AS time, [('ok', sum(requests - errors - blocked - truncated - client_aborts)), ('error', sum(errors)),
    ('blocked', sum(blocked)), ('truncated', sum(truncated)), ('client_abort', sum(client_aborts))] AS outcomes
  ${usageIn(d)} WHERE ${PRIMARY} GROUP BY time)
ARRAY JOIN outcomes AS outcome WHERE outcome.2 > 0 ORDER BY time, status`,
})

const spendByModel = series({
  id: 'overview-spend-by-model',
  by: 'model',
  title: 'Spend by model',
  description: 'Known cost of all calls, by the model that answered.',
  answers: ['What does it cost?', 'Which model is the most expensive?'],
  unit: 'usd',
  empty: 'zero',
  stacked: true,
  filters,
  sql: (d) =>
    `SELECT ${usageBucket(d)} AS time, model, if(sum(requests) = sum(no_price), NULL, toFloat64(sum(cost_usd))) AS spend ${usageIn(d)} GROUP BY time, model ORDER BY time, model`,
})

const durations = series({
  id: 'overview-durations',
  title: 'Duration',
  description: 'From arrival to the last byte, of requests whose caller stayed.',
  answers: ['Is it healthy?'],
  unit: 'ms',
  empty: 'gap',
  filters,
  sql: (d) => `SELECT time, q[1] AS p50, q[2] AS p95, q[3] AS p99 FROM (
  SELECT ${d.bucket('ts')} AS time, quantilesTDigest(0.5, 0.95, 0.99)(duration_ms) AS q
  ${requestsIn(d)} AND ${PRIMARY} AND ${COUNTED} GROUP BY time)
ORDER BY time`,
})

const errorsByProvider = series({
  id: 'overview-errors-by-provider',
  by: 'provider',
  title: 'Failures by provider',
  description: 'Errors and broken-off streams, of requests whose caller stayed, by the provider asked last.',
  answers: ['Is a provider down?'],
  unit: 'share',
  empty: 'gap',
  filters,
  sql: (d) =>
    `SELECT ${usageBucket(d)} AS time, provider, ${UPSTREAM_FAILURE_RATE} AS failure_rate ${usageIn(d)} WHERE ${PRIMARY} AND provider != '' GROUP BY time, provider ORDER BY time, provider`,
})

const topApps = table({
  id: 'overview-top-apps',
  title: 'Apps by spend',
  description: 'Spend counts all calls; requests and failures those of callers.',
  answers: ['Which app burns the budget?', 'What does each app cost?'],
  filters,
  columns: columns(['app', 'spend', 'unpriced', 'n', 'failure_rate']),
  sql: (
    d,
  ) => `SELECT app, ${USED_SPEND} AS spend, sum(no_price) AS unpriced, ${byCallers('sum(requests)')} AS n,
  ${byCallers(FAILURE_RATE)} AS failure_rate
${usageIn(d)} GROUP BY app ORDER BY spend DESC NULLS LAST, app LIMIT 20`,
})

export const overview = board(
  { uid: 'sidelight-overview', title: 'Overview', question: 'Is it healthy, and what does it cost?' },
  {
    'Is it healthy, and what does it cost?': [
      spend,
      spendChange,
      requests,
      success,
      p95,
      cacheHit,
      saved,
      unpriced,
    ],
    'Traffic and money': [outcomes, spendByModel, durations, errorsByProvider, topApps],
  },
)
