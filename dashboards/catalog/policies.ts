import type { Dialect } from '../dialects/dialect.ts'
import { columns } from './columns.ts'
import { series, table } from './drafts.ts'

const filters = ['route'] as const

/** What was in force when the range began stands at its beginning. */
export const weights = series({
  id: 'routing-weights',
  by: 'candidate_of',
  title: 'Weights in force',
  description:
    'Default weights of published policies. A route that no policy rules follows its configuration.',
  answers: ['Why did the weights change?'],
  unit: 'share',
  empty: 'gap',
  filters,
  sql: weightsSql,
})

function weightsSql(d: Dialect): string {
  const before = `ts <= ${d.from} AND ${d.among('route')}`
  const within = `ts > ${d.from} AND ts <= ${d.to} AND ${d.among('route')}`
  const pairs = 'arrayJoin(arrayZip(arrayMap(k -> toString(k), mapKeys(weights)), mapValues(weights)))'
  return `SELECT at AS time, concat(route, ': ', pair.1) AS candidate_of, max(pair.2) AS weight FROM (
  SELECT toDateTime(ts) AS at, toString(route) AS route, ${pairs} AS pair FROM sidelight.routing_policies WHERE ${within}
  UNION ALL
  SELECT toDateTime(${d.from}) AS at, route, arrayJoin(arrayZip(arrayMap(k -> toString(k), mapKeys(latest)), mapValues(latest))) AS pair
  FROM (SELECT toString(route) AS route, argMax(weights, (ts, version)) AS latest FROM sidelight.routing_policies WHERE ${before} GROUP BY route))
GROUP BY time, candidate_of ORDER BY time, candidate_of`
}

export const changes = table({
  id: 'routing-changes',
  title: 'Changes of policies',
  description: 'Every version that was published in the range, by whom and why.',
  answers: ['Why did the weights change?'],
  filters,
  columns: columns(['ts', 'route'], { version: { label: 'Version' }, action: { label: 'Action' } }),
  sql: (
    d,
  ) => `SELECT ts, route, version, parent, action, actor, reason, run_id, toJSONString(CAST(weights, 'Map(String, Float64)')) AS weights_now
FROM sidelight.routing_policies WHERE ${d.range('ts')} AND ${d.among('route')} ORDER BY ts DESC, route, version DESC LIMIT 100`,
})
