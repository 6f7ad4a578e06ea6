import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import type { Config } from '../../contract/config/schema.ts'
import { auditLogColumns } from '../../contract/tables/audit-log.ts'
import { evalRunColumns } from '../../contract/tables/eval-runs.ts'
import { scoreColumns } from '../../contract/tables/scores.ts'
import type { EvalStore } from '../../evals/jobs/store.ts'
import { targetOf } from '../../ingest/target.ts'

/** A pass over a month of traffic takes a while, and nobody waits for it. */
const requestMs = 600_000

export async function evalsClient(config: Config): Promise<ClickHouseClient> {
  if (/^ingests?:/.test(config.warehouse.url))
    throw new Error(
      '`warehouse.url` takes records only: the evals need a configuration that names the warehouse',
    )
  const { url, username, password } = await targetOf(config, 'writer')
  return createClient({
    url,
    username,
    password,
    application: 'sidelight-evals',
    request_timeout: requestMs,
    log: { level: ClickHouseLogLevel.OFF },
  })
}

const tables = { scores: scoreColumns, eval_runs: evalRunColumns, audit_log: auditLogColumns }

export function storeOf(client: ClickHouseClient, database: string): EvalStore {
  return {
    async rows<Row>(query: string, parameters: Readonly<Record<string, unknown>> = {}) {
      const result = await client.query({
        query,
        format: 'JSONEachRow',
        query_params: { database, ...parameters },
        clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
      })
      return result.json<Row>()
    },
    async insert(table, rows) {
      if (rows.length === 0) return
      const columns: Readonly<Record<string, { readonly type: string }>> = tables[table]
      const isTime = (name: string) => columns[name]?.type === 'time'
      const written = rows.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [
            name,
            isTime(name) ? timeText(value as number) : value,
          ]),
        ),
      )
      await client.insert({
        table: `\`${database}\`.${table}`,
        values: written,
        format: 'JSONEachRow',
        clickhouse_settings: { async_insert: 0, wait_end_of_query: 1 },
      })
    },
  }
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, -1).replace('T', ' ')
}
