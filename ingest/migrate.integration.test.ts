import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { spooledTables } from '../contract/record.ts'
import { writtenTables } from '../contract/tables/written.ts'
import { type Engine, startEngine } from '../testing/engine.ts'
import { seededRandom } from '../testing/random.ts'
import { randomRecord } from '../testing/random-record.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { migrate, SchemaError } from './migrate.ts'
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

test('a warehouse of any earlier version is brought to the same columns as an empty one', async () => {
  // From version to version, and from the first to the last at once: the steps are the same, one after the other.
  for (const { version } of migrations) {
    const { applied } = await migrate(engine, { ...options, database: 'stepwise', upTo: version })
    assert.deepEqual(applied, [version])
  }
  await migrate(engine, { ...options, database: 'from_1', upTo: 1 })
  await migrate(engine, { ...options, database: 'from_1' })
  const expected = await columnsOf(engine, 'sidelight')
  for (const database of ['stepwise', 'from_1']) assert.deepEqual(await columnsOf(engine, database), expected)
})

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

test('two runners at once leave one schema', async () => {
  const both = { ...options, database: 'raced' }
  const outcomes = await Promise.allSettled([migrate(engine, both), migrate(engine, both)])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'fulfilled'],
  )
  assert.deepEqual(await columnsOf(engine, 'raced'), await columnsOf(engine, 'sidelight'))
  assert.deepEqual((await migrate(engine, both)).applied, [])
})

test('a run that broke off after any statement is finished by the next', async () => {
  const random = seededRandom(3)
  for (let round = 0; round < 2; round++) {
    const database = `broken_${round}`
    let left = 1 + random.int(45)
    const failing = {
      ...engine,
      run: async (statement: string) => {
        left -= 1
        if (left === 0) throw new Error('the power is gone')
        await engine.run(statement)
      },
    }
    await assert.rejects(migrate(failing, { ...options, database }), /power/)
    await migrate(engine, { ...options, database })
    assert.deepEqual(await columnsOf(engine, database), await columnsOf(engine, 'sidelight'))
  }
})

test('a dry run says everything and does nothing', async () => {
  const lines: string[] = []
  const report = (line: string) => lines.push(line)
  await migrate(engine, { ...options, database: 'dry', dryRun: true, report })
  assert.ok(lines.some((line) => line.startsWith('CREATE TABLE IF NOT EXISTS `dry`.`requests`')))
  assert.deepEqual(await engine.rows("SELECT 1 FROM system.databases WHERE name = 'dry'"), [])
})

test('a schema of a later version, or one that was changed, is refused', async () => {
  const database = 'refused'
  await migrate(engine, { ...options, database, upTo: 1 })
  const insert = (values: string) =>
    engine.run(`INSERT INTO refused.schema_migrations (version, name, checksum, target) VALUES ${values}`)
  await insert("(99, 'later', 'x', 'embedded')")
  await assert.rejects(migrate(engine, { ...options, database }), SchemaError)
  await engine.run('TRUNCATE TABLE refused.schema_migrations')
  await insert("(1, 'ledger', 'another', 'embedded')")
  await assert.rejects(
    migrate(engine, { ...options, database }),
    /step 1 \(ledger\) was applied in another form/,
  )
})

test('retention and the type of customers follow the configuration, back and forth, and rows stay', async () => {
  const database = 'kept'
  const day = 86_400_000
  await migrate(engine, { ...options, database })
  const values = Array.from({ length: 5 }, (_, n) => `(now64(3), generateUUIDv7(), 'customer ${n % 2}')`)
  await engine.run(`INSERT INTO kept.requests (ts, request_id, customer) VALUES ${values.join(', ')}`)
  const rows = () =>
    engine.rows('SELECT customer, count() AS n FROM kept.requests GROUP BY customer ORDER BY 1')
  const before = await rows()
  for (const [customers, kept] of [
    ['many', 3650 * day],
    ['few', 'forever'],
  ] as const) {
    const wanted = { ...options, database, customers, retention: { requests: kept, latency_1m: 30 * day } }
    assert.ok((await migrate(engine, wanted)).adjustments.length > 0)
    assert.deepEqual((await migrate(engine, wanted)).adjustments, [])
    assert.deepEqual(await rows(), before)
  }
})

test('rows past their time leave when the configured time is shortened', async () => {
  const database = 'aged'
  await migrate(engine, { ...options, database, retention: { feedback: 'forever' } })
  const days = ['2020-01-01', '2020-06-01', new Date().toISOString().slice(0, 10)]
  for (const day of days) {
    await engine.run(`INSERT INTO aged.feedback (ts, name) VALUES ('${day} 00:00:00', 'thumbs')`)
  }
  await migrate(engine, { ...options, database, retention: { feedback: 400 * 86_400_000 } })
  for (let tries = 0; tries < 50; tries++) {
    await engine.run('OPTIMIZE TABLE aged.feedback FINAL')
    const rows = await engine.rows('SELECT ts FROM aged.feedback')
    if (rows.length === 1) return
  }
  assert.fail('the old rows are still there')
})
