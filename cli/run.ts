import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { type Environment, type LoadedConfig, loadConfig } from '../contract/config/load.ts'
import type { Config } from '../contract/config/schema.ts'
import { SpoolWatch } from '../ingest/spool-watch.ts'
import { createAdminServer } from '../sidecar/admin.ts'
import { Limiter } from '../sidecar/limits/limiter.ts'
import { splitAddress } from '../sidecar/main.ts'
import { familyOf, mergeMetrics } from '../sidecar/observe/metrics.ts'
import { type SimulatedServer, startSimulatedServer } from '../sidecar/providers/simulated/server.ts'
import { BudgetKeeper } from './budget-keeper.ts'
import { openConsole } from './console.ts'
import { withDefaults } from './defaults.ts'
import { EntryPoller } from './entry-poller.ts'
import { explainFromWarehouse, found } from './explain-warehouse.ts'
import { startGroup } from './group.ts'
import { withJobToken } from './job-token.ts'
import { logFor } from './log-for.ts'
import { PolicyWatch } from './policy-watch.ts'
import { reloadFrom, usesSimulated, watchFile } from './reload.ts'
import { spoolGauges } from './shipper-gauges.ts'
import { untilSignal } from './signals.ts'
import { tellWarehouse } from './tell-warehouse.ts'

export interface Running {
  readonly config: Config
  readonly detected: readonly string[]
  readonly data: AddressInfo
  readonly admin: AddressInfo
  /** Resolves as soon as it is to end. */
  readonly ending: Promise<void>
  /** Ends it as a signal does. */
  end(): void
  /** Resolves when a signal ended it and everything is written. */
  readonly stopped: Promise<number>
}

export interface Beside {
  /** Of the processes beside it, for the same page. */
  readonly moreMetrics?: () => string
  /** In place of a file: the configuration, and the provider that answers in it. */
  readonly given?: { readonly loaded: LoadedConfig; readonly simulated: SimulatedServer }
}

/** Starts the sidecar with all it needs, until a signal ends it. */
export async function runProxy(
  args: readonly string[],
  environment: Environment,
  beside: Beside = {},
): Promise<Running> {
  const { moreMetrics = () => '' } = beside
  const { values } = parseArgs({ args: [...args], options: { config: { type: 'string' } }, strict: true })
  const loaded = beside.given?.loaded ?? loadConfig({ file: values.config, environment })
  // The file it began with: one that is gone must not end in defaults without keys.
  const load = () => beside.given?.loaded ?? loadConfig({ file: loaded.file, environment })
  const { config, detected } = withDefaults(loaded, environment)
  const log = logFor(config)
  for (const warning of loaded.warnings)
    log.warn(warning.message, { file: warning.file, line: warning.line, key: warning.key })
  const simulated =
    beside.given?.simulated ?? (usesSimulated(config) ? await startSimulatedServer() : undefined)
  const policies = await PolicyWatch.open(config, log)
  const budgets = await BudgetKeeper.open(config, log)
  const known = await withJobToken(config, environment)
  const simulatedOrigin = simulated?.origin ?? ''
  const limiter = new Limiter(budgets.budgets)
  const inForceBefore = policies.current()
  const group = await startGroup({
    config,
    environment: known,
    log,
    simulatedOrigin,
    limiter,
    policies: inForceBefore,
  })
  await policies.start(config, group)
  budgets.start(config)
  const entries = new EntryPoller({ config, takers: group, log })
  entries.start()
  let inForce = config
  let telling = Promise.resolve()
  const apply = async (next: Config) => {
    await group.reload(next)
    inForce = next
    await policies.reloaded(next)
    entries.reloaded(next)
    await budgets.reloaded(next)
    // One after the other: an editor's save and a POST may come together.
    telling = telling.then(() => tellWarehouse(next, log))
  }
  const reload = () => reloadFrom({ load, environment, log, running: { ...loaded, config }, apply })
  const watch = new SpoolWatch(`${config.stateDir}/spool`)
  const metrics = async () => {
    const spool = spoolGauges(await watch.look(), Date.now()).map(familyOf)
    const ofWatches = [...policies.gauges(), ...budgets.gauges()].map(familyOf)
    return `${mergeMetrics([await group.metrics(), spool, ofWatches])}${moreMetrics()}`
  }
  const policy = async () => ({ ...((await group.sources.policy()) as object), ...policies.report() })
  const explain = async (requestId: string) => {
    const explanation = await group.sources.explain(requestId)
    return explanation === undefined ? explainFromWarehouse(inForce, requestId) : found(explanation)
  }
  const access = {
    token: environment['SIDELIGHT_ADMIN_TOKEN'],
    isLoopback: isLoopback(config.admin),
    allowedHosts: config.allowedHosts,
  }
  const page = await openConsole({
    config: () => inForce,
    data: group.address,
    live: group.live,
    explain,
    access,
    log,
  })
  const admin = createAdminServer({
    sources: { ...group.sources, policy, explain, reload, metrics },
    ...access,
    console: page.serve,
  })
  const adminAddress = await listenOn(admin, config.admin)
  const unwatch = watchFile(loaded, reload, log)
  const asked = Promise.withResolvers<void>()
  const ending = Promise.race([untilSignal(log), asked.promise])
  const stopped = ending.then(async () => {
    unwatch()
    await page.close()
    await policies.stop()
    await entries.stop()
    log.info('draining', { in_flight: await group.inFlight(), limit_ms: config.drain })
    await group.stop()
    await budgets.stop()
    await simulated?.close()
    await new Promise<void>((resolve) => {
      admin.close(() => resolve())
      admin.closeAllConnections()
    })
    log.info('stopped')
    return 0
  })
  return { config, detected, data: group.address, admin: adminAddress, ending, end: asked.resolve, stopped }
}

function isLoopback(address: string): boolean {
  const { host } = splitAddress(address)
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

function listenOn(server: Server, address: string): Promise<AddressInfo> {
  const { host, port } = splitAddress(address)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => resolve(server.address() as AddressInfo))
  })
}
