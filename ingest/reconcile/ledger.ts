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
  toString(toDate(ts, 'UTC')) AS day,
  if(model_reported != '', model_reported, model) AS served,
  toString(countIf(input_tokens + output_tokens > 0)) AS requests,
  toString(sum(toUInt64(input_tokens))) AS input_tokens,
  toString(sum(toUInt64(cached_input_tokens))) AS cached_input_tokens,
  toString(sum(toUInt64(cache_write_tokens))) AS cache_write_tokens,
  toString(sum(toUInt64(output_tokens))) AS output_tokens,
  toString(sum(ifNull(cost_usd, 0))) AS cost_usd,
  toString(countIf(isNull(cost_usd))) AS unpriced
FROM {database:Identifier}.attempts
WHERE ts >= toDateTime64({since:String}, 3, 'UTC')
  AND ts < toDateTime64({until:String}, 3, 'UTC') + INTERVAL 1 DAY
  AND (empty({providers:Array(String)}) OR provider IN {providers:Array(String)})
GROUP BY day, served
HAVING input_tokens != '0' OR output_tokens != '0' OR cost_usd != '0' OR unpriced != '0'
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
