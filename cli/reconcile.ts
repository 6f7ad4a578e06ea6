import { parseArgs } from 'node:util'
import { createClient } from '@clickhouse/client'
import { type Environment, loadConfig } from '../contract/config/load.ts'
import { ExportProblem } from '../ingest/reconcile/problem.ts'
import { planReconcile, type ReconcilePlan, reconcile } from '../ingest/reconcile/reconcile.ts'
import { targetOf } from '../ingest/target.ts'
import { withDefaults } from './defaults.ts'

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

/** 0: equal, 1: differences, 2: nothing could be compared. */
export async function runReconcile(args: readonly string[], environment: Environment): Promise<number> {
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
  const client = createClient({ url, username, password })
  try {
    const reconciled = await reconcile(client, database, plan)
    const report = json ? JSON.stringify(reconciled.json, null, 2) : reconciled.text(all)
    process.stdout.write(`${report}\n`)
    return reconciled.isEqual ? 0 : 1
  } catch (error) {
    process.stderr.write(`sidelight: the warehouse at ${url} did not answer: ${reasonOf(error)}\n`)
    return 2
  } finally {
    await client.close()
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as { code?: string }
  return code === 'ECONNREFUSED'
    ? 'nothing listens there; is it running?'
    : error.message || (code ?? 'unknown')
}
