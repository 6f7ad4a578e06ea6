import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import type { Config } from '../contract/config/schema.ts'
import type { Answer, Query, Question } from '../dashboards/console/warehouse.ts'
import { targetOf } from '../ingest/target.ts'

export interface ConsoleQuery {
  readonly ask: Query
  close(): Promise<void>
}

/** As long as anybody looks at a page that does not change. */
const executionSeconds = 10
const requestMs = (executionSeconds + 2) * 1000

/** The warehouse as a reader; undefined where records go to somebody who only takes them. */
export function openConsoleQuery(config: Config): ConsoleQuery | undefined {
  if (/^ingests?:/.test(config.warehouse.url)) return undefined
  let opened: Promise<ClickHouseClient> | undefined
  // Not before somebody looks: by then the embedded warehouse has made its token.
  const client = () => {
    opened ??= open(config)
    opened.catch(() => {
      opened = undefined
    })
    return opened
  }
  return {
    ask: async (question) => ask(await client(), question).catch(answerOf),
    close: async () => (await opened?.catch(() => undefined))?.close(),
  }
}

async function open(config: Config): Promise<ClickHouseClient> {
  const { url, username, password, database } = await targetOf(config, 'reader')
  return createClient({
    url,
    username,
    password,
    database,
    application: 'sidelight-console',
    request_timeout: requestMs,
    max_open_connections: 4,
    // Names in many scripts would make an address too long.
    use_multipart_params_auto: true,
    log: { level: ClickHouseLogLevel.OFF },
  })
}

interface Written {
  readonly meta: readonly { readonly name: string; readonly type: string }[]
  readonly data: Readonly<Record<string, readonly unknown[]>>
}

async function ask(client: ClickHouseClient, { sql, values, rowsMax, signal }: Question): Promise<Answer> {
  const result = await client.query({
    query: sql,
    query_params: { ...values },
    format: 'JSONColumnsWithMetadata',
    abort_signal: signal,
    clickhouse_settings: {
      max_execution_time: executionSeconds,
      max_result_rows: String(rowsMax),
      result_overflow_mode: 'break',
      date_time_output_format: 'iso',
      output_format_json_quote_64bit_integers: 0,
    },
  })
  const { meta, data } = (await result.json<unknown>()) as unknown as Written
  return { kind: 'answered', columns: meta, data: meta.map(({ name }) => data[name] ?? []) }
}

/** Words of the engine quote the statement; its code does not. */
function answerOf(error: unknown): Answer {
  if (error instanceof ClickHouseError) {
    const code = error.type ?? `error ${error.code}`
    // Before the first migration there are no tables.
    return { kind: /^UNKNOWN_(TABLE|DATABASE)$/.test(code) ? 'away' : 'failed', code }
  }
  if (error instanceof Error && 'code' in error) return { kind: 'away', code: String(error.code) }
  if (error instanceof Error && /abort/i.test(error.message)) throw error
  return {
    kind: 'away',
    code: error instanceof Error && /timeout/i.test(error.message) ? 'timeout' : 'no answer',
  }
}
