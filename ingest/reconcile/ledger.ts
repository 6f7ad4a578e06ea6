import type { ClickHouseClient } from '@clickhouse/client'
import { parseMoney } from '../../contract/money.ts'
import type { UsageLine } from './figures.ts'

export interface LedgerAsk {
  readonly database: string
  /** Configured names; none for all. */
  readonly providers: readonly string[]
  /** First and last day, UTC. */
  readonly since: string
  readonly until: string
}

export interface Ledger {
  readonly lines: readonly UsageLine[]
  /** Calls without a price: their cost is missing from the sums. */
  readonly unpriced: number
}

/** A provider counts calls, not requests: retries and fallbacks are on its bill too. */
const query = `
SELECT
  toString(toDate(calls.ts, 'UTC')) AS day,
  if(calls.model_reported != '', calls.model_reported, calls.model) AS served,
  toString(countIf(calls.input_tokens + calls.output_tokens > 0)) AS requests,
  toString(sum(toUInt64(calls.input_tokens))) AS input_tokens,
  toString(sum(toUInt64(calls.cached_input_tokens))) AS cached_input_tokens,
  toString(sum(toUInt64(calls.cache_write_tokens))) AS cache_write_tokens,
  toString(sum(toUInt64(calls.output_tokens))) AS output_tokens,
  toString(sum(ifNull(calls.cost_usd, 0))) AS cost_usd,
  toString(countIf(isNull(calls.cost_usd))) AS unpriced
FROM {database:Identifier}.attempts AS calls
WHERE calls.ts >= toDateTime64({since:String}, 3, 'UTC')
  AND calls.ts < toDateTime64({until:String}, 3, 'UTC') + INTERVAL 1 DAY
  AND (empty({providers:Array(String)}) OR calls.provider IN {providers:Array(String)})
GROUP BY day, served
HAVING max(calls.input_tokens + calls.output_tokens) > 0 OR countIf(isNull(calls.cost_usd) OR calls.cost_usd > 0) > 0
ORDER BY day, served`

interface Found {
  readonly day: string
  readonly served: string
  readonly requests: string
  readonly input_tokens: string
  readonly cached_input_tokens: string
  readonly cache_write_tokens: string
  readonly output_tokens: string
  readonly cost_usd: string
  readonly unpriced: string
}

export async function readLedger(client: ClickHouseClient, ask: LedgerAsk): Promise<Ledger> {
  const result = await client.query({
    query,
    format: 'JSONEachRow',
    query_params: {
      database: ask.database,
      providers: [...ask.providers],
      since: `${ask.since} 00:00:00`,
      until: `${ask.until} 00:00:00`,
    },
  })
  const rows = await result.json<Found>()
  return {
    lines: rows.map((row) => ({
      day: row.day,
      model: row.served,
      amounts: {
        requests: BigInt(row.requests),
        input_tokens: BigInt(row.input_tokens),
        cached_input_tokens: BigInt(row.cached_input_tokens),
        cache_write_tokens: BigInt(row.cache_write_tokens),
        output_tokens: BigInt(row.output_tokens),
        cost_usd: parseMoney(row.cost_usd) ?? 0n,
      },
    })),
    unpriced: rows.reduce((sum, row) => sum + Number(row.unpriced), 0),
  }
}
