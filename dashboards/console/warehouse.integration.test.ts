import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openConsoleQuery } from '../../cli/console-query.ts'
import { parseConfig } from '../../contract/config/load.ts'
import { doorOf } from '../../ingest/door.ts'
import { migrate } from '../../ingest/migrate.ts'
import { consoleServer } from '../../testing/console/console-server.ts'
import { insertTraffic } from '../../testing/dashboards/traffic.ts'
import { startTestWarehouse } from '../../testing/warehouse.ts'

const warehouse = await startTestWarehouse()
const door = doorOf(warehouse.client('admin'))
await migrate(door, { target: 'embedded', database: 'sidelight' })
const yaml = `warehouse: { listen: '${new URL(warehouse.url).host}' }`
const query = openConsoleQuery(parseConfig(yaml, 'test', {}).config)
const server = await consoleServer({ query: query?.ask })
after(async () => {
  await server[Symbol.asyncDispose]()
  await query?.close()
  await warehouse[Symbol.asyncDispose]()
})

const to = new Date('2026-11-20T12:00:00Z')
const range = 'from=2026-11-20T06:00:00Z&to=2026-11-20T12:00:00Z'

interface Shown {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly data: readonly (readonly unknown[])[]
  readonly step: number
  readonly truncated: boolean
}

async function panel(id: string, more = ''): Promise<Shown> {
  const { status, body } = await server.ask(`/console/api/panel/${id}?${range}${more}`)
  assert.equal(status, 200, `${id}: ${body.slice(0, 300)}`)
  return JSON.parse(body) as Shown
}

await insertTraffic(door, to, 500)

test('times are seconds of UTC on the grid of the step', async () => {
  const { columns, data, step } = await panel('overview-outcomes')
  assert.deepEqual([columns[0]?.name, step], ['time', 300])
  const times = data[0] as number[]
  assert.ok(times.length > 50)
  for (const time of times) {
    assert.equal(time % step, 0)
    assert.ok(time >= Date.parse('2026-11-20T06:00:00Z') / 1000 && time <= to.getTime() / 1000)
  }
})

test('filters choose and leave out, whatever the names are made of', async () => {
  const count = async (more: string) => Number((await panel('overview-requests', more)).data[0]?.[0])
  const all = await count('')
  for (const name of ["o'brien", 'a\\b']) {
    const value = encodeURIComponent(name)
    const only = await count(`&customer=${value}`)
    const without = await count(`&customer!=${value}`)
    assert.ok(only > 0 && only < all, name)
    assert.equal(only + without, all, name)
    const { columns, data } = await panel('requests-list', `&customer=${value}`)
    const at = columns.findIndex((column) => column.name === 'customer')
    assert.deepEqual(new Set(data[at]), new Set([name]))
  }
  for (const hostile of [
    "') OR 1=1 --",
    '😀'.repeat(200),
    '{app:String}',
    '<img src=x onerror=alert(1)>',
    '\\',
    "'",
  ])
    assert.equal(await count(`&customer=${encodeURIComponent(hostile)}`), 0, hostile)
  // Longer than an address may be, once it is encoded: it travels in the body.
  const many = Array.from(
    { length: 20 },
    (_, at) => `&customer=${encodeURIComponent(`顧客${at}`.repeat(25))}`,
  ).join('')
  assert.equal(await count(many), 0)
})

test('values to choose from come dearest first, and can be searched', async () => {
  const values = async (more: string) =>
    (
      JSON.parse((await server.ask(`/console/api/values/customer?${range}${more}`)).body) as {
        values: string[]
      }
    ).values
  const all = await values('')
  assert.ok(all.length > 5 && all.includes("o'brien"))
  assert.deepEqual(await values('&q=BRIEN'), ["o'brien"])
  assert.deepEqual(await values('&q=nobody'), [])
})

test('the state of the warehouse says how much there is and when the last was', async () => {
  const status = JSON.parse((await server.ask('/console/api/status')).body)
  assert.ok(status.requests >= 500 && status.last_hour <= to.getTime() / 1000)
})

test('more rows than a picture can show are cut off, and it is said', async () => {
  const ask = query?.ask
  assert.ok(ask)
  const signal = AbortSignal.timeout(10_000)
  const answer = await ask({ sql: 'SELECT number FROM numbers(100000)', values: {}, rowsMax: 10_001, signal })
  assert.ok(answer.kind === 'answered' && (answer.data[0]?.length ?? 0) >= 10_001)
  const refused = await ask({ sql: 'SELECT * FROM sidelight.nothing', values: {}, rowsMax: 1, signal })
  assert.deepEqual(refused, { kind: 'away', code: 'UNKNOWN_TABLE' })
  const bad = await ask({ sql: 'SELECT nothing FROM sidelight.requests', values: {}, rowsMax: 1, signal })
  assert.deepEqual(bad, { kind: 'failed', code: 'UNKNOWN_IDENTIFIER' })
})
