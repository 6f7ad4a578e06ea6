import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { type Environment, loadConfig } from '../contract/config/load.ts'
import type { Config } from '../contract/config/schema.ts'
import { SpoolWatch } from '../ingest/spool-watch.ts'
import { createWriter } from '../ingest/writer.ts'
import { createAdminServer } from '../sidecar/admin.ts'
import { createSidecar, type Sidecar, splitAddress } from '../sidecar/main.ts'
import { loadTracing } from '../sidecar/observe/load-tracing.ts'
import type { Log } from '../sidecar/observe/log.ts'
import { familyOf, type MetricsSnapshot, mergeMetrics } from '../sidecar/observe/metrics.ts'
import { startSimulatedServer } from '../sidecar/providers/simulated/server.ts'
import { withDefaults } from './defaults.ts'
import { logFor } from './log-for.ts'
import { reloadFrom, watchFile } from './reload.ts'
import { spoolGauges } from './shipper-gauges.ts'
import { untilSignal } from './signals.ts'
import { startWorkers } from './workers.ts'
import { writerGauges } from './writer-gauges.ts'

export interface Running {
  readonly config: Config
  readonly detected: readonly string[]
  readonly data: AddressInfo
  readonly admin: AddressInfo
  /** Resolves when a signal ended it and everything is written. */
  readonly stopped: Promise<number>
}

/** Starts the sidecar with all it needs, until a signal ends it. */
export async function runProxy(
  args: readonly string[],
  environment: Environment,
  /** Of the processes beside it, for the same page. */
  moreMetrics: () => string = () => '',
): Promise<Running> {
  const { values } = parseArgs({ args: [...args], options: { config: { type: 'string' } }, strict: true })
  const load = () => loadConfig({ file: values.config, environment })
  const loaded = load()
  const { config, detected } = withDefaults(loaded, environment)
  const log = logFor(config)
  for (const warning of loaded.warnings)
    log.warn(warning.message, { file: warning.file, line: warning.line, key: warning.key })
  const simulated = usesSimulated(config) ? await startSimulatedServer() : undefined
  const group = await startGroup({ config, environment, log, simulatedOrigin: simulated?.origin ?? '' })
  const reload = () => reloadFrom({ load, environment, log, apply: group.reload })
  const watch = new SpoolWatch(`${config.stateDir}/spool`)
  const metrics = async () => {
    const spool = spoolGauges(await watch.look(), Date.now()).map(familyOf)
    return `${mergeMetrics([await group.metrics(), spool])}${moreMetrics()}`
  }
  const admin = createAdminServer({
    sources: { ...group.sources, reload, metrics },
    token: environment['SIDELIGHT_ADMIN_TOKEN'],
    isLoopback: isLoopback(config.admin),
    allowedHosts: config.allowedHosts,
  })
  const adminAddress = await listenOn(admin, config.admin)
  const unwatch = watchFile(loaded, reload, log)
  const stopped = untilSignal(log).then(async () => {
    unwatch()
    log.info('draining', { in_flight: group.inFlight(), limit_ms: config.drain })
    await group.stop()
    await simulated?.close()
    await new Promise<void>((resolve) => {
      admin.close(() => resolve())
      admin.closeAllConnections()
    })
    log.info('stopped')
    return 0
  })
  return { config, detected, data: group.address, admin: adminAddress, stopped }
}

export interface Group {
  readonly address: AddressInfo
  readonly sources: Omit<Parameters<typeof createAdminServer>[0]['sources'], 'reload' | 'metrics'>
  metrics(): Promise<MetricsSnapshot>
  inFlight(): number
  reload(config: Config): Promise<void>
  stop(): Promise<void>
}

export interface GroupOptions {
  readonly config: Config
  readonly environment: Environment
  readonly log: Log
  readonly simulatedOrigin: string
}

/** One process, or as many as the configuration says. */
function startGroup(options: GroupOptions): Promise<Group> {
  return options.config.workers > 1 ? startWorkers(options) : startAlone(options)
}

async function startAlone(options: GroupOptions): Promise<Group> {
  const { sidecar, stop, notReady } = await startOne({ ...options, worker: 0 })
  const address = await sidecar.listen()
  return {
    address,
    sources: {
      notReady,
      policy: () => policyOf(sidecar),
      explain: async () => undefined,
    },
    metrics: async () => sidecar.metrics.snapshot(),
    inFlight: () => sidecar.plane.inFlight(),
    reload: async (config) => sidecar.reload(config),
    stop,
  }
}

/** A sidecar with its spool, in this process; also what each worker runs. */
export async function startOne(
  options: GroupOptions & { worker: number },
): Promise<{ sidecar: Sidecar; stop: () => Promise<void>; notReady: () => string | undefined }> {
  const { config, environment, log, worker } = options
  const bootMs = Date.now()
  const writer = await createWriter({
    directory: `${config.stateDir}/spool`,
    boot: `${bootMs}-${worker}`,
    // Who waits for the disk should not wait for company as well; those who come meanwhile share the next sync.
    flushMs: config.durability === 'strict' ? 0 : config.spool.flush,
    queueRowsMax: config.spool.queueRows,
    bytesMax: config.spool.bytes,
    full: config.spool.full,
    warn: log.warn,
  })
  const tracing = await loadTracing(environment, log)
  const sidecar = createSidecar({
    config,
    environment,
    sink: writer,
    log,
    tracing,
    simulatedOrigin: options.simulatedOrigin,
    worker,
    bootMs,
  })
  sidecar.metrics.gauges(() => writerGauges(writer.counts()))
  return {
    sidecar,
    notReady: () => writer.problem(),
    async stop() {
      await sidecar.stop()
      await writer.close()
      await tracing?.shutdown()
    },
  }
}

export function policyOf(sidecar: Sidecar): unknown {
  const routes = [...sidecar.snapshot().routes.values()]
  return {
    routes: Object.fromEntries(
      routes.map((route) => [
        route.name,
        {
          version: 0,
          source: 'configuration',
          strategy: route.strategy,
          weights: Object.fromEntries(route.candidates.map((candidate) => [candidate.id, candidate.weight])),
        },
      ]),
    ),
  }
}

function usesSimulated(config: Config): boolean {
  return Object.values(config.providers).some(
    (provider) => provider.kind === 'simulated' && provider.baseUrl === undefined,
  )
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
