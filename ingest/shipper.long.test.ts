import assert from 'node:assert/strict'
import { cp, readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import type { ClickHouseClient } from '@clickhouse/client'
import type { Columns } from '../contract/column.ts'
import {
  attemptColumns,
  type FeedbackRow,
  feedbackColumns,
  type LedgerRecord,
  requestColumns,
} from '../contract/record.ts'
import { type Random, seededRandom } from '../testing/random.ts'
import { randomRecord, randomRow } from '../testing/random-record.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { startTestWarehouse, type TestWarehouse } from '../testing/warehouse.ts'
import { doorOf } from './door.ts'
import { migrate } from './migrate.ts'
import { returnQuarantined } from './quarantined.ts'
import { courierTo, createShipper } from './shipper.ts'
import { createWriter } from './writer.ts'

let warehouse: TestWarehouse
before(async () => {
  warehouse = await startTestWarehouse()
})
after(() => warehouse[Symbol.asyncDispose]())

const database = 'sidelight'

function migrated() {
  return migrate(doorOf(warehouse.client('admin')), { target: 'embedded', database })
}

/** The schema without the rows of the tests before. */
async function emptied(): Promise<void> {
  await migrated()
  const door = doorOf(warehouse.client('admin'))
  const tables = await door.rows<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = '${database}' AND engine LIKE '%MergeTree' AND name != 'schema_migrations'`,
  )
  for (const { name } of tables) await door.run(`TRUNCATE TABLE ${name}`)
}

async function shipperTo(directory: string) {
  const said: string[] = []
  const target = { url: warehouse.url, username: 'writer', password: warehouse.token, database }
  const shipper = await createShipper({
    directory,
    courier: courierTo(target),
    info: (message) => void said.push(message),
    warn: (message, fields) => void said.push(`${message} ${JSON.stringify(fields)}`),
    backoff: { firstMs: 5, mostMs: 10 },
  })
  return { shipper, said }
}

async function spool(
  directory: string,
  records: readonly LedgerRecord[],
  feedback: readonly FeedbackRow[] = [],
) {
  const writer = await createWriter({
    ...{ directory, boot: `${Date.now()}-0`, flushMs: 1, queueRowsMax: 100_000, warn: () => {} },
  })
  for (const record of records) writer.offer(record)
  for (const row of feedback) writer.offerFeedback(row)
  await writer.close()
}

/** A record as a sidecar could make it: values in the range of their columns. */
function plausible(random: Random, seq: number): LedgerRecord {
  const record = randomRecord(random, 1 + random.int(2))
  const ts = Date.UTC(2026, 10, 20) + seq * 1001
  const request_id = `0199a7b2-7c1e-7abc-8def-${String(seq).padStart(12, '0')}`
  return {
    request: { ...withinRange(record.request, requestColumns), ts, seq, request_id },
    attempts: record.attempts.map((attempt, index) => ({
      ...withinRange(attempt, attemptColumns),
      ...{ ts, request_id, attempt: index + 1 },
    })),
  }
}

function withinRange<Row extends object>(row: Row, columns: Columns): Row {
  const limits: Readonly<Record<string, number>> = { u8: 256, u16: 65_536 }
  const entries = Object.entries(row).map(([name, value]) => {
    const limit = limits[columns[name]?.type ?? '']
    if (limit !== undefined) return [name, Number(value) % limit]
    if (/^ms/.test(columns[name]?.type ?? '') && value !== null) return [name, Math.fround(Number(value))]
    return [name, value]
  })
  return Object.fromEntries(entries) as Row
}

/** What the warehouse holds, in the form of a row of ours. */
async function rowsIn(
  client: ClickHouseClient,
  { table, columns, orderBy }: { table: string; columns: Columns; orderBy: string },
): Promise<unknown[]> {
  const shown = Object.entries(columns).map(([name, { type }]) => {
    if (type === 'time') return `toUnixTimestamp64Milli(${name}) AS ${name}_`
    if (type.startsWith('ms')) return `toFloat64(${name}) AS ${name}_`
    return type.startsWith('money') ? `toDecimalString(${name}, 12) AS ${name}_` : `${name} AS ${name}_`
  })
  const result = await client.query({
    query: `SELECT ${shown.join(', ')} FROM ${table} ORDER BY ${orderBy}`,
    format: 'JSONCompactEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  })
  const names = Object.keys(columns)
  return (await result.json<unknown[]>()).map((values) =>
    Object.fromEntries(names.map((name, index) => [name, values[index]])),
  )
}

/** Text as a warehouse can hold it. */
function asStored(rows: readonly object[]): unknown[] {
  return JSON.parse(JSON.stringify(rows), (_key, value) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  )
}

// First: the others bring the schema.
test('a warehouse without the schema: records wait, the reason names what to run, then nobody has to help', async () => {
  await using directory = await tempDir()
  const random = seededRandom(63)
  await spool(
    directory.path,
    Array.from({ length: 5 }, (_, seq) => plausible(random, seq)),
  )
  const { shipper, said } = await shipperTo(directory.path)
  assert.equal(await shipper.drain(3), false)
  assert.equal(shipper.figures().waiting?.reason, 'schema')
  assert.equal(said.length, 1)
  assert.match(said[0] ?? '', /sidelight warehouse migrate/)
  await migrated()
  assert.equal(await shipper.drain(1), true)
  await shipper.stop()
  assert.equal(shipper.figures().shipped.requests, 5)
})

test('every value of every column arrives as it was written', async () => {
  await using directory = await tempDir()
  await emptied()
  const random = seededRandom(61)
  const records = Array.from({ length: 300 }, (_, seq) => plausible(random, seq))
  const feedback = Array.from({ length: 20 }, (_, seq) => ({
    ...withinRange(randomRow(feedbackColumns, random) as FeedbackRow, feedbackColumns),
    ts: Date.UTC(2026, 10, 20) + seq,
    seq,
  }))
  await spool(directory.path, records, feedback)
  const { shipper, said } = await shipperTo(directory.path)
  assert.equal(await shipper.drain(3), true, said.join('\n'))
  await shipper.stop()
  assert.deepEqual(shipper.figures().quarantined, {})
  const client = warehouse.client('default')
  const read = (table: string, columns: Columns, orderBy: string) =>
    rowsIn(client, { table, columns, orderBy })
  assert.deepEqual(
    await read('requests', requestColumns, 'ts'),
    asStored(records.map(({ request }) => request)),
  )
  assert.deepEqual(
    await read('attempts', attemptColumns, 'ts, attempt'),
    asStored(records.flatMap(({ attempts }) => attempts)),
  )
  assert.deepEqual(await read('feedback', feedbackColumns, 'ts'), asStored(feedback))
})

test('a row that the engine cannot read is put aside, all others arrive with their rollups', async () => {
  await using directory = await tempDir()
  await emptied()
  const random = seededRandom(62)
  const records = Array.from({ length: 50 }, (_, seq) => plausible(random, seq))
  const poison = (seq: number, change: object) => {
    const record = records[seq]
    assert.ok(record)
    records[seq] = { ...record, request: { ...record.request, ...change } }
  }
  poison(7, { request_id: 'no uuid' })
  poison(23, { cost_usd: '99999999.5' })
  poison(24, { prompt_fingerprint: 'f'.repeat(33) })
  await spool(directory.path, records)
  const { shipper, said } = await shipperTo(directory.path)
  assert.equal(await shipper.drain(4), true, said.join('\n'))
  await shipper.stop()
  assert.deepEqual(shipper.figures().quarantined, {
    CANNOT_PARSE_UUID: 1,
    ARGUMENT_OUT_OF_BOUND: 1,
    TOO_LARGE_STRING_SIZE: 1,
  })
  assert.doesNotMatch(said.join('\n'), /no uuid|99999999/)
  const client = warehouse.client('default')
  const counts = await client.query({
    query: `SELECT (SELECT count() FROM requests) AS raw, (SELECT sum(requests) FROM usage_hourly) AS rolled,
      (SELECT sum(lost) FROM self_audit WHERE of_table = 'requests') AS lost,
      (SELECT sum(seen) FROM self_audit WHERE of_table = 'requests') AS seen`,
    format: 'JSONEachRow',
  })
  const [row] = await counts.json<Record<string, unknown>>()
  assert.deepEqual(Object.values(row ?? {}).map(Number), [47, 47, 3, 50])
})

test('rows that a constraint refused return when it is gone, and nothing is missing any more', async () => {
  await using directory = await tempDir()
  await emptied()
  const admin = warehouse.client('admin')
  const random = seededRandom(66)
  const records = Array.from({ length: 20 }, (_, seq) => {
    const record = plausible(random, seq)
    return { ...record, request: { ...record.request, app: seq % 4 === 0 ? 'odd' : 'even' } }
  })
  await spool(directory.path, records)
  await admin.command({ query: "ALTER TABLE requests ADD CONSTRAINT no_odd CHECK app != 'odd'" })
  const first = await shipperTo(directory.path)
  assert.equal(await first.shipper.drain(4), true, first.said.join('\n'))
  await first.shipper.stop()
  assert.deepEqual(first.shipper.figures().quarantined, { VIOLATED_CONSTRAINT: 5 })
  await admin.command({ query: 'ALTER TABLE requests DROP CONSTRAINT no_odd' })
  assert.deepEqual(await returnQuarantined(directory.path), { rows: 5, left: 0 })
  const second = await shipperTo(directory.path)
  assert.equal(await second.shipper.drain(4), true, second.said.join('\n'))
  await second.shipper.stop()
  const client = warehouse.client('default')
  const counts = await client.query({
    query:
      'SELECT (SELECT uniqExact(request_id) FROM requests), (SELECT count() FROM requests), (SELECT sum(requests) FROM usage_hourly)',
    format: 'JSONCompactEachRow',
  })
  assert.deepEqual((await counts.json<unknown[]>()).flat().map(Number), [20, 20, 20])
  const [byDay = ''] = await guideQueries()
  const days = await (await client.query({ query: byDay, format: 'JSONEachRow' })).json<{
    difference: unknown
  }>()
  assert.ok(days.every(({ difference }) => Number(difference) === 0))
})

/** The queries that the guide gives to users. */
async function guideQueries(): Promise<string[]> {
  const guide = await readFile(new URL('../docs/guide/shipping.md', import.meta.url), 'utf8')
  return [...guide.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql = '']) => sql)
}

test('the queries of the guide find nothing where all is well, and name what is missing', async () => {
  await using directory = await tempDir()
  await emptied()
  const random = seededRandom(65)
  const records = Array.from({ length: 20 }, (_, index) => {
    const record = plausible(random, index + 1)
    return { ...record, request: { ...record.request, sidecar_id: 's', boot: 7, worker: 0 } }
  })
  await spool(directory.path, records)
  const { shipper } = await shipperTo(directory.path)
  assert.equal(await shipper.drain(3), true)
  await shipper.stop()
  const [byDay = '', bySeq = ''] = await guideQueries()
  const ask = async (query: string) => {
    const client = warehouse.client('default')
    return (await client.query({ query, format: 'JSONEachRow' })).json<Record<string, unknown>>()
  }
  const [day, ...more] = await ask(byDay)
  assert.deepEqual(more, [])
  assert.equal(day?.['why'], '')
  assert.deepEqual([day?.['seen'], day?.['there'], day?.['difference']].map(Number), [20, 20, 0])
  assert.deepEqual(await ask(bySeq), [])
  await warehouse.client('admin').command({
    query: 'ALTER TABLE requests DELETE WHERE seq = 5',
    clickhouse_settings: { mutations_sync: '1' },
  })
  assert.equal((await ask(byDay))[0]?.['why'], 'on its way, or missing')
  assert.equal(Number((await ask(bySeq))[0]?.['missing']), 1)
})

test('the same batch twice is one batch, in the tables and in the rollups', async () => {
  await using directory = await tempDir()
  await emptied()
  const random = seededRandom(64)
  await spool(
    directory.path,
    Array.from({ length: 30 }, (_, seq) => plausible(random, seq)),
  )
  const { shipper } = await shipperTo(directory.path)
  await using copy = await tempDir()
  await cp(directory.path, copy.path, { recursive: true })
  assert.equal(await shipper.drain(1), true)
  await shipper.stop()
  const again = await shipperTo(copy.path)
  assert.equal(await again.shipper.drain(1), true)
  await again.shipper.stop()
  const client = warehouse.client('default')
  const result = await client.query({
    query: 'SELECT (SELECT count() FROM requests) AS raw, (SELECT sum(requests) FROM usage_hourly) AS rolled',
    format: 'JSONEachRow',
  })
  const [row] = await result.json<Record<string, unknown>>()
  assert.deepEqual(Object.values(row ?? {}).map(Number), [30, 30])
})
