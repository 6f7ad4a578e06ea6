import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { doorOf } from '../ingest/door.ts'
import { migrate } from '../ingest/migrate.ts'
import { startTestWarehouse } from '../testing/warehouse.ts'
import { rules } from './alerts/all.ts'
import { annotations } from './catalog/annotations.ts'
import { panels } from './catalog/catalog.ts'
import { valuesSql } from './catalog/values.ts'
import type { Dialect } from './dialects/dialect.ts'
import { grafana } from './dialects/grafana.ts'
import { parametersOf, params } from './dialects/params.ts'
import { multiVariables } from './dialects/variables.ts'
import { expandMacros } from './macros.ts'

const warehouse = await startTestWarehouse()
after(() => warehouse[Symbol.asyncDispose]())
await migrate(doorOf(warehouse.client('admin')), { target: 'embedded', database: 'sidelight' })

const reader = warehouse.client('default')
const from = new Date('2026-11-20T00:00:00Z')
const to = new Date('2026-11-20T06:00:00Z')
const bound: Readonly<Record<string, unknown>> = { from, to, step: 300, slo_ms: 8000, slo_target: 0.99 }
const variables = { customer: ["o'brien", 'a\\b'], search: "o'b\\", one_customer: 'a\\b' }
const chosen: Readonly<Record<string, unknown>> = { ...bound, ...variables }

async function refused(
  query: string,
  query_params: Record<string, unknown> = {},
): Promise<string | undefined> {
  try {
    await (await reader.query({ query, query_params, format: 'JSONCompact' })).text()
    return undefined
  } catch (error) {
    return String(error).slice(0, 300)
  }
}

const statements: Readonly<Record<string, (dialect: Dialect) => string>> = {
  ...Object.fromEntries(panels.map(({ id, sql }) => [id, sql])),
  ...Object.fromEntries(annotations.map(({ id, sql }) => [id, sql])),
  ...Object.fromEntries(multiVariables.map((name) => [`values of ${name}`, valuesSql(name)])),
}

test('readers of the embedded warehouse may run every statement, with bound values', async () => {
  const found: string[] = []
  for (const [id, sql] of Object.entries(statements)) {
    const text = sql(params)
    const values = Object.fromEntries(
      [...parametersOf(text)].map(([name, type]) => [
        name,
        chosen[name] ?? (type === 'Array(String)' ? [] : ''),
      ]),
    )
    const why = await refused(text, values)
    if (why !== undefined) found.push(`${id}: ${why}`)
  }
  assert.deepEqual(found, [])
})

test('and as Grafana sends it, alerts included', async () => {
  const found: string[] = []
  // What is Grafana's own are the macros and the decoding of values: one statement for each sort of variable has both.
  const ownSort = panels.filter(({ filters }) =>
    filters.some((name) => !multiVariables.some((multi) => multi === name)),
  )
  const ids = ['overview-outcomes', ...ownSort.map(({ id }) => id), ...annotations.map(({ id }) => id)]
  const expanded = ids
    .map((id): [string, (dialect: Dialect) => string] => [id, statements[id] ?? (() => '')])
    .map(([id, sql]): [string, string] => [
      id,
      expandMacros(sql(grafana), {
        from,
        to,
        stepSeconds: 300,
        variables: { ...variables, slo_ms: '8000', slo_target: '0.99' },
      }),
    ])
  for (const [id, text] of [...expanded, ...rules.map(({ uid, sql }): [string, string] => [uid, sql])]) {
    const why = await refused(text)
    if (why !== undefined) found.push(`${id}: ${why}`)
  }
  assert.deepEqual(found, [])
})
