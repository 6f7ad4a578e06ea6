import type { Dialect } from '../dialects/dialect.ts'
import { ledgerFilters, requestFilters, span, within } from './scope.ts'

/**
 * Above this a range is read from the sums of whole hours instead of from rows: it then begins with the hour in which
 * it begins. Five days of a million requests each were still answered from rows in a moment.
 */
const longSeconds = 5 * 86_400

/** A constant for the engine, which then reads only one of the two sources. The sums know no prompts. */
export const isLong = (d: Dialect) => `(${span(d)} >= ${longSeconds} AND ${d.isOpen('prompt_version')})`

/** What a request adds to the sums of its hour, by the name of the column of `usage_hourly`. */
const ofRow = {
  requests: '1',
  errors: "r.status = 'error'",
  blocked: "r.status = 'blocked'",
  truncated: "r.status = 'truncated'",
  client_aborts: "r.status = 'client_abort'",
  cache_hits: "r.cache IN ('exact', 'lexical', 'semantic', 'stale')",
  cache_asked: "r.cache != 'off'",
  fallbacks: 'toInt64(r.fallback_used)',
  input_tokens: 'toInt64(r.input_tokens)',
  cached_input_tokens: 'toInt64(r.cached_input_tokens)',
  cache_write_tokens: 'toInt64(r.cache_write_tokens)',
  output_tokens: 'toInt64(r.output_tokens)',
  reasoning_tokens: 'toInt64(r.reasoning_tokens)',
  cost_usd: 'ifNull(r.cost_usd, 0)',
  no_price: 'r.cost_usd IS NULL',
  baseline_usd: 'ifNull(r.baseline_usd, 0)',
  compared_usd: 'if(r.baseline_usd IS NULL, 0, ifNull(r.cost_usd, 0))',
  cache_saved_usd: 'ifNull(r.cache_saved_usd, 0)',
} as const

/** A name that tables show must not be that of a column it is made from. */
const columnOf: Readonly<Record<string, string>> = { no_price: 'unpriced' }

const sums = Object.keys(ofRow)
const names = [...ledgerFilters, 'role']

const hourSeconds = 3600

/** Length of a bucket of `at`, in seconds. */
export const usageBucketSeconds = (d: Dialect) =>
  `greatest(${d.bucketSeconds}, if(${isLong(d)}, ${hourSeconds}, 1))`

export const usageBucket = (d: Dialect) =>
  `toStartOfInterval(toDateTime(at), toIntervalSecond(${usageBucketSeconds(d)}))`

/** The words of fragments.ts, over sums. */
export const USED_SPEND =
  'if(sum(requests) > 0 AND sum(requests) = sum(no_price), NULL, toFloat64(sum(cost_usd)))'
export const USED = 'sum(input_tokens + output_tokens)'
export const USED_FAILURES = 'sum(errors + truncated)'
export const USED_COUNTED = 'sum(requests - client_aborts)'
export const FAILURE_RATE = `${USED_FAILURES} / nullIf(${USED_COUNTED}, 0)`

/** Of the requests that a provider answered, or should have. */
export const UPSTREAM_FAILURE_RATE = `${USED_FAILURES} / nullIf(sum(requests - client_aborts - cache_hits), 0)`

/** Requests of callers: what evaluation added costs money and fails nobody. */
export const byCallers = (sums: string) =>
  sums.replaceAll(/\bsum\(([^()]*)\)/g, `sumIf($1, role = 'primary')`)

/** The first moment that counts. */
export const usageStart = (d: Dialect) => `if(${isLong(d)}, toStartOfHour(${d.from}), ${d.from})`

/** Requests with what they used, one by one or by the hour, as chosen: `at` is the time, all else as in `usage_hourly`. */
export const usageIn = (d: Dialect) => usageSince(d, d.from)

/** The range and the equal one before it; what is of the range has `isUsedNow`. */
export const usageTwice = (d: Dialect) => usageSince(d, `${d.from} - toIntervalSecond(${span(d)})`)

export const isUsedNow = (d: Dialect) => `at >= ${usageStart(d)}`

function usageSince(d: Dialect, since: string): string {
  const expressions = Object.entries(ofRow).map(([name, sql]) => `${sql} AS ${name}`)
  return `FROM (
  SELECT r.ts AS at, ${names.map((name) => `r.${name} AS ${name}`).join(', ')}, ${expressions.join(', ')}, r.cache_saved_usd IS NOT NULL AS saved_known, ifNull(r.cost_usd, 0) > 0 AS billed, toDateTime(r.ts, 'UTC') AS seen_at
  FROM sidelight.requests_priced AS r WHERE NOT ${isLong(d)} AND r.ts >= ${since} AND r.ts <= ${d.to} AND ${within(d, requestFilters, 'r.')}
  UNION ALL
  SELECT h.hour AS at, ${[...names, ...sums].map((name) => `h.${columnOf[name] ?? name} AS ${name}`).join(', ')}, h.cache_saved_usd != 0 AS saved_known, if(h.cost_usd > 0, greatest(1, h.requests - h.unpriced - h.cache_hits), 0) AS billed, h.last_ts AS seen_at
  FROM sidelight.usage_hourly AS h WHERE ${isLong(d)} AND h.hour >= toStartOfHour(${since}) AND h.hour <= ${d.to} AND ${within(d, ledgerFilters, 'h.')})`
}
