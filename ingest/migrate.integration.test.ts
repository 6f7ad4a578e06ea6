import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { spooledTables } from '../contract/record.ts'
import { writtenTables } from '../contract/tables/written.ts'
import { type Engine, startEngine } from '../testing/engine.ts'
import { seededRandom } from '../testing/random.ts'
import { randomRecord } from '../testing/random-record.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/all.ts'
import { parseColumns } from './migrations/ddl.ts'

const folder = await tempDir()
const engine = await startEngine(folder.path)
after(async () => {
  await engine.close()
  await folder[Symbol.asyncDispose]()
})

const options = { target: 'embedded', database: 'sidelight' } as const

interface ColumnRow {
  readonly table: string
  readonly name: string
  readonly type: string
  readonly codec: string
}

function columnsOf(from: Engine, database: string): Promise<readonly ColumnRow[]> {
  return from.rows<ColumnRow>(
    `SELECT table, name, type, default_expression, compression_codec AS codec FROM system.columns
     WHERE database = '${database}' ORDER BY table, position`,
  )
}

test('an empty warehouse gets every column that the code writes, with its type and codec', async () => {
  await migrate(engine, options)
  const columns = await columnsOf(engine, 'sidelight')
  for (const [table, written] of Object.entries(writtenTables)) {
    const wanted = parseColumns(
      Object.entries(written)
        .map(([name, { type }]) => `${name} ${type}`)
        .join('\n'),
    )
    for (const { name, type } of wanted) {
      const found = columns.find((column) => column.table === table && column.name === name)
      assert.equal(
        `${found?.type} ${found?.codec}`,
        type.replace(/CODEC\((.*)\)$/, 'CODEC($1)'),
        `${table}.${name}`,
      )
    }
  }
})

test('a second run finds nothing to do', async () => {
  assert.deepEqual(await migrate(engine, options), {
    version: migrations.at(-1)?.version,
    applied: [],
    adjustments: [],
  })
})

for (const { version } of migrations.slice(0, -1)) {
  test(`a warehouse of version ${version} is brought to the same columns as an empty one`, async () => {
    const database = `from_${version}`
    await migrate(engine, { ...options, database, upTo: version })
    await migrate(engine, { ...options, database })
    assert.deepEqual(await columnsOf(engine, database), await columnsOf(engine, 'sidelight'))
  })
}

// A caller may write half a surrogate pair; one such value must not stop a batch.
const asShipped = 'SETTINGS input_format_json_throw_on_bad_escape_sequence = 0'

test('rows as they lie in the spool are taken by every table they travel to', async () => {
  const random = seededRandom(7)
  const records = Array.from({ length: 200 }, () => randomRecord(random))
  for (const [table, rows] of [
    ['requests', records.map(({ request }) => request)],
    ['attempts', records.flatMap(({ attempts }) => attempts)],
  ] as const) {
    const names = Object.keys(spooledTables[table])
    const lines = rows.map((row) => JSON.stringify(Object.values(row)))
    await engine.run(
      `INSERT INTO sidelight.${table} (${names.join(', ')}) ${asShipped} FORMAT JSONCompactEachRow\n${lines.join('\n')}`,
    )
    const [count] = await engine.rows<{ n: number }>(`SELECT count() AS n FROM sidelight.${table}`)
    assert.equal(count?.n, rows.length)
  }
})
