import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { CacheEntryRow } from '../contract/tables/cache-entries.ts'
import { startTestWarehouse } from '../testing/warehouse.ts'
import { doorOf } from './door.ts'
import { insertStatement } from './insert.ts'
import { migrate } from './migrate.ts'
import { decodeEntry, encodeEntry } from './payload.ts'
import { sharedEntries } from './shared-entries.ts'

const nowMs = Date.now()

function row(id: string, ts: number): CacheEntryRow {
  return {
    ts,
    entry_id: id,
    app: 'shop',
    customer: 'c "1"',
    route: 'support',
    provider: 'openai',
    model: 'm',
    tags: { env: 'prod' },
    exact_key: `exact ${id}`,
    compat_key: 'compat',
    owner: 'customer c',
    language: 'de',
    question: 'Wie groß ist [EMAIL_1]?\n',
    answer: '{"events":[{"type":"text","choice":0,"text":"ü \\" \\n"}]}',
    life_ms: { exact: 3_600_000, lexical: 0, semantic: 0, revalidate: 0, error: 1000 },
    took_ms: 12.5,
    cost_usd: id === '1' ? '0.0000125' : null,
    mask_rules_version: 'v1',
  }
}

test('what a sidecar offers reaches the spool as one line, and the others as it was', async () => {
  const entry = { aside: { table: 'cache_entries' as const, row: row('1', nowMs) } }
  const line = encodeEntry(entry)
  assert.deepEqual(decodeEntry(line), entry)
  await using warehouse = await startTestWarehouse()
  await migrate(doorOf(warehouse.client('admin')), { target: 'embedded', database: 'sidelight' })
  const rows = [row('1', nowMs), row('2', nowMs - 50_000), row('3', nowMs - 7_200_000)]
  const values = rows
    .map((one) => encodeEntry({ aside: { table: 'cache_entries', row: one } }))
    .map((text) => text.slice(text.indexOf('[')))
  const { stream } = await warehouse.client('writer').exec({
    query: insertStatement('sidelight', 'cache_entries'),
    values: Readable.from([Buffer.from(`${values.join('\n')}\n`)]),
  })
  for await (const _ of stream);
  const client = warehouse.client('default')
  const asked = { database: 'sidelight', rowsMax: 10, signal: AbortSignal.timeout(10_000) }
  assert.deepEqual(await sharedEntries(client, { ...asked, sinceMs: nowMs - 60_000 }), rows.slice(0, 2))
  assert.equal((await sharedEntries(client, { ...asked, sinceMs: 0, rowsMax: 1 })).length, 1)
})
