/**
 * The warehouse against its goals: `npm run bench:warehouse -- [--rows 10M] [--rounds 9]`. The engine works in
 * a process of its own over a folder that is removed at the end; ten million rows need 2 GB and some minutes.
 */
import { mkdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { amount } from '../contract/config/units.ts'
import { migrate } from '../ingest/migrate.ts'
import { type Engine, startEngine } from '../testing/engine.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { table } from './figure.ts'
import { insertFigures } from './warehouse-insert.bench.ts'
import { queryFigures } from './warehouse-query.bench.ts'
import { requestsSql } from './warehouse-rows.ts'
import { rollupTables, sizeFigures } from './warehouse-size.bench.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10M' },
    rounds: { type: 'string', default: '9' },
    only: { type: 'string' },
  },
})
const rows = v.parse(amount, values.rows)
const chunkRows = 500_000

await using folder = await tempDir('sidelight-bench-')
await mkdir(folder.file('batches'))
await using engine = await startEngine(folder.file('data'))
const figures = [
  ...(values.only === 'query'
    ? []
    : await insertFigures(engine, { rounds: Number(values.rounds) + 1, directory: folder.file('batches') })),
  ...(values.only === 'insert' ? [] : await largeFigures(engine)),
]
process.stdout.write(`${table(figures)}\n`)

async function largeFigures(over: Engine) {
  await migrate(over, { target: 'embedded', database: 'sidelight' })
  const startedAt = performance.now()
  for (let firstRow = 0; firstRow < rows; firstRow += chunkRows) {
    const { columns, select } = requestsSql({
      rows: Math.min(chunkRows, rows - firstRow),
      firstRow,
      ofRows: rows,
    })
    await over.run(`INSERT INTO sidelight.requests (${columns.join(', ')}) ${select}`)
  }
  for (const name of ['requests', ...rollupTables]) await over.run(`OPTIMIZE TABLE sidelight.${name} FINAL`)
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  process.stderr.write(`${rows} rows made and merged in ${seconds} s\n`)
  return [...(await sizeFigures(over, rows)), ...(await queryFigures(over))]
}
