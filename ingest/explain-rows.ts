import type { ClickHouseClient } from '@clickhouse/client'
import {
  type AttemptRow,
  attemptColumns,
  type ColumnType,
  type RequestRow,
  requestColumns,
} from '../contract/record.ts'

/** An id is made when its request arrives, and no request lasts longer than the second. */
const beforeMs = 60_000
const afterMs = 6 * 3_600_000

export interface RequestRows {
  readonly request: RequestRow
  readonly attempts: readonly AttemptRow[]
}

interface Asked {
  readonly database: string
  readonly requestId: string
  readonly signal?: AbortSignal
}

/** One request with its calls, as the sidecar recorded them; undefined when there is none of this id. */
export async function readRequestRows(
  client: ClickHouseClient,
  asked: Asked,
): Promise<RequestRows | undefined> {
  const [request] = await rowsOf<RequestRow>(client, asked, ['requests', requestColumns])
  if (request === undefined) return undefined
  const attempts = await rowsOf<AttemptRow>(client, asked, ['attempts', attemptColumns])
  return { request, attempts }
}

type Columns = Readonly<Record<string, { readonly type: ColumnType }>>

async function rowsOf<Row>(
  client: ClickHouseClient,
  { database, requestId, signal }: Asked,
  [table, columns]: readonly [string, Columns],
): Promise<Row[]> {
  const names = await columnsThere(client, { database, table, ...(signal === undefined ? {} : { signal }) })
  const known = Object.entries(columns).filter(([name]) => names.has(name))
  const select = known.map(([name, { type }]) => `${selected(name, type)} AS ${name}`).join(', ')
  const { since, until } = spanOf(requestId)
  const result = await client.query({
    query: `
SELECT ${select}
FROM {database:Identifier}.{table:Identifier} AS found
WHERE found.request_id = {requestId:UUID}
  AND found.ts >= fromUnixTimestamp64Milli({since:Int64}) AND found.ts <= fromUnixTimestamp64Milli({until:Int64})
LIMIT 1000`,
    format: 'JSONEachRow',
    query_params: { database, table, requestId, since, until },
    ...(signal === undefined ? {} : { abort_signal: signal }),
  })
  return result.json<Row>()
}

/** Money keeps all its digits as text; whole numbers of 64 bits would come as text. */
function selected(name: string, type: ColumnType): string {
  const column = `found.${name}`
  switch (type) {
    case 'time':
      return `toFloat64(toUnixTimestamp64Milli(${column}))`
    case 'u64':
      return `toFloat64(${column})`
    case 'date':
    case 'uuid':
    case 'money':
    case 'money?':
      return `toString(${column})`
    default:
      return column
  }
}

/** A UUIDv7 begins with its time, which spares the search through all there is; any other id may be of any time. */
function spanOf(requestId: string): { since: number; until: number } {
  if (requestId[14] !== '7') return { since: 0, until: Date.UTC(2200, 0, 1) }
  const madeMs = Number.parseInt(requestId.slice(0, 8) + requestId.slice(9, 13), 16)
  return { since: Math.max(0, madeMs - beforeMs), until: Math.min(madeMs + afterMs, Date.UTC(2200, 0, 1)) }
}

/** A warehouse of an earlier version has fewer columns. */
async function columnsThere(
  client: ClickHouseClient,
  { database, table, signal }: { database: string; table: string; signal?: AbortSignal },
): Promise<ReadonlySet<string>> {
  const result = await client.query({
    query: 'SELECT name FROM system.columns WHERE database = {database:String} AND table = {table:String}',
    format: 'JSONEachRow',
    query_params: { database, table },
    ...(signal === undefined ? {} : { abort_signal: signal }),
  })
  return new Set((await result.json<{ name: string }>()).map(({ name }) => name))
}
