/** Requests of the same conversation around one: no panel, because it begins with a request and not with a range. */
export const neighboursSql = `SELECT toString(request_id) AS id, toFloat64(toUnixTimestamp64Milli(ts)) AS at_ms, model, status, cache, input_tokens, output_tokens,
  toFloat64(cost_usd) AS cost, duration_ms
FROM sidelight.requests_priced
WHERE session = {session:String} AND app = {app:String} AND customer = {customer:String} AND role = 'primary'
  AND ts >= {from:DateTime64(3, 'UTC')} AND ts <= {to:DateTime64(3, 'UTC')}
ORDER BY ts, request_id LIMIT 50`

const dayMs = 86_400_000

export function neighboursOf(of: { session: string; app: string; customer: string; atMs: number }) {
  const { session, app, customer, atMs } = of
  const moment = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '')
  return {
    sql: neighboursSql,
    values: { session, app, customer, from: moment(atMs - dayMs), to: moment(atMs + dayMs) },
  }
}

/** Whether anything was ever recorded, and when last: what an empty page says depends on it. The view is made last. */
export const everSql = `SELECT toFloat64(sum(requests)) AS n, toFloat64(toUnixTimestamp(max(hour))) AS last_hour,
  (SELECT count() FROM sidelight.requests_priced WHERE false) AS is_prepared
FROM sidelight.usage_hourly`
