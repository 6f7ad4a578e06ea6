import type { Dialect } from '../dialects/dialect.ts'

/** What happened, to stand over every picture of what followed. */
export interface Annotation {
  readonly id: string
  readonly title: string
  readonly color: string
  /** Shown without being asked for. */
  readonly enabled: boolean
  /** Columns `time, text, tags`. */
  readonly sql: (d: Dialect) => string
}

export const annotations: readonly Annotation[] = [
  {
    id: 'policies',
    title: 'Policies',
    color: 'blue',
    enabled: true,
    sql: (
      d,
    ) => `SELECT ts AS time, concat(toString(route), ': version ', toString(version), ', ', toString(action), ' by ', toString(actor), if(reason = '', '', concat('. ', reason))) AS text,
  toString(action) AS tags
FROM sidelight.routing_policies WHERE ${d.range('ts')} AND ${d.among('route')} ORDER BY time, text LIMIT 500`,
  },
  {
    id: 'evals',
    title: 'Evals applied',
    color: 'purple',
    enabled: true,
    sql: (
      d,
    ) => `SELECT ts AS time, concat(toString(route), ': version ', toString(policy_version), ' by run ', run_id) AS text, toString(kind) AS tags
FROM sidelight.eval_runs WHERE ${d.range('ts')} AND applied AND ${d.among('route')} ORDER BY time, text LIMIT 500`,
  },
  {
    id: 'prices',
    title: 'Price lists',
    color: 'orange',
    enabled: true,
    sql: (
      d,
    ) => `SELECT fromUnixTimestamp64Milli(toInt64(version), 'UTC') AS time, concat('prices ', any(catalog), ': ', arrayStringConcat(arraySort(groupUniqArray(20)(toString(provider))), ', ')) AS text,
  'prices' AS tags
FROM sidelight.prices GROUP BY version HAVING ${d.range('time')} ORDER BY time LIMIT 100`,
  },
  {
    id: 'sidecars',
    title: 'Sidecars started',
    color: 'green',
    enabled: false,
    sql: (
      d,
    ) => `SELECT toDateTime(boot, 'UTC') AS time, concat('started: ', arrayStringConcat(arraySort(groupUniqArray(20)(toString(sidecar_id))), ', ')) AS text, 'sidecar' AS tags
FROM sidelight.requests WHERE ${d.range('ts')} GROUP BY boot HAVING ${d.range('time')} ORDER BY time LIMIT 200`,
  },
]
