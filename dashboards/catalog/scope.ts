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
export const requestsIn = (dialect: Dialect) => rowsOf('sidelight.requests', dialect)

/** The same with costs that became known later: what money is counted from. */
export const pricedIn = (dialect: Dialect) => rowsOf('sidelight.requests_priced', dialect)

/** What is worked out for each prompt or request would keep one waiting over weeks: of a longer range, its end. */
const latestSeconds = 2 * 86_400
export const latestRange = 'Of a range of more than two days, its last two.'

export const latestStart = (dialect: Dialect) =>
  `greatest(${dialect.from}, ${dialect.to} - toIntervalSecond(${latestSeconds}))`

export const latestPriced = (dialect: Dialect) => `${pricedIn(dialect)} AND ts >= ${latestStart(dialect)}`

export const latestRequests = (dialect: Dialect) => `${requestsIn(dialect)} AND ts >= ${latestStart(dialect)}`

function rowsOf(source: string, dialect: Dialect): string {
  return `FROM ${source} WHERE ${dialect.range('ts')} AND ${within(dialect, requestFilters)}`
}

/** The range and the equal one before it. */
export function pricedTwice(dialect: Dialect): string {
  const start = `${dialect.from} - toIntervalSecond(${span(dialect)})`
  return `FROM sidelight.requests_priced WHERE ts >= ${start} AND ts <= ${dialect.to} AND ${within(dialect, requestFilters)}`
}

export const span = (dialect: Dialect) => `dateDiff('second', ${dialect.from}, ${dialect.to})`

export const attemptsIn = (dialect: Dialect) =>
  `FROM sidelight.attempts WHERE ${dialect.range('ts')} AND ${within(dialect, attemptFilters)}`

/** Only the latest score of a request, scorer and version of it counts. */
export const scoresIn = (dialect: Dialect) =>
  `FROM sidelight.scores FINAL WHERE ${dialect.range('ts')} AND ${within(dialect, scoreFilters)}`

export const auditsIn = (dialect: Dialect) =>
  `FROM sidelight.cache_audits WHERE ${dialect.range('ts')} AND ${within(dialect, scoreFilters)}`

/** Start of the month in which the range ends, and of the next. */
export const monthStart = (dialect: Dialect) =>
  `toDateTime(toStartOfMonth(toDateTime(${dialect.to}, 'UTC')), 'UTC')`
