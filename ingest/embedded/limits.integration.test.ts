import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startTestWarehouse, type TestWarehouse } from '../../testing/warehouse.ts'

let warehouse: TestWarehouse

before(async () => {
  warehouse = await startTestWarehouse({
    limits: {
      queries: 2,
      waiting: 3,
      queryTime: 3000,
      queryMemory: 100_000_000,
      resultRows: 1000,
      resultBytes: 100_000,
      body: 1_000_000,
    },
  })
})
after(() => warehouse[Symbol.asyncDispose]())

async function send(sql: string, url = '', signal?: AbortSignal) {
  const response = await fetch(`${warehouse.url}/?${url}`, {
    method: 'POST',
    body: sql,
    ...(signal === undefined ? {} : { signal }),
  })
  return { status: response.status, text: await response.text() }
}

/** Minutes of work, unless something ends it. */
const endless = 'SELECT sum(cityHash64(number)) FROM numbers(1000000000000)'

async function gauge(name: string): Promise<number> {
  const text = await (await fetch(`${warehouse.url}/metrics`)).text()
  return Number(new RegExp(`^sidelight_warehouse_${name} (\\d+)$`, 'm').exec(text)?.[1])
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await condition()) return
    await sleep(20)
  }
  assert.fail('it did not happen within 10 s')
}

test('a query over its time, memory, rows or bytes ends with an error, and the next one is answered', async () => {
  const cases = [
    [endless, 408, /TIMEOUT_EXCEEDED/],
    ['SELECT length(groupArray(number)) FROM numbers(300000000)', 500, /MEMORY_LIMIT_EXCEEDED/],
    ['SELECT number FROM numbers(1001) FORMAT TSV', 500, /TOO_MANY_ROWS/],
    ["SELECT repeat('x', 200000) FORMAT JSON", 500, /TOO_MANY_ROWS_OR_BYTES/],
    [`SELECT 1 -- ${'x'.repeat(1_100_000)}`, 413, /over 1000000 bytes/],
  ] as const
  for (const [sql, status, text] of cases) {
    const answer = await send(sql)
    assert.match(answer.text, text, sql.slice(0, 80))
    assert.equal(answer.status, status, sql.slice(0, 80))
    assert.deepEqual(await send('SELECT 1'), { status: 200, text: '1\n' })
  }
})

test('queries beyond the places wait, beyond the line they get a 429, and a ping is answered all the while', async () => {
  const leave = new AbortController()
  const running = Array.from({ length: 5 }, () =>
    send(endless, 'max_execution_time=60', leave.signal).catch(() => undefined),
  )
  await until(async () => (await gauge('queries_running')) === 2 && (await gauge('queries_waiting')) === 3)
  const refused = await fetch(warehouse.url, { method: 'POST', body: 'SELECT 1' })
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('retry-after'), '1')
  assert.match(await refused.text(), /TOO_MANY_SIMULTANEOUS_QUERIES/)
  assert.equal(await (await fetch(`${warehouse.url}/ping`)).text(), 'Ok.\n')
  leave.abort()
  await Promise.all(running)
  // Told to stop: they would run for 3 s otherwise.
  await until(async () => (await gauge('queries_running')) === 0)
  assert.deepEqual(await send('SELECT 1'), { status: 200, text: '1\n' })
})

test('a query whose caller has left is cancelled in the engine', async () => {
  const leave = new AbortController()
  const asked = send(endless, 'max_execution_time=60', leave.signal).catch(() => undefined)
  await until(async () => (await gauge('queries_running')) === 1)
  await sleep(100)
  leave.abort()
  await asked
  await until(async () => (await gauge('queries_running')) === 0)
  await until(async () => /"code":394/.test(warehouse.process.stderr))
})

test('pages of other sites and rebound names are refused, a caller with the token is not', async () => {
  const ask = (headers: Record<string, string>) => rawGet(warehouse.url, '/?query=SELECT%201', headers)
  assert.equal(await ask({}), 200)
  assert.equal(await ask({ host: 'localhost:1' }), 200)
  assert.equal(await ask({ host: 'attacker.example' }), 403)
  assert.equal(await ask({ origin: 'https://attacker.example' }), 403)
  assert.equal(await ask({ origin: 'null' }), 403)
  const { port } = new URL(warehouse.url)
  assert.equal(await ask({ origin: `http://127.0.0.1:${Number(port) + 1}` }), 403)
  const token = { 'x-clickhouse-user': 'default', 'x-clickhouse-key': warehouse.token }
  assert.equal(await ask({ host: 'warehouse.internal', ...token }), 200)
})

/** fetch sets Host and Origin by itself. */
async function rawGet(url: string, path: string, headers: Record<string, string>): Promise<number> {
  const { request } = await import('node:http')
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.on('error', reject).end()
  })
}

test('what is not served says so', async () => {
  assert.equal((await fetch(`${warehouse.url}/play`)).status, 404)
  assert.equal(await (await fetch(`${warehouse.url}/`)).text(), 'Ok.\n')
  assert.equal(await (await fetch(`${warehouse.url}/replicas_status`)).text(), 'Ok.\n')
  assert.equal((await fetch(warehouse.url, { method: 'PUT', body: 'SELECT 1' })).status, 400)
})

test('a line of the log tells of a query everything but its text', async () => {
  await send("SELECT 'a private word', 4711")
  await send("SELECT 'another one',  42")
  const lines = () =>
    warehouse.process.stderr
      .split('\n')
      .filter((line) => line.includes('"message":"query"') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  const kinds = () =>
    lines()
      .slice(-2)
      .map((line) => line['kind'])
  await until(async () => kinds().every((kind) => kind === 'select'))
  const [first, second] = lines().slice(-2)
  assert.equal(first?.['query_hash'], second?.['query_hash'])
  assert.deepEqual(
    [first?.['user'], first?.['kind'], first?.['code'], first?.['status'], first?.['result_rows']],
    ['default', 'select', 0, 200, 1],
  )
  assert.doesNotMatch(warehouse.process.stderr, /private word|4711|cityHash64/)
})
