import type { Dialect } from '../dialects/dialect.ts'
import { type MultiVariable, multiVariables } from '../dialects/variables.ts'

/** What the rows of a table can be filtered by. */
export const ledgerFilters = [
  'env',
  'app',
  'team',
  'customer',
  'feature',
  'route',
  'provider',
  'model',
] as const satisfies readonly MultiVariable[]
export const requestFilters = [...multiVariables]
export const latencyFilters = [
  'env',
  'route',
  'provider',
  'model',
] as const satisfies readonly MultiVariable[]
export const attemptFilters = ['provider', 'model'] as const satisfies readonly MultiVariable[]
export const scoreFilters = ['app', 'customer', 'route'] as const satisfies readonly MultiVariable[]

/** All of them at once; `prefix` is the name of the table in a join. */
export function within(dialect: Dialect, filters: readonly MultiVariable[], prefix = ''): string {
  return filters.map((name) => dialect.among(name, prefix + name)).join(' AND ')
}

/** Rows of `requests` in the range, as chosen. */
export const requestsIn = (dialect: Dialect) =>
  `FROM sidelight.requests WHERE ${dialect.range('ts')} AND ${within(dialect, requestFilters)}`

/** Hours that lie in the range or reach into it, as chosen. */
export const hoursIn = (dialect: Dialect, prefix = '') =>
  `${prefix}hour >= toStartOfHour(toDateTime(${dialect.from})) AND ${prefix}hour <= ${dialect.to} AND ${within(dialect, ledgerFilters, prefix)}`

export const attemptsIn = (dialect: Dialect) =>
  `FROM sidelight.attempts WHERE ${dialect.range('ts')} AND ${within(dialect, attemptFilters)}`
