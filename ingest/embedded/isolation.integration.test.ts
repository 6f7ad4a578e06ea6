import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startTestWarehouse, type TestWarehouse } from '../../testing/warehouse.ts'

/** Settings, values and names of one request may never reach another: an insert would vanish in silence. */
let warehouse: TestWarehouse

before(async () => {
  warehouse = await startTestWarehouse({ limits: { queries: 4 } })
  await warehouse.client('admin').command({
    query: `CREATE TABLE things (id UInt32) ENGINE = MergeTree ORDER BY id
            SETTINGS non_replicated_deduplication_window = 1000`,
  })
})
after(() => warehouse[Symbol.asyncDispose]())

type User = 'default' | 'writer' | 'admin'

async function send(sql: string, url = '', user: User = 'default', method = 'POST') {
  const response = await fetch(
    `${warehouse.url}/?${url}${method === 'GET' ? `&query=${encodeURIComponent(sql)}` : ''}`,
    {
      method,
      ...(method === 'POST' ? { body: sql } : {}),
      headers: user === 'default' ? {} : { 'x-clickhouse-user': user, 'x-clickhouse-key': warehouse.token },
    },
  )
  return { status: response.status, text: (await response.text()).trim() }
}

const names = [
  'max_block_size',
  'max_threads',
  'max_execution_time',
  'max_memory_usage',
  'max_result_rows',
  'readonly',
  'insert_deduplication_token',
  'async_insert',
  'output_format_json_quote_64bit_integers',
  'format_csv_delimiter',
  'date_time_output_format',
  'session_timezone',
  'bool_true_representation',
  'join_use_nulls',
  'result_overflow_mode',
  'extremes',
  'limit',
  'allow_ddl',
  'fsync_metadata',
]
const state = `SELECT ${names.map((name) => `toString(getSetting('${name}'))`).join(', ')}, currentDatabase(), toString(true), now() > 0`

/** What a request may leave behind if it can: by its settings, its values, its failure or its end. */
const leaks: readonly (() => Promise<unknown>)[] = [
  () => send('SELECT 1', 'max_block_size=1&max_threads=1&max_execution_time=7&max_memory_usage=77777777'),
  () =>
    send('SELECT 1', 'output_format_json_quote_64bit_integers=1&format_csv_delimiter=%3B&extremes=1&limit=1'),
  () =>
    send('SELECT 1', 'date_time_output_format=iso&session_timezone=Asia/Tokyo&bool_true_representation=yes'),
  () => send('SELECT 1', 'join_use_nulls=1&result_overflow_mode=break&max_result_rows=1'),
  () => send('SELECT 1', 'database=default'),
  () => send('SELECT 1', 'database=nowhere&max_threads=1'),
  () => send('SELECT {x:UInt8}', 'param_x=1'),
  () => send('SELECT 1', '', 'admin', 'GET'),
  () =>
    send(
      'INSERT INTO things VALUES (1)',
      'insert_deduplication_token=t1&async_insert=0&fsync_metadata=0',
      'writer',
    ),
  () =>
    send(
      'INSERT INTO things FORMAT JSONEachRow\n{"id":"x"}',
      'insert_deduplication_token=t2&max_block_size=1',
      'writer',
    ),
  () => send('SELECT nothing', 'max_threads=1&join_use_nulls=1'),
  () => send('SELEC', 'max_threads=1'),
  () => send('CREATE TEMPORARY TABLE passing (id UInt8) ENGINE = Memory', '', 'admin'),
  () => send('SELECT number FROM numbers(700) FORMAT JSONEachRow', 'max_block_size=7&max_threads=1'),
  () =>
    leaveEarly('SELECT number FROM numbers(100000000) FORMAT JSONEachRow', 'max_block_size=9&limit=90000000'),
  () =>
    leaveEarly('SELECT sum(cityHash64(number)) FROM numbers(3000000000)', 'max_threads=1&join_use_nulls=1'),
]

async function leaveEarly(sql: string, url: string): Promise<void> {
  const left = new AbortController()
  const asked = fetch(`${warehouse.url}/?${url}`, { method: 'POST', body: sql, signal: left.signal })
  setTimeout(() => left.abort(), 100)
  await asked.then((response) => response.text()).catch(() => {})
}

test('after every request the next begins as the first one did', async () => {
  const first = await send(state)
  assert.equal(first.status, 200)
  for (const leak of leaks) {
    await leak()
    assert.deepEqual(await send(state), first, String(leak))
    assert.match((await send('SELECT {x:UInt8}')).text, /UNKNOWN_QUERY_PARAMETER/, String(leak))
    assert.match((await send('SELECT * FROM passing', '', 'admin')).text, /UNKNOWN_TABLE/, String(leak))
  }
})

test('a deduplication token drops its own repetition and nothing that comes after it', async () => {
  const count = async () => Number((await send('SELECT count() FROM things')).text)
  const before = await count()
  const insert = (url: string) => send('INSERT INTO things VALUES (7)', url, 'writer')
  for (const url of ['insert_deduplication_token=a', 'insert_deduplication_token=a']) await insert(url)
  assert.equal(await count(), before + 1)
  for (const url of ['insert_deduplication_token=b', 'insert_deduplication_token=c']) await insert(url)
  assert.equal(await count(), before + 3)
  for (let id = 100; id < 103; id += 1) await send(`INSERT INTO things VALUES (${id})`, '', 'writer')
  assert.equal(await count(), before + 6)
})

test('forty requests at once each see their own settings and values', async () => {
  const asked = Array.from({ length: 40 }, async (_, index) => {
    const url = `max_block_size=${1000 + index}&param_x=${index}&database=${index % 2 === 0 ? 'default' : 'sidelight'}`
    const { text } = await send("SELECT getSetting('max_block_size'), {x:UInt32}, currentDatabase()", url)
    assert.equal(text, `${1000 + index}\t${index}\t${index % 2 === 0 ? 'default' : 'sidelight'}`)
  })
  await Promise.all(asked)
})

test('twenty inserts at once with tokens of their own all arrive, and their repetition does not', async () => {
  const count = async () => Number((await send('SELECT count() FROM things WHERE id >= 1000')).text)
  const insertAll = () =>
    Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        send(
          `INSERT INTO things VALUES (${1000 + index})`,
          `insert_deduplication_token=many-${index}`,
          'writer',
        ),
      ),
    )
  await insertAll()
  assert.equal(await count(), 20)
  await insertAll()
  assert.equal(await count(), 20)
})
