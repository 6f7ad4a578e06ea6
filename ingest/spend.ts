import type { ClickHouseClient } from '@clickhouse/client'

/** What the ledger says that keys have spent. */
export interface KeySpend {
  readonly key_name: string
  readonly usd: string
}

export interface SpendAsked {
  readonly database: string
  readonly keys: readonly string[]
  readonly sinceMs: number
  /** The running sidecar counts its own spending, and knows of what is not shipped yet. */
  readonly without: { readonly sidecarId: string; readonly bootSeconds: number }
  readonly signal: AbortSignal
}

const query = `
SELECT key_name, toString(sum(cost_usd)) AS usd
FROM {database:Identifier}.requests
WHERE key_name IN {keys:Array(String)} AND ts >= fromUnixTimestamp64Milli({sinceMs:Int64})
  AND NOT (sidecar_id = {sidecarId:String} AND boot >= {bootSeconds:UInt32})
GROUP BY key_name`

/** Keys that spent nothing are left out; a cost that is not known yet counts nothing. */
export async function spendOfKeys(client: ClickHouseClient, asked: SpendAsked): Promise<KeySpend[]> {
  const { database, keys, sinceMs, without, signal } = asked
  const result = await client.query({
    query,
    format: 'JSONEachRow',
    query_params: { database, keys: [...keys], sinceMs, ...without },
    abort_signal: signal,
  })
  const rows = await result.json<{ key_name: string; usd: string | null }>()
  return rows.flatMap(({ key_name, usd }) => (usd === null ? [] : [{ key_name, usd }]))
}
