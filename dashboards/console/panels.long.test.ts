import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openConsoleQuery } from '../../cli/console-query.ts'
import { parseConfig } from '../../contract/config/load.ts'
import { doorOf } from '../../ingest/door.ts'
import { migrate } from '../../ingest/migrate.ts'
import { consoleServer } from '../../testing/console/console-server.ts'
import { insertTraffic } from '../../testing/dashboards/traffic.ts'
import { startTestWarehouse } from '../../testing/warehouse.ts'
import { panels } from '../catalog/catalog.ts'

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

test('before the first migration, and without a row, every panel has an answer that is none', async () => {
  assert.deepEqual(JSON.parse((await server.ask('/console/api/status')).body), {
    warehouse: 'ok',
    requests: 0,
    last_hour: null,
  })
  for (const { id, kind, viz, columns = {} } of panels) {
    const { columns: got, data } = await panel(
      id,
      '&one_customer=ann&request_id=0190a000-0000-7000-8000-000000000001',
    )
    assert.equal(data.length, got.length, id)
    for (const name of Object.keys(columns))
      assert.ok(
        got.some((column) => column.name === name),
        `${id}: ${name}`,
      )
    if (kind === 'timeseries') assert.equal(data[0]?.length, 0, id)
    if (viz === 'stat') assert.equal(data[0]?.length, 1, id)
  }
})

test('with rows every panel says what the same statement says when it is run directly', async () => {
  await insertTraffic(door, to, 2000)
  const reader = warehouse.client('default')
  const more = '&customer=o%27brien&customer=a%5Cb&search=o%27b&one_customer=a%5Cb'
  const filled: string[] = []
  for (const { id } of panels) {
    const shown = await panel(id, more)
    const { body } = await server.ask(`/console/api/panel/${id}/sql?${range}${more}`)
    const { sql, values } = JSON.parse(body) as { sql: string; values: Record<string, unknown> }
    const direct = await reader.query({ query: sql, query_params: values, format: 'JSONCompact' })
    const { data } = await direct.json<unknown[]>()
    assert.equal(shown.data[0]?.length ?? 0, data.length, id)
    if (data.length > 0) filled.push(id)
    shown.columns.forEach(({ name, type }, at) => {
      // Quantiles are estimates, and times are written otherwise: those are compared elsewhere.
      if (/Date/.test(type) || /p\d\d|p50|q/.test(name)) return
      assert.deepEqual(
        shown.data[at],
        data.map((row) => plain(row[at], type)),
        `${id}: ${name}`,
      )
    })
  }
  assert.ok(filled.length > panels.length / 2, `${filled.length} panels had rows`)
})

/** Whole numbers of 64 bits come as text where nobody asks otherwise. */
const plain = (value: unknown, type: string) =>
  typeof value === 'string' && /^(Nullable\()?U?Int/.test(type) ? Number(value) : value
