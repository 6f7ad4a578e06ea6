import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, test } from 'node:test'
import { ClickHouseLogLevel } from '@clickhouse/client'
import { requestColumns } from '../contract/record.ts'
import { seededRandom } from '../testing/random.ts'
import { randomRecord } from '../testing/random-record.ts'
import { startTestWarehouse } from '../testing/warehouse.ts'
import { doorOf } from './door.ts'
import { insertStatement } from './insert.ts'
import { migrate } from './migrate.ts'

const warehouse = await startTestWarehouse()
after(() => warehouse[Symbol.asyncDispose]())
const door = doorOf(warehouse.client('admin'))
await migrate(door, { target: 'embedded', database: 'sidelight' })
const silent = { log: { level: ClickHouseLogLevel.OFF } }
const writer = warehouse.client('writer', silent)

const random = seededRandom(36)
const nowMs = Date.UTC(2026, 10, 20)

function batch(rows: number, columns = Object.keys(requestColumns).length): string {
  const lines = Array.from({ length: rows }, () => {
    const row = { ...randomRecord(random, 0).request, ts: nowMs + random.int(10_000), role: 'primary' }
    return JSON.stringify(Object.values(row).slice(0, columns))
  })
  return `${lines.join('\n')}\n`
}

async function send(query: string, rows: string, token = `t${random.int(1e9)}`): Promise<void> {
  const { stream } = await writer.exec({
    query,
    values: Readable.from([Buffer.from(rows)]),
    clickhouse_settings: {
      insert_deduplication_token: token,
      deduplicate_blocks_in_dependent_materialized_views: 1,
      input_format_json_throw_on_bad_escape_sequence: 0,
    },
  })
  for await (const _ of stream);
}

async function counts() {
  const [row] = await door.rows<{
    rows: number
    sums: number
  }>(`SELECT (SELECT count() FROM sidelight.requests) AS rows,
    (SELECT toUInt64(sum(requests)) FROM sidelight.usage_hourly) AS sums`)
  return { rows: Number(row?.rows), sums: Number(row?.sums) }
}

test('rows of the spool arrive by the official client, once for each token', async () => {
  const rows = batch(40)
  await send(insertStatement('sidelight', 'requests'), rows, 'one')
  await send(insertStatement('sidelight', 'requests'), rows, 'one')
  assert.deepEqual(await counts(), { rows: 40, sums: 40 })
  await send(insertStatement('sidelight', 'requests'), rows, 'two')
  assert.deepEqual(await counts(), { rows: 80, sums: 80 })
})

test('rows of an older Sidelight have fewer columns, and the rest has its default', async () => {
  await send(insertStatement('sidelight', 'requests', 60), batch(5, 60))
  assert.deepEqual(await counts(), { rows: 85, sums: 85 })
})

test('a row that does not fit is refused and none of its batch is taken', async () => {
  const broken = `${batch(3)}["2026-11-20", "no uuid"]\n${batch(1)}`
  await assert.rejects(send(insertStatement('sidelight', 'requests'), broken))
  assert.deepEqual(await counts(), { rows: 85, sums: 85 })
})

const refused: readonly (readonly [what: string, query: string])[] = [
  [
    'two inputs',
    `INSERT INTO requests (app) SELECT a FROM input('a String') WHERE a IN (SELECT b FROM input('b String')) FORMAT TSV`,
  ],
  [
    'a file beside the rows',
    `INSERT INTO requests (app) SELECT a FROM input('a String') UNION ALL SELECT line FROM file('/etc/hostname', LineAsString) FORMAT TSV`,
  ],
  [
    'a structure that is no text',
    "INSERT INTO requests (app) SELECT a FROM input(concat('a', ' String')) FORMAT TSV",
  ],
  [
    'a structure that ends the call',
    `INSERT INTO requests (app) SELECT a FROM input('a String'), file('/etc/hostname') FORMAT TSV`,
  ],
]
for (const [what, query] of refused) {
  test(`an insert from ${what} is refused`, async () => {
    await assert.rejects(send(query, 'x\n'))
    assert.deepEqual(await counts(), { rows: 85, sums: 85 })
  })
}

test('a reader has no rows to send', async () => {
  const reader = warehouse.client('default', silent)
  const query = `INSERT INTO requests (app) SELECT a FROM input('a String') FORMAT TSV`
  await assert.rejects(reader.exec({ query, values: Readable.from([Buffer.from('x\n')]) }))
  await assert.rejects(reader.query({ query: `SELECT * FROM input('a String')` }))
})
