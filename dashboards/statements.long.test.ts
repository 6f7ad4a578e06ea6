import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Answer, ask, askAsGrafana, askWithParams } from '../testing/dashboards/run-panel.ts'
import { insertTraffic } from '../testing/dashboards/traffic.ts'
import { panelWarehouse } from '../testing/dashboards/warehouse.ts'
import { annotations } from './catalog/annotations.ts'
import { panels } from './catalog/catalog.ts'
import type { Panel } from './catalog/panel.ts'
import { usageIn, usageTwice } from './catalog/usage.ts'
import { valuesSql } from './catalog/values.ts'
import { params } from './dialects/params.ts'
import { multiVariables } from './dialects/variables.ts'
import type { Choices, MacroValues } from './macros.ts'

const warehouse = await panelWarehouse()
const { engine } = warehouse
after(() => warehouse[Symbol.asyncDispose]())

const to = new Date('2026-11-20T12:00:00Z')
const range = (variables: Choices): MacroValues => ({
  from: new Date(to.getTime() - 6 * 3_600_000),
  to,
  stepSeconds: 300,
  variables,
})

/** Everything; names with a quote and a backslash; nothing that is there. */
const choices: Readonly<Record<string, Choices>> = {
  all: { search: '', one_customer: "o'brien" },
  awkward: { customer: ["o'brien", 'a\\b'], app: ['support', 'docs'], search: "o'b", one_customer: 'a\\b' },
  nothing: { env: ['nowhere'], model: ['none'], route: ["\\'"], search: '\\', one_customer: "') OR 1=1 --" },
}

async function failures(
  chosen: readonly string[],
  check: (panel: Panel, values: MacroValues) => Promise<void>,
): Promise<string[]> {
  const found: string[] = []
  for (const panel of panels)
    for (const name of chosen) {
      try {
        await check(panel, range(choices[name] ?? {}))
      } catch (error) {
        found.push(`${panel.id}, ${name}: ${String(error).slice(0, 600)}`)
      }
    }
  return found
}

test('without a row every statement runs, and unknown is not zero', async () => {
  const found = await failures(['awkward'], async (panel, values) => {
    const answer = await askWithParams(engine, panel.sql, values)
    assertShape(panel, answer)
    if (panel.viz === 'stat' && panel.empty === 'gap' && panel.columns === undefined)
      assert.equal(answer.rows[0]?.[0] ?? null, null, 'a rate of nothing')
  })
  assert.deepEqual(found, [])
})

test('with rows every statement answers the same in both dialects', async () => {
  await insertTraffic(engine, to, 2000)
  const filled = new Set<string>()
  // Dialects are compared where names hurt; golden.integration.test.ts compares them on everything, too.
  const found = await failures(Object.keys(choices), async (panel, values) => {
    const asGrafana =
      values.variables === choices['all'] ? undefined : await askAsGrafana(engine, panel.sql, values)
    const bound =
      values.variables === choices['nothing'] ? undefined : await askWithParams(engine, panel.sql, values)
    for (const answer of [asGrafana, bound]) {
      if (answer === undefined) continue
      assertShape(panel, answer)
      if (answer.rows.length > 0) filled.add(panel.id)
    }
    if (asGrafana !== undefined && bound !== undefined) assertAlike(asGrafana, bound)
  })
  assert.deepEqual(found, [])
  const needsId = (panel: Panel) => panel.filters.includes('request_id')
  assert.deepEqual(
    panels.filter((panel) => !filled.has(panel.id) && !needsId(panel)).map(({ id }) => id),
    [],
  )
})

test('lists of values and annotations run, dearest first, and say what they must', async () => {
  for (const variable of multiVariables)
    for (const askIt of [askAsGrafana, askWithParams]) {
      const { columns, rows } = await askIt(engine, valuesSql(variable), range({}))
      assert.deepEqual(
        columns.map(({ name }) => name),
        ['choice'],
      )
      assert.ok(rows.length > 0, variable)
    }
  for (const annotation of annotations)
    for (const askIt of [askAsGrafana, askWithParams])
      for (const variables of Object.values(choices)) {
        const { columns, rows } = await askIt(engine, annotation.sql, range(variables))
        assert.deepEqual(
          columns.map(({ name }) => name),
          ['time', 'text', 'tags'],
        )
        if (variables === choices['all'] && annotation.id !== 'sidecars' && annotation.id !== 'prices')
          assert.ok(rows.length > 0, annotation.id)
      }
})

test('no alias is the name of a column of a table it is made from', async () => {
  const { rows } = await ask(
    engine,
    "SELECT table, groupArray(name) FROM system.columns WHERE database = 'sidelight' GROUP BY table",
  )
  const columns = new Map(rows.map(([table, names]) => [String(table), new Set(names as string[])]))
  const found = panels.flatMap(({ id, sql }) =>
    shadowed(withoutUsage(sql(params)), columns).map((name) => `${id}: ${name}`),
  )
  assert.deepEqual(found, [])
})

/** Its columns are named as those of the sums on purpose, each with its table in front. */
const withoutUsage = (sql: string) =>
  sql.replaceAll(usageIn(params), 'FROM usage').replaceAll(usageTwice(params), 'FROM usage')

/**
 * `avg(quality) AS quality … WHERE quality > 0` means the average in the condition. A column of a table with another
 * name in front of it, or of one that stands for all its rows, keeps its name without harm.
 */
function shadowed(sql: string, columns: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const read = [...sql.matchAll(/FROM sidelight\.(\w+)/g)].map(([, table = '']) => columns.get(table))
  const aliases = [...sql.matchAll(/(\S+) AS (\w+)/g)]
  return aliases.flatMap(([, value = '', alias = '']) =>
    read.some((names) => names?.has(alias)) &&
    !new RegExp(`(\\.${alias}|toString\\(${alias}\\))$`).test(value)
      ? [alias]
      : [],
  )
}

test('a chosen customer with a quote or a backslash is that customer alone', async () => {
  const list = panels.find(({ id }) => id === 'requests-list')
  assert.ok(list)
  for (const customer of ["o'brien", 'a\\b'])
    for (const askIt of [askAsGrafana, askWithParams]) {
      const answer = await askIt(engine, list.sql, range({ customer: [customer] }))
      const at = answer.columns.findIndex(({ name }) => name === 'customer')
      assert.deepEqual(new Set(answer.rows.map((row) => row[at])), new Set([customer]))
    }
})

function assertShape({ kind, by, columns = {} }: Panel, { columns: got, rows }: Answer): void {
  assert.equal(new Set(got.map(({ name }) => name)).size, got.length)
  for (const name of Object.keys(columns))
    assert.ok(
      got.some((column) => column.name === name),
      `no column ${name}`,
    )
  if (kind === 'table') return
  const [time, ...rest] = got
  assert.equal(time?.name, 'time')
  assert.match(time?.type ?? '', /^DateTime/)
  const kinds = rest.map(({ type }) => (/String/.test(type) ? 'name' : 'number'))
  assert.deepEqual(kinds, kinds.toSorted(), 'names stand before numbers')
  assert.ok(kinds.includes('number'))
  const names = rest.filter((_, at) => kinds[at] === 'name').map(({ name }) => name)
  assert.deepEqual(names, by === undefined ? [] : [by], 'what names the lines')
  const wrong = rest.filter(
    ({ type }) => !/^(LowCardinality\()?(Nullable\()?(String|U?Int\d+|Float\d+)/.test(type),
  )
  assert.deepEqual(wrong, [], 'types that can be drawn')
  const times = rows.map((row) => String(row[0]))
  assert.deepEqual(times, times.toSorted())
}

/** Exact but for the last digits of sums of floats; digests may differ by 2 %. */
function assertAlike(first: Answer, second: Answer): void {
  assert.equal(first.rows.length, second.rows.length)
  first.rows.forEach((row, index) => {
    row.forEach((value, at) => {
      const other = second.rows[index]?.[at]
      const name = first.columns[at]?.name ?? ''
      const share = /^(p\d\d|q)|_p\d\d|p\d\d_/.test(name) ? 0.02 : 1e-5
      const isClose =
        typeof value === 'number' &&
        typeof other === 'number' &&
        Math.abs(value - other) <= share * Math.max(Math.abs(value), Math.abs(other), 1e-9)
      if (!isClose) assert.deepEqual(value, other, `${name} of row ${index}`)
    })
  })
}
