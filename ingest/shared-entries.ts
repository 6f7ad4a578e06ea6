import type { ClickHouseClient } from '@clickhouse/client'
import type { CacheEntryRow } from '../contract/tables/cache-entries.ts'

export interface EntriesAsked {
  readonly database: string
  /** Rows may come late: what was seen before is asked for once more, and known. */
  readonly sinceMs: number
  readonly rowsMax: number
  readonly signal: AbortSignal
}

const query = `
SELECT toUnixTimestamp64Milli(e.ts) AS ts, entry_id, app, customer, route, provider, model, tags, exact_key, compat_key, owner,
  language, question, answer, life_ms, took_ms, toString(e.cost_usd) AS cost_usd, mask_rules_version
FROM {database:Identifier}.cache_entries AS e
WHERE e.ts >= fromUnixTimestamp64Milli({sinceMs:Int64})
ORDER BY e.ts DESC LIMIT {rowsMax:UInt32}`

/** The newest first. */
export async function sharedEntries(client: ClickHouseClient, asked: EntriesAsked): Promise<CacheEntryRow[]> {
  const { database, sinceMs, rowsMax, signal } = asked
  const result = await client.query({
    query,
    format: 'JSONEachRow',
    query_params: { database, sinceMs, rowsMax },
    abort_signal: signal,
  })
  const rows = await result.json<CacheEntryRow & { ts: number | string }>()
  return rows.map((row) => ({ ...row, ts: Number(row.ts), took_ms: Number(row.took_ms) }))
}
