import { COUNTED, FAILED, GOOD, PRIMARY, SPEND, UNPRICED } from '../../contract/fragments.ts'
import type { Dialect } from '../dialects/dialect.ts'
import type { MultiVariable, VarName } from '../dialects/variables.ts'
import { columns, looks } from './columns.ts'
import { series, stat, table } from './drafts.ts'
import { board } from './panel.ts'
import { within } from './scope.ts'

const chosen = ['env', 'app', 'feature', 'route', 'model'] as const satisfies readonly MultiVariable[]
const filters: readonly VarName[] = ['one_customer', ...chosen]

const theirs = (d: Dialect) =>
  `FROM sidelight.requests_priced WHERE customer = ${d.one('one_customer')} AND ${d.range('ts')} AND ${within(d, chosen)}`

const summary = stat({
  id: 'customer-summary',
  title: 'Summary',
  description: 'Spend counts all calls under the name; everything else what the customer asked for.',
  answers: ['What does one account do, pay and suffer?', 'What does each customer cost?'],
  unit: 'count',
  filters,
  columns: columns(['spend', 'unpriced', 'n', 'tokens', 'p95_ms'], {
    success: { label: 'Success', unit: 'share' },
  }),
  sql: (d) => `SELECT ${SPEND} AS spend, ${UNPRICED} AS unpriced, countIf(${PRIMARY}) AS n,
  sumIf(toUInt64(input_tokens) + output_tokens, ${PRIMARY}) AS tokens,
  countIf(${PRIMARY} AND ${GOOD}) / nullIf(countIf(${PRIMARY} AND ${COUNTED}), 0) AS success,
  if(countIf(${PRIMARY} AND ${COUNTED}) = 0, NULL, quantileTDigestIf(0.95)(duration_ms, ${PRIMARY} AND ${COUNTED})) AS p95_ms
${theirs(d)}`,
})

const byFeature = series({
  id: 'customer-by-feature',
  by: 'feature',
  title: 'Spend by feature',
  description: 'All calls under the name.',
  answers: ['What does one account do, pay and suffer?'],
  unit: 'usd',
  empty: 'zero',
  stacked: true,
  filters,
  sql: (d) =>
    `SELECT ${d.bucket('ts')} AS time, feature, toFloat64(sum(cost_usd)) AS spend ${theirs(d)} GROUP BY time, feature ORDER BY time, feature`,
})

const failures = series({
  id: 'customer-failures',
  title: 'Failures',
  description: 'Requests that failed or broke off.',
  answers: ['What does one account do, pay and suffer?'],
  unit: 'count',
  empty: 'zero',
  filters,
  sql: (d) =>
    `SELECT ${d.bucket('ts')} AS time, countIf(${FAILED}) AS failures ${theirs(d)} AND ${PRIMARY} GROUP BY time ORDER BY time`,
})

/** Comments are the words of users: no panel reads them, and Grafana's user may not. */
const feedback = table({
  id: 'customer-feedback',
  title: 'Feedback',
  description: 'Thumbs and scores from this customer’s users, from 0 to 1.',
  answers: ['What does one account do, pay and suffer?'],
  filters: ['one_customer', 'app'],
  columns: {
    name: { label: 'Name' },
    given: { label: 'Given', unit: 'count' },
    mean_value: { label: 'Mean', unit: 'score' },
    low: { label: 'Below 0.5', unit: 'count' },
    last_given: { label: 'Last', unit: 'time' },
  },
  sql: (
    d,
  ) => `SELECT name, count() AS given, avg(value) AS mean_value, countIf(value < 0.5) AS low, max(ts) AS last_given
FROM sidelight.feedback WHERE customer = ${d.one('one_customer')} AND ${d.range('ts')} AND ${d.among('app')}
GROUP BY name ORDER BY given DESC, name LIMIT 50`,
})

const latest = table({
  id: 'customer-requests',
  title: 'Latest requests',
  description: 'The last 200.',
  answers: ['What does one account do, pay and suffer?', 'Which requests are behind a number?'],
  filters,
  columns: columns(['ts', 'feature', 'model', 'input_tokens', 'output_tokens', 'duration_ms'], {
    request: looks.request_id,
    cost: looks.cost_usd,
  }),
  sql: (
    d,
  ) => `SELECT ts, toString(request_id) AS request, feature, route, model, status, error_code, cache, input_tokens, output_tokens,
  toFloat64(cost_usd) AS cost, duration_ms
${theirs(d)} AND ${PRIMARY} ORDER BY ts DESC, request_id LIMIT 200`,
})

export const customer = board(
  {
    uid: 'sidelight-customer',
    title: 'One customer',
    question: 'What does one account do, pay and suffer?',
  },
  {
    'What does it do, pay and suffer?': [summary, byFeature, failures],
    Details: [feedback, latest],
  },
)
