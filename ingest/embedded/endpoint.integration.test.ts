import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ClickHouseError, ClickHouseLogLevel } from '@clickhouse/client'
import { startTestWarehouse, type TestWarehouse } from '../../testing/warehouse.ts'

const quiet = { log: { level: ClickHouseLogLevel.OFF } }
let warehouse: TestWarehouse

before(async () => {
  warehouse = await startTestWarehouse()
  await warehouse.client('admin').command({
    query: `CREATE TABLE things (id UInt32, name String, at DateTime64(3, 'UTC') DEFAULT now64(3))
            ENGINE = MergeTree ORDER BY id`,
  })
})
after(() => warehouse[Symbol.asyncDispose]())

async function rows<T>(query: string, params: Record<string, unknown> = {}): Promise<T[]> {
  const result = await warehouse
    .client('default', quiet)
    .query({ query, query_params: params, format: 'JSONEachRow' })
  return result.json<T>()
}

async function errorOf(promise: Promise<unknown>): Promise<ClickHouseError> {
  try {
    await promise
  } catch (error) {
    assert.ok(error instanceof ClickHouseError, String(error))
    return error
  }
  throw new Error('nothing was refused')
}

test('a ping, a query and an insert go through the official client', async () => {
  const writer = warehouse.client('writer')
  assert.deepEqual(await writer.ping(), { success: true })
  const inserted = await writer.insert({
    table: 'things',
    values: [{ id: 1, name: 'a' }],
    format: 'JSONEachRow',
  })
  assert.equal(inserted.summary?.written_rows, '1')
  await writer.insert({
    table: 'things',
    values: [
      [2, 'line\n\nline'],
      [3, "it's; DROP TABLE things"],
    ],
    columns: ['id', 'name'],
    format: 'JSONCompactEachRow',
  })
  assert.deepEqual(await rows('SELECT id, name FROM things ORDER BY id'), [
    { id: 1, name: 'a' },
    { id: 2, name: 'line\n\nline' },
    { id: 3, name: "it's; DROP TABLE things" },
  ])
})

test('errors come with code, name and status as ClickHouse has them', async () => {
  const error = await errorOf(rows('SELECT * FROM nowhere'))
  assert.deepEqual([error.code, error.type], ['60', 'UNKNOWN_TABLE'])
  const answers = [
    ['SELECT * FROM nowhere', 404, '60', /^Code: 60\. DB::Exception: .*\(UNKNOWN_TABLE\)\n$/s],
    ['SELEC 1', 400, '62', /^Code: 62\. DB::Exception: .*\(SYNTAX_ERROR\)/s],
    ['', 400, '62', /Empty query/],
    ['SELECT 1 FORMAT Nonsense', 404, '73', /\(UNKNOWN_FORMAT\)/],
  ] as const
  for (const [query, status, code, body] of answers) {
    const response = await fetch(warehouse.url, { method: 'POST', body: query })
    assert.equal(response.status, status, query)
    assert.equal(response.headers.get('x-clickhouse-exception-code'), code)
    assert.match(await response.text(), body)
  }
})

test('who sends no token reads, and nobody else gets in', async () => {
  const ask = (headers: Record<string, string>, query = '?query=SELECT%20currentUser()') =>
    fetch(`${warehouse.url}/${query}`, { headers })
  const basic = (user: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  })
  const { token } = warehouse
  const good = [
    ask({}),
    ask({ 'x-clickhouse-user': 'writer', 'x-clickhouse-key': token }),
    ask(basic('admin', token)),
    ask({}, `?query=SELECT%201&user=writer&password=${token}`),
  ]
  for (const response of await Promise.all(good)) assert.equal(response.status, 200)
  const bad = [
    ask({ 'x-clickhouse-user': 'writer' }),
    ask({ 'x-clickhouse-user': 'writer', 'x-clickhouse-key': `${token}x` }),
    ask({ 'x-clickhouse-user': 'nobody', 'x-clickhouse-key': token }),
    ask(basic('admin', '')),
    ask(basic('default', 'wrong')),
    ask({ authorization: 'Bearer x' }),
    ask({ ...basic('admin', token), 'x-clickhouse-user': 'writer' }),
    ask({ 'x-clickhouse-user': '__proto__', 'x-clickhouse-key': token }),
  ]
  for (const response of await Promise.all(bad)) {
    assert.equal(response.status, 403)
    assert.equal(response.headers.get('x-clickhouse-exception-code'), '516')
  }
  const error = await errorOf(warehouse.client('default', quiet).command({ query: 'DROP TABLE things' }))
  assert.equal(error.type, 'ACCESS_DENIED')
})

test('a GET changes nothing, whoever sends it', async () => {
  const response = await fetch(`${warehouse.url}/?query=DROP%20TABLE%20things`, {
    headers: { 'x-clickhouse-user': 'admin', 'x-clickhouse-key': warehouse.token },
  })
  assert.equal(response.status, 403)
  assert.equal(response.headers.get('x-clickhouse-exception-code'), '164')
})
