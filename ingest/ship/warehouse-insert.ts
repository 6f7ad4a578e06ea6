import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { errorCode } from '../files.ts'
import { insertStatement } from '../insert.ts'
import type { Block } from './blocks.ts'
import { type Outcome, outcomeOfConnection, outcomeOfError, taken, wait } from './outcome.ts'

export interface WarehouseTarget {
  readonly url: string
  readonly username: string
  readonly password: string
  readonly database: string
}

/** Inserts rows under a token; the same token a second time is the same insert, not a second one. */
export interface Inserter {
  insert(block: Block, token: string): Promise<Outcome>
  close(): Promise<void>
}

/** An insert of 10,000 rows takes a fraction of a second; a warehouse that merges or starts may take longer. */
const requestTimeoutMs = 60_000

const settings = {
  async_insert: 0,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  // A batch is one block, so that it is taken whole or not at all.
  input_format_parallel_parsing: 0,
  max_insert_threads: '1',
  wait_end_of_query: 1,
} as const

export function createInserter(target: WarehouseTarget, timeoutMs = requestTimeoutMs): Inserter {
  const { hostname } = new URL(target.url)
  const isFar = hostname !== 'localhost' && hostname !== '[::1]' && !hostname.startsWith('127.')
  const client = createClient({
    url: target.url,
    username: target.username,
    password: target.password,
    database: target.database,
    application: 'sidelight-ingest',
    request_timeout: timeoutMs,
    compression: { request: isFar, response: false },
    max_open_connections: 1,
    log: { level: ClickHouseLogLevel.OFF },
  })
  const insert = async (block: Block, token: string): Promise<Outcome> => {
    const queryId = randomUUID()
    try {
      const answer = await client.exec({
        query: insertStatement(target.database, block.table, block.columns),
        values: Readable.from([bodyOf(block)]),
        query_id: queryId,
        clickhouse_settings: { ...settings, insert_deduplication_token: token },
      })
      await drain(answer.stream)
      return isAck(answer.response_headers, queryId) ? taken : wait('garbage', 'no acknowledgement')
    } catch (error) {
      return outcomeOf(error)
    }
  }
  return { insert, close: () => client.close() }
}

const lineEnd = Buffer.from('\n')

function bodyOf({ rows }: Block): Buffer {
  return Buffer.concat(rows.flatMap((row) => [row, lineEnd]))
}

async function drain(stream: Readable): Promise<void> {
  for await (const _ of stream);
}

/** Any web server can say 200: only one that names our query has run it. */
function isAck(headers: Readonly<Record<string, unknown>> | undefined, queryId: string): boolean {
  return (
    headers?.['x-clickhouse-query-id'] === queryId && headers['x-clickhouse-exception-code'] === undefined
  )
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof ClickHouseError) return outcomeOfError(Number(error.code), error.message)
  const code = errorCode(error)
  if (code !== 'unknown') return outcomeOfConnection(code)
  const isTimeout = error instanceof Error && /^Timeout error/.test(error.message)
  return isTimeout ? outcomeOfConnection('ETIMEDOUT') : wait('garbage', 'an answer that is no error of it')
}
