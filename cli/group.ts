import type { AddressInfo } from 'node:net'
import type { Environment } from '../contract/config/load.ts'
import type { Config } from '../contract/config/schema.ts'
import type { CacheEntryRow } from '../contract/tables/cache-entries.ts'
import type { LiveFeed } from '../dashboards/console/live/hub.ts'
import { liveRow } from '../dashboards/console/live/row.ts'
import { LiveTap } from '../dashboards/console/live/tap.ts'
import { createWriter } from '../ingest/writer.ts'
import type { AdminSources } from '../sidecar/admin.ts'
import type { Purge } from '../sidecar/cache/store/purge.ts'
import type { Explanation } from '../sidecar/explain/explanation.ts'
import type { Limiter, Limits } from '../sidecar/limits/limiter.ts'
import { createSidecar, type Sidecar } from '../sidecar/main.ts'
import { loadTracing } from '../sidecar/observe/load-tracing.ts'
import type { Log } from '../sidecar/observe/log.ts'
import type { MetricsSnapshot } from '../sidecar/observe/metrics.ts'
import type { KnownRoutes } from '../sidecar/routing/policy/keeper.ts'
import { idsOf, type PolicyText } from '../sidecar/routing/policy/policies.ts'
import { policyReport } from '../sidecar/routing/policy/report.ts'
import { sharesPorts } from './shares-ports.ts'
import { tapped } from './tapped.ts'
import { startWorkers } from './workers.ts'
import { writerGauges } from './writer-gauges.ts'

export interface Group {
  readonly address: AddressInfo
  readonly sources: Pick<AdminSources, 'notReady' | 'policy'> & {
    /** Of a request that one of its processes remembers. */
    explain(requestId: string): Promise<Explanation | undefined>
    purge(purge: Purge): Promise<number>
  }
  /** Requests as they end, for the console. */
  readonly live: LiveFeed
  metrics(): Promise<MetricsSnapshot>
  inFlight(): Promise<number>
  reload(config: Config): Promise<void>
  /** Ids of the candidates, by route. */
  routes(): Promise<KnownRoutes>
  usePolicies(policies: readonly PolicyText[]): Promise<void>
  /** Answers that other sidecars have kept. */
  takeEntries(rows: readonly CacheEntryRow[]): Promise<void>
  stop(): Promise<void>
}

export interface GroupOptions {
  readonly config: Config
  readonly environment: Environment
  readonly log: Log
  readonly simulatedOrigin: string
  /** Of all processes of the group. */
  readonly limiter: Limiter
  /** In force from the first request on. */
  readonly policies?: readonly PolicyText[]
}

/** One process, or as many as the configuration says, where the system lets them share a port. */
export async function startGroup(
  options: GroupOptions,
  system: { sharesPorts(): Promise<boolean> } = { sharesPorts },
): Promise<Group> {
  const { workers } = options.config
  if (workers === 1) return startAlone(options)
  if (await system.sharesPorts()) return startWorkers(options)
  options.log.warn('processes cannot share a port on this system: one process serves', { workers })
  return startAlone(options)
}

async function startAlone(options: GroupOptions): Promise<Group> {
  const { sidecar, stop, notReady, tap } = await startOne({ ...options, worker: 0 })
  const address = await sidecar.listen()
  return {
    address,
    sources: {
      notReady,
      policy: async () => policyOf(sidecar),
      explain: async (requestId) => sidecar.explain(requestId),
      purge: async (purge) => sidecar.purge(purge),
    },
    live: {
      start: (tell) => tap.start(tell),
      stop: () => tap.stop(),
      latest: async (count) => sidecar.latest(count).map(liveRow),
    },
    metrics: async () => sidecar.metrics.snapshot(),
    inFlight: async () => sidecar.plane.inFlight(),
    reload: async (config) => sidecar.reload(config),
    routes: async () => routesOf(sidecar),
    takeEntries: async (rows) => sidecar.takeEntries(rows),
    usePolicies: async (policies) => sidecar.usePolicies(policies),
    stop,
  }
}

/** A sidecar with its spool, in this process; also what each worker runs. */
export async function startOne(
  options: Omit<GroupOptions, 'limiter'> & { worker: number; limiter: Limits },
): Promise<{
  sidecar: Sidecar
  tap: LiveTap
  stop: () => Promise<void>
  notReady: () => string | undefined
}> {
  const { config, environment, log, worker } = options
  const bootMs = Date.now()
  const writer = await createWriter({
    directory: `${config.stateDir}/spool`,
    boot: `${bootMs}-${worker}`,
    // The first half of the time the sidecar takes to settle requests together.
    // Who waits for the disk should not wait for company as well; those who come meanwhile share the next sync.
    flushMs: config.durability === 'strict' ? 0 : config.spool.flush / 2,
    queueRowsMax: config.spool.queueRows,
    bytesMax: config.spool.bytes,
    full: config.spool.full,
    warn: log.warn,
  })
  const tap = new LiveTap()
  const tracing = await loadTracing(environment, log)
  const sidecar = createSidecar({
    config,
    environment,
    sink: tapped(writer, tap),
    log,
    tracing,
    simulatedOrigin: options.simulatedOrigin,
    worker,
    bootMs,
    limiter: options.limiter,
    ...(options.policies === undefined ? {} : { policies: options.policies }),
  })
  sidecar.metrics.gauges(() => writerGauges(writer.counts()))
  return {
    sidecar,
    tap,
    notReady: () => writer.problem(),
    async stop() {
      tap.stop()
      await sidecar.stop()
      await writer.close()
      await tracing?.shutdown()
    },
  }
}

export function policyOf(sidecar: Sidecar): unknown {
  return policyReport(sidecar.snapshot().routes, sidecar.policies, Date.now())
}

export function routesOf(sidecar: Sidecar): KnownRoutes {
  return new Map([...sidecar.snapshot().routes].map(([name, route]) => [name, idsOf(route)]))
}
