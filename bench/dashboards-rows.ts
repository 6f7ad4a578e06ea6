import { migrate } from '../ingest/migrate.ts'
import type { Engine } from '../testing/engine.ts'
import { requestsSql } from './warehouse-rows.ts'

const chunkRows = 500_000
const database = 'sidelight'

/** Requests and everything that follows from them, unless they are there. */
export async function fillWarehouse(engine: Engine, rows: number): Promise<void> {
  await migrate(engine, { target: 'embedded', database })
  const [there] = await engine.rows<{ rows: string }>(`SELECT count() AS rows FROM ${database}.requests`)
  for (let firstRow = Number(there?.rows ?? 0); firstRow < rows; firstRow += chunkRows) {
    const { columns, select } = requestsSql({
      rows: Math.min(chunkRows, rows - firstRow),
      firstRow,
      ofRows: rows,
    })
    await engine.run(`INSERT INTO ${database}.requests (${columns.join(', ')}) ${select}`)
    process.stderr.write(`${firstRow + chunkRows} rows\n`)
  }
}

const copied = [
  'ts',
  'request_id',
  'sidecar_id',
  'app',
  'team',
  'env',
  'customer',
  'route',
  'provider',
  'model',
  'input_tokens',
  'output_tokens',
  'cost_usd',
  'duration_ms',
  'first_token_ms',
]

/** One call for each request that asked somebody; calls that failed before a fallback are a second one. */
export async function attemptsOfRequests(engine: Engine): Promise<void> {
  const [there] = await engine.rows<{ rows: string }>(`SELECT count() AS rows FROM ${database}.attempts`)
  if (Number(there?.rows ?? 0) > 0) return
  const [{ names = [] } = {}] = await engine.rows<{ names: string[] }>(
    `SELECT groupArray(name) AS names FROM system.columns WHERE database = '${database}' AND table = 'attempts'`,
  )
  const columns = copied.filter((name) => names.includes(name)).join(', ')
  await engine.run(`INSERT INTO ${database}.attempts (${columns}, attempt, outcome)
    SELECT ${columns}, 1, if(fallback_used, 'outage', if(status = 'error', 'rate_limit', 'answered')) FROM ${database}.requests WHERE provider != ''`)
  await engine.run(`INSERT INTO ${database}.attempts (${columns}, attempt, outcome)
    SELECT ${columns}, 2, 'answered' FROM ${database}.requests WHERE fallback_used AND provider != ''`)
}
