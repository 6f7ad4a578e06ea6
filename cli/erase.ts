import { parseArgs } from 'node:util'
import { type Environment, loadConfig } from '../contract/config/load.ts'
import { eraseCustomer } from '../ingest/erase.ts'
import { migrations } from '../ingest/migrations/all.ts'
import { shardedTables } from '../ingest/migrations/render.ts'
import { UsageError } from './failure.ts'
import { openWarehouse, untilThere } from './warehouse-door.ts'

/** Removes all rows of a customer and prints how many there were. */
export async function runErase(args: readonly string[], environment: Environment): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { config: { type: 'string' }, customer: { type: 'string' }, cluster: { type: 'string' } },
    strict: true,
  })
  if (values.customer === undefined) throw new UsageError('--customer NAME is missing')
  const { config } = loadConfig({ file: values.config, environment })
  const { database, customers, url } = config.warehouse
  await using warehouse = await openWarehouse(config)
  await untilThere(warehouse, 0)
  const target = url === 'embedded' ? 'embedded' : values.cluster === undefined ? 'server' : 'cluster'
  const to = {
    target,
    database,
    cluster: values.cluster ?? '',
    customers,
    sharded: shardedTables(migrations),
  } as const
  const { counts, subject } = await eraseCustomer(warehouse.door, {
    customer: values.customer,
    to,
    actor: 'sidelight warehouse erase',
  })
  process.stdout.write(`${JSON.stringify({ erased: counts, audit_subject: subject })}\n`)
  return 0
}
