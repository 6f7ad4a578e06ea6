import { parseArgs } from 'node:util'
import { ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { type Environment, loadConfig } from '../contract/config/load.ts'
import { ExportProblem } from '../ingest/reconcile/problem.ts'
import { planReconcile, type ReconcilePlan, reconcile } from '../ingest/reconcile/reconcile.ts'
import { targetOf } from '../ingest/target.ts'
import { withDefaults } from './defaults.ts'
import { describeFailure } from './failure.ts'

const options = {
  config: { type: 'string' },
  map: { type: 'string' },
  provider: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  tolerance: { type: 'string' },
  json: { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
} as const

/** 0: equal, 1: differences, 2: nothing could be compared, whatever the reason. */
export async function runReconcile(args: readonly string[], environment: Environment): Promise<number> {
  try {
    return await reconcileFile(args, environment)
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`)
    return 2
  }
}

async function reconcileFile(args: readonly string[], environment: Environment): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const [file, ...others] = positionals
  if (file === undefined || others.length > 0) {
    process.stderr.write('sidelight: reconcile takes one file: sidelight reconcile usage-export.csv\n')
    return 2
  }
  const { config } = withDefaults(loadConfig({ file: values.config, environment }), environment)
  const { map, provider, since, until, tolerance } = values
  let plan: ReconcilePlan
  try {
    plan = planReconcile(file, { map, provider, since, until, tolerance }, config.providers)
  } catch (error) {
    if (!(error instanceof ExportProblem)) throw error
    const isOption = error.message.startsWith('--')
    process.stderr.write(`sidelight: ${isOption ? '' : `${file}: `}${error.message}\n`)
    return 2
  }
  return compareWithLedger(plan, await targetOf(config, 'reader'), values)
}

async function compareWithLedger(
  plan: ReconcilePlan,
  { url, username, password, database }: Awaited<ReturnType<typeof targetOf>>,
  { json, all }: { readonly json: boolean; readonly all: boolean },
): Promise<number> {
  const client = createClient({ url, username, password, log: { level: ClickHouseLogLevel.OFF } })
  try {
    const reconciled = await reconcile(client, database, plan)
    const report = json ? JSON.stringify(reconciled.json, null, 2) : reconciled.text(all)
    process.stdout.write(`${report}\n`)
    return reconciled.isEqual ? 0 : 1
  } catch (error) {
    if (error instanceof ExportProblem) process.stderr.write(`sidelight: ${error.message}\n`)
    else process.stderr.write(`sidelight: the warehouse at ${url} did not answer: ${reasonOf(error)}\n`)
    return 2
  } finally {
    await client.close()
  }
}

/** The warehouse's own words quote the statement; its name of the error says enough. */
function reasonOf(error: unknown): string {
  if (error instanceof ClickHouseError) {
    const hint = error.type?.startsWith('UNKNOWN_') === true ? '; was its schema applied?' : ''
    return `${error.type ?? 'error'} (${error.code})${hint}`
  }
  const code = (error as { code?: string }).code ?? ''
  return code === 'ECONNREFUSED' ? 'nothing listens there; is it running?' : code || 'it is no ClickHouse'
}
