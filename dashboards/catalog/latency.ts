import { COUNTED, GOOD, PRIMARY, UPSTREAM } from '../../contract/fragments.ts'
import type { Dialect } from '../dialects/dialect.ts'
import type { VarName } from '../dialects/variables.ts'
import { columns } from './columns.ts'
import { series, stat, table } from './drafts.ts'
import { board } from './panel.ts'
import { requestFilters, requestsIn } from './scope.ts'

const filters = requestFilters
const objective: readonly VarName[] = [...filters, 'slo_ms']
const kept = (d: Dialect) =>
  `countIf(${GOOD} AND duration_ms <= ${d.number('slo_ms')}) / nullIf(countIf(${COUNTED}), 0)`

const within = stat({
  id: 'latency-within',
  title: 'Within the objective',
  description: 'Answered well within the time of the objective, of all requests whose caller stayed.',
  answers: ['Is the promise kept?'],
  unit: 'share',
  filters: objective,
  sql: (d) => `SELECT ${kept(d)} AS kept ${requestsIn(d)} AND ${PRIMARY}`,
})

const burn = series({
  id: 'latency-burn',
  title: 'Burn rate',
  description:
    'How many times faster than allowed the objective’s share of bad requests is used up: 1 just keeps it, 14.4 uses up a month in two days.',
  answers: ['Is the promise kept?'],
  unit: 'factor',
  empty: 'gap',
  filters: [...objective, 'slo_target'],
  sql: (d) =>
    `SELECT ${d.bucket('ts')} AS time, (1 - ${kept(d)}) / nullIf(1 - ${d.number('slo_target')}, 0) AS burn ${requestsIn(d)} AND ${PRIMARY} GROUP BY time ORDER BY time`,
})

/** Upper ends of the buckets, each √2 times the one before; zeros in front, for labels are sorted as text. */
const heatmap = series({
  id: 'latency-heatmap',
  by: 'upto_ms',
  title: 'Durations',
  description: 'How many requests took how long, in milliseconds.',
  answers: ['Who adds delay?'],
  viz: 'heatmap',
  unit: 'count',
  empty: 'zero',
  filters,
  sql: (d) => `SELECT ${d.bucket('ts')} AS time,
  leftPad(toString(toUInt32(round(pow(2, ceil(2 * log2(greatest(duration_ms, 1))) / 2)))), 7, '0') AS upto_ms, count() AS n
${requestsIn(d)} AND ${PRIMARY} AND ${COUNTED} GROUP BY time, upto_ms ORDER BY time, upto_ms`,
})

const firstToken = series({
  id: 'latency-first-token',
  by: 'model',
  title: 'First token p95',
  description: 'Arrival to the first content, of streams that a provider answered.',
  answers: ['Who adds delay?'],
  unit: 'ms',
  empty: 'gap',
  filters,
  sql: (d) => `SELECT ${d.bucket('ts')} AS time, model, quantileTDigest(0.95)(first_token_ms) AS p95_ms
${requestsIn(d)} AND ${PRIMARY} AND ${UPSTREAM} AND streamed AND first_token_ms IS NOT NULL GROUP BY time, model ORDER BY time, model`,
})

const pace = series({
  id: 'latency-pace',
  by: 'model',
  title: 'Output tokens per second',
  description: 'Median pace after the first content, of streams that a provider answered.',
  answers: ['Who adds delay?'],
  unit: 'tokens_per_second',
  empty: 'gap',
  filters,
  sql: (
    d,
  ) => `SELECT ${d.bucket('ts')} AS time, model, quantileTDigest(0.5)(output_tokens / (duration_ms - first_token_ms) * 1000) AS p50_pace
${requestsIn(d)} AND ${PRIMARY} AND ${UPSTREAM} AND streamed AND output_tokens > 1 AND duration_ms > first_token_ms GROUP BY time, model ORDER BY time, model`,
})

const overhead = series({
  id: 'latency-overhead',
  title: 'Sidelight’s own time',
  description: 'Microseconds spent in Sidelight before the provider was asked.',
  answers: ['Who adds delay?'],
  unit: 'us',
  empty: 'gap',
  filters,
  sql: (d) => `SELECT time, q[1] AS p50, q[2] AS p99 FROM (
  SELECT ${d.bucket('ts')} AS time, quantilesTDigest(0.5, 0.99)(overhead_us) AS q ${requestsIn(d)} AND ${PRIMARY} GROUP BY time)
ORDER BY time`,
})

const routes = table({
  id: 'latency-routes',
  title: 'Slowest routes',
  description: 'By p95, of requests that a provider answered and whose caller stayed.',
  answers: ['Which route is slow?'],
  filters: objective,
  columns: columns(['route', 'model', 'n', 'p95_ms'], {
    p50_ms: { label: 'p50', unit: 'ms' },
    p99_ms: { label: 'p99', unit: 'ms' },
    first_p95_ms: { label: 'First token p95', unit: 'ms' },
    kept: { label: 'Within objective', unit: 'share' },
  }),
  sql: (
    d,
  ) => `SELECT route, model, n, q[1] AS p50_ms, q[2] AS p95_ms, q[3] AS p99_ms, first_p95_ms, kept FROM (
  SELECT route, model, count() AS n, quantilesTDigest(0.5, 0.95, 0.99)(duration_ms) AS q,
    if(countIf(streamed AND first_token_ms IS NOT NULL) = 0, NULL, quantileTDigestIf(0.95)(ifNull(first_token_ms, 0), streamed AND first_token_ms IS NOT NULL)) AS first_p95_ms,
    ${kept(d)} AS kept
  ${requestsIn(d)} AND ${PRIMARY} AND ${UPSTREAM} AND ${COUNTED} GROUP BY route, model)
ORDER BY p95_ms DESC, route, model LIMIT 30`,
})

export const latency = board(
  {
    uid: 'sidelight-latency',
    title: 'Latency and objectives',
    question: 'Is the promise kept, and who adds delay?',
  },
  {
    'Is the promise kept?': [within, burn],
    'Who adds delay?': [heatmap, firstToken, pace, overhead, routes],
  },
)
