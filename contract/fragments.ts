/**
 * What words like "good" and "a cache hit" mean in SQL, once for every panel, alert and report. The values are those
 * that the columns of `requests` and `attempts` hold (record.ts).
 */
const list = (values: readonly string[]) => `(${values.map((value) => `'${value}'`).join(', ')})`

/** A block is the product at work. */
export const GOOD = "status IN ('ok', 'blocked')"

/** Callers who left count in neither part of a success rate; they are shown apart. */
export const COUNTED = "status != 'client_abort'"

export const FAILED = "status IN ('error', 'truncated')"

/** Not `cache != 'miss'`, which would count requests with the cache switched off. */
export const HIT = "cache IN ('exact', 'lexical', 'semantic', 'stale')"

export const CACHE_ASKED = "cache != 'off'"

/** Answered by a provider. */
export const UPSTREAM = "cache IN ('off', 'miss')"

export const PRIMARY = "role = 'primary'"

/**
 * Outcomes of calls that say nothing about the provider: the caller left or asked for something impossible, another
 * call was quicker, and what the owner of the account has to mend (shown apart).
 */
export const NOT_PROVIDERS_FAULT = list([
  'aborted',
  'hedge_lost',
  'request',
  'context_length',
  'content_filter',
  'model_missing',
  'money',
  'credentials',
])

/** Over `attempts`. */
export const AVAILABILITY = `countIf(outcome = 'answered') / nullIf(countIf(outcome NOT IN ${NOT_PROVIDERS_FAULT}), 0)`

/** NULL when no request has a price, 0 when there are no requests: unknown is never drawn as nothing. */
export const SPEND = 'if(count() > 0 AND count(cost_usd) = 0, NULL, toFloat64(ifNull(sum(cost_usd), 0)))'

export const UNPRICED = 'countIf(cost_usd IS NULL)'

/** The same over the sums of `usage_hourly`, which hold 0 for what is unknown and count it. */
export const SPEND_HOURLY =
  'if(sum(requests) > 0 AND sum(requests) = sum(unpriced), NULL, toFloat64(sum(cost_usd)))'
