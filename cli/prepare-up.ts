import type { Config } from '../contract/config/schema.ts'
import { SchemaError } from '../ingest/migrate.ts'
import type { Log } from '../sidecar/observe/log.ts'
import { prepareWarehouse } from './prepare-warehouse.ts'
import { openWarehouse, untilThere } from './warehouse-door.ts'

/** The first start of an engine on a slow disk. */
const longestStartMs = 120_000

/** The warehouse of this machine gets its tables by itself; requests do not wait for it, and fail for nothing here. */
export async function prepareEmbedded(config: Config, log: Log): Promise<void> {
  if (config.warehouse.url !== 'embedded') return
  try {
    await using warehouse = await openWarehouse(config)
    await untilThere(warehouse, longestStartMs)
    const { schema, prices, backfilled } = await prepareWarehouse(warehouse.door, config, {
      target: 'embedded',
    })
    log.info('warehouse ready', {
      schema: schema.version,
      steps: schema.applied.length,
      prices: prices.rows,
      backfilled,
    })
  } catch (error) {
    // Text of an engine may repeat what was asked; what we say ourselves does not.
    const reason = error instanceof SchemaError ? error.message : codeOf(error)
    log.warn('the warehouse could not be prepared; `sidelight warehouse migrate` tries again', { reason })
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unreachable'
}
