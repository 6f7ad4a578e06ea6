import {
  AVAILABILITY,
  COUNTED,
  GOOD,
  NOT_PROVIDERS_FAULT,
  PRIMARY,
  UPSTREAM,
} from '../../contract/fragments.ts'
import { columns } from './columns.ts'
import { series, stat, table } from './drafts.ts'
import { board } from './panel.ts'
import {
  attemptFilters,
  attemptsIn,
  latestRange,
  latestRequests,
  latestStart,
  ledgerFilters,
  requestFilters,
  requestsIn,
  within,
} from './scope.ts'

const calls = { filters: attemptFilters }
const asked = { filters: requestFilters }

const availability = stat({
  ...calls,
  id: 'reliability-availability',
  title: 'Availability of providers',
  description:
    'Calls that were answered, of those where not answering is the provider’s fault. Outages, errors inside a 200, slow answers and rate limits are; callers who left, impossible requests, lost hedges and trouble with the account are not. For all callers.',
  answers: ['Is a provider down?'],
  unit: 'share',
  sql: (d) => `SELECT ${AVAILABILITY} AS availability ${attemptsIn(d)}`,
})

const states = series({
  ...calls,
  id: 'reliability-states',
  by: 'provider',
  title: 'Availability by provider',
  description:
    'The same over time: a provider that is rescued by another looks healthy in requests, and not here.',
  answers: ['Is a provider down?', 'Is a provider throttling?'],
  viz: 'states',
  unit: 'share',
  empty: 'gap',
  sql: (d) =>
    `SELECT ${d.bucket('ts')} AS time, provider, ${AVAILABILITY} AS availability ${attemptsIn(d)} GROUP BY time, provider ORDER BY time, provider`,
})

const fallbackRate = stat({
  ...asked,
  id: 'reliability-fallback-rate',
  title: 'Fallback and rescue',
  description:
    'Fallback: another candidate than the one drawn answered. Rescue: requests that needed more than one call, and ended well.',
  answers: ['Did failover work?'],
  unit: 'share',
  columns: { fallback: { label: 'fallback', unit: 'share' }, rescue: { label: 'rescued', unit: 'share' } },
  sql: (d) => `SELECT countIf(fallback_used) / nullIf(count(), 0) AS fallback,
  countIf(attempt_count > 1 AND ${GOOD}) / nullIf(countIf(attempt_count > 1 AND ${COUNTED}), 0) AS rescue
${requestsIn(d)} AND ${PRIMARY} AND ${UPSTREAM}`,
})

const week = stat({
  id: 'reliability-fallbacks-week',
  title: 'Fallbacks this week',
  description:
    'Requests that another candidate than the one drawn answered, in the seven days before the end of the range.',
  answers: ['Did failover work?'],
  unit: 'count',
  empty: 'zero',
  filters: ledgerFilters,
  sql: (d) =>
    `SELECT sum(fallbacks) AS events FROM sidelight.usage_hourly WHERE hour > ${d.to} - toIntervalDay(7) AND hour <= ${d.to} AND ${within(d, ledgerFilters)} AND ${PRIMARY}`,
})

const timeouts = table({
  ...asked,
  id: 'reliability-timeouts',
  title: 'Timeouts',
  description: `Calls that were too slow, and how many of their requests the caller saw fail. ${latestRange}`,
  answers: ['Which route times out?'],
  columns: columns(['route'], {
    slow_calls: { label: 'Slow calls', unit: 'count' },
    affected: { label: 'Requests', unit: 'count' },
    seen_by_caller: { label: 'Failed', unit: 'count' },
    seen_share: { label: 'Failed', unit: 'share' },
  }),
  sql: (
    d,
  ) => `SELECT r.route AS route, r.candidate_assigned AS drawn, sum(a.slow) AS slow_calls, count() AS affected,
  countIf(NOT r.${GOOD}) AS seen_by_caller, seen_by_caller / affected AS seen_share
FROM (SELECT request_id, route, candidate_assigned, status ${latestRequests(d)} AND ${PRIMARY}) AS r
GLOBAL INNER JOIN (SELECT request_id, count() AS slow FROM sidelight.attempts WHERE ${d.range('ts')} AND ts >= ${latestStart(d)} AND outcome = 'slow'
  GROUP BY request_id) AS a ON a.request_id = r.request_id
GROUP BY route, drawn ORDER BY slow_calls DESC, route, drawn LIMIT 50`,
})

const matrix = table({
  ...asked,
  id: 'reliability-from-to',
  title: 'Failover, from and to',
  description: 'Which candidate was drawn, which answered instead, and how that ended.',
  answers: ['Did failover work?'],
  columns: columns(['route', 'n', 'p95_ms'], {
    from_candidate: { label: 'Drawn' },
    to_candidate: { label: 'Answered' },
    good: { label: 'Ended well', unit: 'share' },
  }),
  sql: (
    d,
  ) => `SELECT route, candidate_assigned AS from_candidate, candidate_served AS to_candidate, count() AS n,
  countIf(${GOOD}) / nullIf(countIf(${COUNTED}), 0) AS good, quantileTDigest(0.95)(duration_ms) AS p95_ms
${requestsIn(d)} AND ${PRIMARY} AND fallback_used
GROUP BY route, from_candidate, to_candidate ORDER BY n DESC, route, from_candidate, to_candidate LIMIT 50`,
})

const classes = series({
  ...calls,
  id: 'reliability-classes',
  by: 'outcome',
  title: 'Failed calls by class',
  description: 'Every call that was not answered, whoever’s fault it was. For all callers.',
  answers: ['Is a provider down?'],
  viz: 'bars',
  unit: 'count',
  empty: 'zero',
  stacked: true,
  sql: (d) =>
    `SELECT ${d.bucket('ts')} AS time, outcome, count() AS calls ${attemptsIn(d)} AND outcome != 'answered' GROUP BY time, outcome ORDER BY time, outcome`,
})

const throttled = series({
  ...calls,
  id: 'reliability-throttled',
  by: 'upstream',
  title: 'Rate limits by provider and model',
  description: 'Calls that were answered with 429, or refused as too many. For all callers.',
  answers: ['Is a provider throttling?'],
  viz: 'bars',
  unit: 'count',
  empty: 'zero',
  stacked: true,
  sql: (
    d,
  ) => `SELECT ${d.bucket('ts')} AS time, concat(toString(provider), '/', toString(model)) AS upstream, count() AS calls
${attemptsIn(d)} AND (http_status = 429 OR outcome = 'rate_limit') GROUP BY time, upstream ORDER BY time, upstream`,
})

const account = table({
  ...calls,
  id: 'reliability-account',
  title: 'Not the provider’s fault',
  description:
    'Calls that availability leaves out, by class. Money and credentials need somebody to act. For all callers.',
  answers: ['Is a provider down?'],
  columns: columns(['provider'], {
    outcome: { label: 'Class' },
    calls: { label: 'Calls', unit: 'count' },
    last_seen: { label: 'Last', unit: 'time' },
  }),
  sql: (
    d,
  ) => `SELECT provider, outcome, error_code, count() AS calls, max(ts) AS last_seen ${attemptsIn(d)} AND outcome IN ${NOT_PROVIDERS_FAULT}
GROUP BY provider, outcome, error_code ORDER BY calls DESC, provider, outcome, error_code LIMIT 50`,
})

const truncated = series({
  ...asked,
  id: 'reliability-truncated',
  by: 'model',
  title: 'Streams that broke off',
  description: 'By the model that was answering.',
  answers: ['Is a provider down?'],
  viz: 'bars',
  unit: 'count',
  empty: 'zero',
  stacked: true,
  sql: (d) =>
    `SELECT ${d.bucket('ts')} AS time, model, count() AS streams ${requestsIn(d)} AND ${PRIMARY} AND status = 'truncated' GROUP BY time, model ORDER BY time, model`,
})

export const reliability = board(
  {
    uid: 'sidelight-reliability',
    title: 'Reliability and providers',
    question: 'Is a provider down or throttling, which route times out, did failover work this week?',
  },
  {
    'Is a provider down? Did failover work?': [availability, week, fallbackRate, states],
    Failover: [matrix, timeouts],
    Failures: [classes, throttled, truncated, account],
  },
)
