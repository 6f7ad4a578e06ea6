import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import type { Environment } from '../contract/config/load.ts'
import type { Config } from '../contract/config/schema.ts'
import { createIdSource } from '../contract/ids.ts'
import { type Catalog, loadShippedCatalog } from '../contract/prices/catalog.ts'
import type { RecordSink, RequestRow } from '../contract/record.ts'
import { type AnswerOptions, connectAnswers, type KeptAnswers } from './answers.ts'
import { SignatureStore } from './conversation/signature-store.ts'
import { type CounterOptions, TokenCounter } from './counting/counter.ts'
import { TokenRatios } from './counting/ratios.ts'
import { dialects } from './dialects/registry.ts'
import { explain } from './explain/explain.ts'
import type { Explanation } from './explain/explanation.ts'
import { decoderOf, RecentRequests } from './explain/recent.ts'
import { HeavyTranslator } from './lanes/heavy.ts'
import { Limiter, type Limits } from './limits/limiter.ts'
import { checkMasks } from './masking/check-masks.ts'
import type { CreateScanner } from './masking/live-scanner.ts'
import { PlaceholderVault } from './masking/vault.ts'
import type { Log } from './observe/log.ts'
import { createMetrics, type MetricsRegistry } from './observe/metrics.ts'
import type { Tracing } from './observe/tracing.ts'
import { loadPrices } from './pricing/load.ts'
import { originsOf } from './providers/origins.ts'
import { createRegistry } from './providers/registry.ts'
import { Hedging } from './recovery/hedging.ts'
import { createRecoveries, recoveryGauges } from './recovery/recoveries.ts'
import { healthGauges } from './routing/health/gauges.ts'
import type { Health } from './routing/health/health.ts'
import { type HealthOptions, HealthRegistry } from './routing/health/registry.ts'
import { createRoutingMemory } from './routing/memory.ts'
import { PolicyBook, type PolicyText } from './routing/policy/policies.ts'
import { createDataPlane, type DataPlane, type SocketSettings } from './server.ts'
import type { Services } from './services.ts'
import { buildSnapshot, type Snapshot } from './snapshot.ts'
import { Waits } from './timing/waits.ts'
import { fetchToken } from './upstream/fetch-token.ts'
import { type PoolOptions, Pools } from './upstream/pools.ts'

export interface SidecarOptions {
  readonly config: Config
  readonly environment: Environment
  readonly sink: RecordSink
  readonly log: Log
  readonly tracing: Tracing | undefined
  readonly simulatedOrigin: string
  /** 0 for a single process; workers count from 1. */
  readonly worker: number
  readonly bootMs: number
  /** Prices before those of the configuration; default: the ones that ship. */
  readonly catalog?: Catalog
  /** Of keys; workers share those of their parent. Default: of this process. */
  readonly limiter?: Limits
  /** In force from the first request on. */
  readonly policies?: readonly PolicyText[]
  /** For tests. */
  readonly sockets?: Partial<SocketSettings>
  readonly pools?: PoolOptions
  readonly counting?: CounterOptions
  readonly health?: Partial<HealthOptions>
  /** When a request arrived, as its records state it; by default, when it did. What takes time is measured apart. */
  readonly arrivalMs?: (request: IncomingMessage) => number
  /** What finds personal data. */
  readonly createScanner?: CreateScanner
  /** For tests: what is drawn, and how long a check waits. */
  readonly answers?: AnswerOptions
}

export interface Sidecar {
  readonly plane: DataPlane
  readonly metrics: MetricsRegistry
  readonly health: Health
  readonly snapshot: () => Snapshot
  readonly policies: PolicyBook
  /** Of a request that this process remembers. */
  explain(requestId: string): Explanation | undefined
  /** The last requests that this process remembers, oldest first. */
  latest(count: number): readonly RequestRow[]
  listen(): Promise<AddressInfo>
  /** Swaps the configuration; running requests keep the one they began with. Throws and changes nothing when it is bad. */
  reload(config: Config): void
  /** All policies in force, in place of those before. Running requests keep the one they began with. */
  usePolicies(policies: readonly PolicyText[]): void
  readonly takeEntries: KeptAnswers['takeEntries']
  readonly purge: KeptAnswers['purge']
  stop(): Promise<void>
}

/** Puts the data plane together. Everything it needs of the outside comes in here. */
export function createSidecar(options: SidecarOptions): Sidecar {
  const { environment, log } = options
  const nowMs = Date.now
  const shipped = options.catalog ?? loadShippedCatalog()
  const registry = createRegistry({ fetchToken, nowMs, simulatedOrigin: options.simulatedOrigin })
  const maskKey = randomBytes(32)
  const build = (config: Config) => {
    const { catalog, warnings } = loadPrices(shipped, config)
    for (const warning of [...warnings, ...checkMasks(config)]) log.warn(warning)
    return buildSnapshot(config, {
      environment,
      catalog,
      registry,
      maskKey,
      createScanner: options.createScanner,
    })
  }
  let snapshot = build(options.config)
  const policies = new PolicyBook()
  const recent = new RecentRequests(decoderOf(options.sink))
  policies.use(options.policies ?? [], snapshot.routes)
  let seq = 0
  let feedbackSeq = 0
  const pools = new Pools(options.pools)
  const heavy = new HeavyTranslator()
  const tokens = new TokenCounter(options.counting)
  const metrics = createMetrics({ worker: options.worker })
  const health = new HealthRegistry({ random: Math.random, log, ...options.health })
  const hedging = new Hedging()
  const recoveries = createRecoveries()
  const kept = connectAnswers(snapshot, { ...options, pools, nowMs })
  const nextId = createIdSource(nowMs)
  const services: Services = {
    dialects,
    pools,
    sink: options.sink,
    metrics,
    log,
    tracing: options.tracing,
    waits: new Waits(),
    limiter: options.limiter ?? new Limiter(),
    heavy,
    tokens,
    ratios: new TokenRatios(),
    signatures: new SignatureStore({ entriesMax: 10_000, bytesMax: 32 * 1_048_576 }),
    health,
    policies,
    recent,
    routing: createRoutingMemory(),
    hedging,
    recoveries,
    vault: new PlaceholderVault({ nowMs }),
    answers: kept.answers,
    nextId,
    identity: { sidecarId: hostname(), boot: Math.floor(options.bootMs / 1000), worker: options.worker },
    nowMs,
    random: Math.random,
    nextSeq: () => {
      seq += 1
      return seq
    },
    nextFeedbackSeq: () => {
      feedbackSeq += 1
      return feedbackSeq
    },
  }
  const plane = createDataPlane({
    services,
    snapshot: () => snapshot,
    arrivalMs: options.arrivalMs ?? nowMs,
    nextId,
    // Half of the time a record may take to the disk; the writer has the other half.
    closeAfterMs: options.config.durability === 'strict' ? 0 : options.config.spool.flush / 2,
    ...(options.sockets === undefined ? {} : { sockets: options.sockets }),
  })
  metrics.before(plane.closeEnded)
  metrics.gauges(() => healthGauges(health))
  metrics.gauges(kept.gauges)
  metrics.gauges(() => recoveryGauges(recoveries, hedging))
  metrics.gauges(() => [
    {
      name: 'sidelight_malformed_requests_total',
      type: 'counter',
      help: 'Connections refused because what came in was no HTTP request.',
      value: plane.malformed(),
    },
  ])
  return {
    plane,
    metrics,
    health,
    snapshot: () => snapshot,
    policies,
    explain(requestId) {
      // What has its answer is remembered when it is settled, which may wait for company.
      plane.closeEnded()
      const known = recent.find(requestId)
      return known && explain(known)
    },
    latest(count) {
      plane.closeEnded()
      return recent.latest(count)
    },
    async listen() {
      await kept.load()
      return listen(plane, snapshot.config.listen, options.worker > 0)
    },
    reload(config) {
      const next = build(config)
      closeLater(snapshot)
      snapshot = next
      policies.routesChanged(next.routes)
      health.retain(next.providers.values())
      kept.use(next)
      const origins = new Set([...next.providers.values()].flatMap(originsOf))
      void pools.retain(origins)
    },
    usePolicies: (all) => policies.use(all, snapshot.routes),
    takeEntries: kept.takeEntries,
    purge: kept.purge,
    async stop() {
      await plane.drain(snapshot.config.drain)
      await kept.stop()
      // Whoever waits for a count goes on without it.
      await tokens.close()
      await plane.closed()
      metrics.stop()
      await Promise.all([pools.destroy(), heavy.close(), ...snapshot.scanners.map((each) => each.close?.())])
    },
  }
}

/** Requests that began before go on with what they began with, for as long as a request may take. */
const oldScannersMs = 600_000

function closeLater({ scanners }: Snapshot): void {
  const timer = setTimeout(() => {
    for (const scanner of scanners) void scanner.close?.()
  }, oldScannersMs)
  timer.unref()
}

function listen(plane: DataPlane, address: string, reusePort: boolean): Promise<AddressInfo> {
  const { host, port } = splitAddress(address)
  return new Promise((resolve, reject) => {
    plane.server.once('error', reject)
    plane.server.listen({ host, port, reusePort, backlog: 1024 }, () => {
      plane.server.off('error', reject)
      resolve(plane.server.address() as AddressInfo)
    })
  })
}

export function splitAddress(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':')
  return { host: address.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(address.slice(at + 1)) }
}
