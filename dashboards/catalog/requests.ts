import type { Dialect } from '../dialects/dialect.ts'
import type { VarName } from '../dialects/variables.ts'
import { columns } from './columns.ts'
import { series, table } from './drafts.ts'
import { board } from './panel.ts'
import { pricedIn, requestFilters } from './scope.ts'

const filters: readonly VarName[] = [...requestFilters, 'search']

/** What can be typed: an id, or part of a name or code. No text of a prompt is in the ledger. */
const found = (d: Dialect) =>
  d.typed('search', (value) => {
    const texts = [
      'toString(request_id)',
      'session',
      'customer',
      'feature',
      'prompt_name',
      'error_code',
      'trace_id',
    ]
    return `positionCaseInsensitive(concat(${texts.join(", ' ', ")}, ' ', arrayStringConcat(mapValues(tags), ' ')), ${value}) > 0`
  })

const histogram = series({
  id: 'requests-by-status',
  by: 'status',
  title: 'Requests by status',
  description: 'All rows that are chosen, whoever caused them.',
  answers: ['Which requests are behind a number?'],
  viz: 'bars',
  unit: 'count',
  empty: 'zero',
  stacked: true,
  filters,
  sql: (d) =>
    `SELECT ${d.bucket('ts')} AS time, status, count() AS n ${pricedIn(d)} AND ${found(d)} GROUP BY time, status ORDER BY time, status`,
})

const list = table({
  id: 'requests-list',
  title: 'Requests',
  description:
    'The last 500 that are chosen. Search looks at ids, sessions, traces, customers, features, prompts, tags and error codes.',
  answers: ['Which requests are behind a number?'],
  filters,
  columns: columns(
    [
      'ts',
      'customer',
      'app',
      'feature',
      'route',
      'provider',
      'model',
      'input_tokens',
      'output_tokens',
      'duration_ms',
      'first_token_ms',
    ],
    {
      request: { label: 'Request', link: { board: 'sidelight-requests', variable: 'request_id' } },
      cost: { label: 'Cost', unit: 'usd' },
    },
  ),
  sql: (
    d,
  ) => `SELECT ts, toString(request_id) AS request, role, app, customer, feature, route, provider, model, status, error_code, cache,
  input_tokens, output_tokens, toFloat64(cost_usd) AS cost, duration_ms, first_token_ms
${pricedIn(d)} AND ${found(d)} ORDER BY ts DESC, request_id LIMIT 500`,
})

/** An id begins with its time, so a day of the table is read and not all of it. */
function byId(d: Dialect): string {
  const id = `toUUIDOrZero(${d.one('request_id')})`
  const at = `UUIDv7ToDateTime(${id}, 'UTC')`
  return `request_id = ${id} AND ts >= ${at} - toIntervalDay(1) AND ts <= ${at} + toIntervalDay(1)`
}

const one = table({
  id: 'requests-one',
  title: 'The request',
  description:
    'What is known of the request in `request_id`, one line a fact; `sidelight explain` says why it went where it went.',
  answers: ['Which requests are behind a number?', 'Why did this request go to this model?'],
  filters: ['request_id'],
  columns: { fact: { label: 'Fact' }, known: { label: 'Value' } },
  sql: (d) => `SELECT pair.1 AS fact, pair.2 AS known FROM (
  SELECT arrayJoin(arrayZip(range(1, 20), [
    ('time', toString(ts)), ('app', toString(app)), ('customer', toString(customer)), ('feature', toString(feature)),
    ('route', toString(route)), ('assigned', toString(candidate_assigned)), ('served', toString(candidate_served)),
    ('model', concat(toString(provider), '/', toString(model))), ('policy', toString(policy_version)), ('propensity', toString(propensity)),
    ('status', toString(status)), ('error', toString(error_code)), ('cache', toString(cache)),
    ('tokens', concat(toString(input_tokens), ' in, ', toString(output_tokens), ' out')),
    ('cost', ifNull(concat('$', toString(cost_usd)), 'no price')), ('price from', toString(price_valid_from)),
    ('masked', toString(CAST(pii_counts, 'Map(String, UInt32)'))), ('duration', concat(toString(duration_ms), ' ms')),
    ('sidelight', concat(toString(overhead_us), ' µs'))])) AS ranked, ranked.2 AS pair
  FROM sidelight.requests_priced WHERE ${byId(d)})
ORDER BY ranked.1`,
})

const attempts = table({
  id: 'requests-attempts',
  title: 'Attempts',
  description: 'Each call to a provider for the request in `request_id`, from its start.',
  answers: ['Did failover work?', 'Which requests are behind a number?'],
  filters: ['request_id'],
  columns: columns(['provider', 'model', 'duration_ms', 'first_token_ms', 'input_tokens', 'output_tokens'], {
    starts_ms: { label: 'Starts after', unit: 'ms' },
    cost: { label: 'Cost', unit: 'usd' },
  }),
  sql: (d) => `SELECT attempt, candidate, provider, model, region, outcome, http_status, error_code,
  dateDiff('millisecond', min(ts) OVER (), ts) AS starts_ms, duration_ms, first_token_ms, input_tokens, output_tokens, toFloat64(cost_usd) AS cost
FROM sidelight.attempts WHERE ${byId(d)} ORDER BY attempt, ts LIMIT 100`,
})

export const requests = board(
  {
    uid: 'sidelight-requests',
    title: 'Requests',
    question: 'Which exact requests are behind a number?',
  },
  { 'Which requests?': [histogram, list], 'One request': [one, attempts] },
)
