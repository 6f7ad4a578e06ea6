import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Environment } from '../contract/config/load.ts'
import type { Config } from '../contract/config/schema.ts'
import { warehouseExits } from '../ingest/embedded/exits.ts'
import { type Child, childMetrics, superviseChild } from './children.ts'
import { openDemo } from './demo/open.ts'
import { demoFlags } from './demo/options.ts'
import { startEvalsChild } from './evals-child.ts'
import { firstModel } from './first-model.ts'
import { startIngestChild } from './ingest.ts'
import { logFor } from './log-for.ts'
import { type Running, runProxy } from './run.ts'
import { show } from './sidecar.ts'
import { warehouseCommand } from './warehouse.ts'

/** Everything on one machine, and a first request to copy. */
export async function runUp(args: readonly string[], environment: Environment): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { ...demoFlags, config: { type: 'string' }, demo: { type: 'boolean' } },
    strict: true,
  })
  const demo = values.demo === true ? await openDemo(values, environment) : undefined
  const own = values.config === undefined ? [] : ['--config', values.config]
  const children = new Map<string, Child>()
  const running = await runProxy(own, demo?.environment ?? environment, {
    moreMetrics: () => childMetrics(children),
    ...(demo === undefined ? {} : { given: demo }),
  })
  const warehouse = startWarehouse(running)
  if (warehouse !== undefined) children.set('warehouse', warehouse)
  const ingest = startIngestChild(running.config, logFor(running.config))
  children.set('ingest', ingest)
  const traffic = demo?.start(running)
  if (traffic !== undefined) children.set('demo', traffic)
  const { config } = running
  const evals = await startEvalsChild(own, {
    config,
    environment: demo?.environment ?? environment,
    log: logFor(config),
  })
  if (evals !== undefined) children.set('evals', evals)
  // Ctrl-C reaches them too; whoever dies of it is not to be started again.
  void running.ending.then(() => [...children.values()].map((child) => child.letGo()))
  let refusal: string | undefined
  void warehouse?.refused.then((why) => {
    refusal = why
    running.end()
  })
  const text = await Promise.race([
    warehouseText(running, warehouse),
    sleep(greetAfterMs, 'starting; a line of the log says if it cannot', { ref: false }),
    running.ending.then(() => ''),
  ])
  if (text !== '') process.stdout.write(greeting(running, text, demo?.words))
  await running.ending
  // First nobody asks any more, so that there is an end to wait for.
  await traffic?.stop()
  const code = await running.stopped
  // In this order: what the proxy wrote last is still to arrive.
  await evals?.stop()
  await ingest.stop()
  await warehouse?.stop()
  if (refusal !== undefined) throw new Error(refusal)
  return code
}

/** Its death is told in the log and mended by another start; requests are answered without it. */
function startWarehouse({ config }: Running): Child | undefined {
  if (config.warehouse.url !== 'embedded') return undefined
  return superviseChild({
    name: 'warehouse',
    command: warehouseCommand(config, { isSupervised: true }),
    log: logFor(config),
    ready: /^warehouse (http:\S+)$/,
    stopMs: config.drain + killAfterMs,
    taken: takenTexts(config),
  })
}

function takenTexts({ warehouse, stateDir }: Config): Readonly<Record<number, string>> {
  const again = 'is Sidelight running already? Then stop that one, or choose another'
  return {
    [warehouseExits.listenTaken]: `${warehouse.listen}, where the warehouse is to listen, is in use: ${again} with SIDELIGHT_WAREHOUSE_LISTEN`,
    [warehouseExits.directoryTaken]: `the state directory ${stateDir} is in use by another process: ${again} with SIDELIGHT_STATE_DIR`,
  }
}

async function warehouseText({ config }: Running, child: Child | undefined): Promise<string> {
  if (child === undefined) return new URL(config.warehouse.url).origin
  const started = await child.started
  return 'address' in started ? started.address : `not running: ${started.problem}`
}

/** Requests are answered long before; a slow machine should not keep that to itself. */
const greetAfterMs = 5000
/** It kills itself before that. */
const killAfterMs = 10_000

function greeting(running: Running, warehouse: string, demo: readonly string[] = []): string {
  const { config } = running
  const data = show(running.data)
  const admin = show(running.admin)
  return `${[
    '',
    'Sidelight is running.',
    '',
    `  OpenAI's SDKs     base URL  ${data}/v1`,
    `  Anthropic, Gemini base URL  ${data}`,
    `  console                     ${admin}/console/`,
    `  admin                       ${admin}   /healthz /readyz /metrics /policy`,
    `  records                     ${config.stateDir}/spool`,
    `  warehouse                   ${warehouse}`,
    `  providers                   ${providersText(running)}`,
    '',
    ...demo,
    'A first request:',
    '',
    `  curl ${data}/v1/chat/completions -H 'content-type: application/json' \\`,
    `    -d '{"model": "${firstModel(config)}", "messages": [{"role": "user", "content": "Hello!"}]}'`,
    '',
    ...(config.warehouse.url === 'embedded' && warehouse.startsWith('http')
      ? [
          'What it cost, a second later:',
          '',
          `  curl '${warehouse}/?database=${config.warehouse.database}' -d \\`,
          "    'SELECT app, customer, model, count(), sum(cost_usd) FROM requests GROUP BY ALL FORMAT PrettyCompact'",
          '',
        ]
      : []),
    'Ctrl-C drains and stops.',
    '',
  ].join('\n')}\n`
}

function providersText({ config, detected }: Running): string {
  const names = Object.entries(config.providers).map(([name, { kind }]) =>
    name === kind ? name : `${name} (${kind})`,
  )
  const shown = names.length > 8 ? [...names.slice(0, 8), `and ${names.length - 8} more`] : names
  return `${shown.join(', ')}${detected.length === 0 ? '' : '; keys found in the environment'}`
}
