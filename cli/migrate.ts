import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { type Environment, loadConfig } from '../contract/config/load.ts'
import { duration } from '../contract/config/units.ts'
import { type Target, targets } from '../ingest/migrations/step.ts'
import { UsageError } from './failure.ts'
import { type Prepared, prepareWarehouse } from './prepare-warehouse.ts'
import { openWarehouse, untilThere } from './warehouse-door.ts'

/** Brings schema, retention and prices of a warehouse to this version; `--dry-run` says what that would be. */
export async function runMigrate(args: readonly string[], environment: Environment): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      url: { type: 'string' },
      target: { type: 'string' },
      cluster: { type: 'string' },
      'dry-run': { type: 'boolean' },
      wait: { type: 'string', default: '0s' },
    },
    strict: true,
  })
  const { config } = loadConfig({ file: values.config, environment })
  const target = targetFrom(values.target, values.cluster, values.url ?? config.warehouse.url)
  const dryRun = values['dry-run'] === true
  await using warehouse = await openWarehouse(config, values.url)
  await untilThere(warehouse, waitOf(values.wait))
  const say = (line: string) => process.stdout.write(`${line}\n`)
  const prepared = await prepareWarehouse(warehouse.door, config, {
    target,
    dryRun,
    ...(values.cluster === undefined ? {} : { cluster: values.cluster }),
    report: dryRun ? say : (line) => line.startsWith('--') && say(line),
  })
  say(dryRun ? '-- nothing was changed' : summary(prepared, config.warehouse.database))
  return 0
}

function waitOf(text: string): number {
  const parsed = v.safeParse(duration, text)
  if (!parsed.success) throw new UsageError('--wait is a duration such as 30s')
  return parsed.output
}

function targetFrom(asked: string | undefined, cluster: string | undefined, url: string): Target {
  const usual = url === 'embedded' ? 'embedded' : cluster === undefined ? 'server' : 'cluster'
  const target = targets.find((name) => name === (asked ?? usual))
  if (target === undefined) throw new UsageError(`--target is one of ${targets.join(', ')}`)
  return target
}

function summary({ schema, prices, backfilled }: Prepared, database: string): string {
  const steps = schema.applied.length === 0 ? 'nothing new' : `${schema.applied.length} steps applied`
  const settings = schema.adjustments.length === 0 ? '' : `, ${schema.adjustments.length} settings changed`
  const list =
    prices.rows === 0 ? 'prices unchanged' : `${prices.rows} prices of ${prices.providers.length} providers`
  const filled = backfilled === 0 ? '' : `, ${backfilled} requests priced`
  return `${database}: schema ${schema.version} (${steps}${settings}), ${list}${filled}`
}
