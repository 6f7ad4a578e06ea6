import { migrations, tablesOf } from '../ingest/migrations/all.ts'
import { parseColumns } from '../ingest/migrations/ddl.ts'
import type { Engine } from '../testing/engine.ts'
import type { Figure } from './figure.ts'

const group = 'size'
const sampleRows = 1_000_000

/** Bytes on disk once parts are merged, and the same rows with the engine's own compression. */
export async function sizeFigures(engine: Engine, rows: number): Promise<Figure[]> {
  const requests = tablesOf(migrations).find(({ name }) => name === 'requests')
  if (requests === undefined) return []
  const columns = parseColumns(requests.columns).map(
    ({ name, type }) => `${name} ${type.replace(/ CODEC\(.*\)$/, '')}`,
  )
  await engine.run('CREATE DATABASE IF NOT EXISTS sized')
  const order = `ENGINE = MergeTree PARTITION BY ${requests.partitionBy} ORDER BY ${requests.orderBy}`
  await engine.run(`CREATE TABLE sized.lz4 (${columns.join(', ')}) ${order}`)
  await engine.run('CREATE TABLE sized.ours AS sidelight.requests')
  for (const table of ['lz4', 'ours']) {
    await engine.run(`INSERT INTO sized.${table} SELECT * FROM sidelight.requests LIMIT ${sampleRows}`)
    await engine.run(`OPTIMIZE TABLE sized.${table} FINAL`)
  }
  const [row] = await engine.rows<Record<string, number | string>>(`SELECT
    sumIf(bytes_on_disk, database = 'sidelight' AND table = 'requests') AS raw,
    sumIf(bytes_on_disk, database = 'sidelight' AND table IN (${rollups})) AS sums,
    sumIf(bytes_on_disk, database = 'sidelight' AND table = 'usage_daily')
      / sumIf(rows, database = 'sidelight' AND table = 'usage_daily') AS daily,
    sumIf(bytes_on_disk, database = 'sized' AND table = 'ours') / sumIf(bytes_on_disk, database = 'sized' AND table = 'lz4') AS codecs
    FROM system.parts WHERE active`)
  const value = (name: string) => Number(row?.[name])
  return [
    {
      group,
      name: 'bytes per row of requests',
      unit: 'B',
      goal: { most: 95 },
      values: [value('raw') / rows],
    },
    { group, name: 'bytes of all sums per request', unit: 'B', values: [value('sums') / rows] },
    { group, name: 'bytes per row of usage_daily', unit: 'B', goal: { most: 24 }, values: [value('daily')] },
    {
      group,
      name: 'codecs over the defaults (LZ4)',
      unit: '×',
      goal: { most: 0.8 },
      values: [value('codecs')],
    },
  ]
}

export const rollupTables = [
  'usage_hourly',
  'usage_daily',
  'latency_1m',
  'latency_1h',
  'prompt_daily',
  'candidate_1h',
]
const rollups = rollupTables.map((name) => `'${name}'`).join(', ')
