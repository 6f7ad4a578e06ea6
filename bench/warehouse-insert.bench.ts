import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { spooledTables } from '../contract/record.ts'
import { insertStatement } from '../ingest/insert.ts'
import { migrate } from '../ingest/migrate.ts'
import type { Engine } from '../testing/engine.ts'
import type { Figure } from './figure.ts'
import { requestsSql } from './warehouse-rows.ts'

/** Whole rows as they lie in the spool, so that an insert costs what it costs the shipper. */
interface Batch {
  readonly compact: string
  readonly eachRow: string
}

const group = 'insert'
const names = Object.keys(spooledTables.requests)

/**
 * Time of the processor, not of the clock: user and system time of the engine's process over one statement. Merges
 * stand still meanwhile, for they would fall on whoever is measured; what they cost is measured apart, over many
 * inserts. Contenders have their turn in each round; ratios are taken within a round.
 */
export async function insertFigures(
  engine: Engine,
  options: { rounds: number; directory: string },
): Promise<Figure[]> {
  await migrate(engine, { target: 'embedded', database: 'rolled' })
  await migrate(engine, { target: 'embedded', database: 'bare', upTo: 1 })
  const large = await batchesOf(engine, { rows: 10_000, count: 4, directory: options.directory })
  const small = await batchesOf(engine, { rows: 1000, count: 8, directory: options.directory })
  const figures = { rolled: [], bare: [], eachRow: [], plain: [], smallRolled: [], smallBare: [] }
  const micros: Record<keyof typeof figures, number[]> = figures
  const insert = async (how: keyof typeof figures, file: string, round: number, rows: number) => {
    const { cpuMs } = await engine.measure(statementFor(how, file, `${how}-${round}-${file}`))
    micros[how].push((cpuMs * 1000) / rows)
  }
  await engine.run('SYSTEM STOP MERGES')
  for (let round = 0; round < options.rounds; round++) {
    const batch = large[round % large.length] as Batch
    const few = small[round % small.length] as Batch
    await insert('rolled', batch.compact, round, 10_000)
    await insert('bare', batch.compact, round, 10_000)
    await insert('plain', batch.compact, round, 10_000)
    await insert('eachRow', batch.eachRow, round, 10_000)
    await insert('smallRolled', few.compact, round, 1000)
    await insert('smallBare', few.compact, round, 1000)
  }
  await engine.run('SYSTEM START MERGES')
  return [...figuresOf(micros), await withMerges(engine, large)]
}

const batchesMerged = 40

/** The whole price of a row: many batches one after the other, and all that the engine does in between. */
async function withMerges(engine: Engine, batches: readonly Batch[]): Promise<Figure> {
  await migrate(engine, { target: 'embedded', database: 'rolled_on' })
  const cpu = async () => (await engine.measure('SELECT 1')).totalCpuMs
  const before = await cpu()
  for (let index = 0; index < batchesMerged; index++) {
    const { compact = '' } = batches[index % batches.length] ?? {}
    await engine.measure(statementFor('rolled_on', compact, `merged-${index}`))
  }
  const micros = (((await cpu()) - before) * 1000) / (batchesMerged * 10_000)
  return { group, name: 'CPU per row, all sums and merges', unit: 'µs', goal: { most: 30 }, values: [micros] }
}

function figuresOf(micros: Readonly<Record<string, readonly number[]>>): Figure[] {
  const of = (name: string) => (micros[name] ?? []).slice(1) // the first round warms up
  const ratio = (a: string, b: string) => of(a).map((value, round) => value / (of(b)[round] ?? Number.NaN))
  const least = (value: number) => ({ least: value })
  const most = (value: number) => ({ most: value })
  return [
    {
      group,
      name: 'rows per second of a core, all sums',
      unit: 'rows/s',
      goal: least(60_000),
      values: of('rolled').map((value) => 1e6 / value),
    },
    { group, name: 'the same without sums', unit: 'rows/s', values: of('bare').map((value) => 1e6 / value) },
    { group, name: 'CPU per row, all sums', unit: 'µs', goal: most(30), values: of('rolled') },
    {
      group,
      name: 'sums over none, 10,000 rows',
      unit: '×',
      goal: most(1.3),
      values: ratio('rolled', 'bare'),
    },
    {
      group,
      name: 'sums over none, 1,000 rows',
      unit: '×',
      goal: most(2.2),
      values: ratio('smallRolled', 'smallBare'),
    },
    {
      group,
      name: 'JSONEachRow over JSONCompactEachRow',
      unit: '×',
      goal: least(1.6),
      values: ratio('eachRow', 'bare'),
    },
    {
      group,
      name: 'labels read into dictionaries over read as text',
      unit: '×',
      values: ratio('plain', 'bare'),
    },
  ]
}

const settings = (token: string) =>
  `SETTINGS insert_deduplication_token = '${token}', deduplicate_blocks_in_dependent_materialized_views = 1, max_threads = 1, input_format_parallel_parsing = 0`

/** As the endpoint runs what the shipper sends: the rows lie in a file. */
function statementFor(how: string, file: string, token: string): string {
  const database = how === 'rolled_on' ? how : /rolled/i.test(how) ? 'rolled' : 'bare'
  if (how === 'plain') {
    return `INSERT INTO bare.requests (${names.join(', ')}) FROM INFILE '${file}' ${settings(token)} FORMAT JSONCompactEachRow`
  }
  const format = how === 'eachRow' ? 'JSONEachRow' : 'JSONCompactEachRow'
  return insertStatement(database, 'requests')
    .replace(' SELECT ', ` ${settings(token)} SELECT `)
    .replace("input('", `file('${file}', '${format}', '`)
    .replace(/ FORMAT \w+$/, '')
}

async function batchesOf(
  engine: Engine,
  from: { rows: number; count: number; directory: string },
): Promise<Batch[]> {
  const batches: Batch[] = []
  await engine.run('CREATE DATABASE IF NOT EXISTS made')
  await engine.run('CREATE TABLE IF NOT EXISTS made.requests AS bare.requests ENGINE = Memory')
  for (let index = 0; index < from.count; index++) {
    const { columns, select } = requestsSql({
      rows: from.rows,
      firstRow: index * from.rows,
      ofRows: 10_000_000,
    })
    await engine.run('TRUNCATE TABLE made.requests')
    await engine.run(`INSERT INTO made.requests (${columns.join(', ')}) ${select}`)
    const write = async (format: string) => {
      const { text = '' } = await engine.measure(
        `SELECT ${names.join(', ')} FROM (SELECT * REPLACE (toUnixTimestamp64Milli(ts) AS ts) FROM made.requests)
         SETTINGS output_format_json_quote_decimals = 1, output_format_json_quote_64bit_integers = 0`,
        format,
      )
      const file = join(from.directory, `${from.rows}-${index}.${format}`)
      await writeFile(file, text)
      return file
    }
    batches.push({ compact: await write('JSONCompactEachRow'), eachRow: await write('JSONEachRow') })
  }
  return batches
}
