import type { Config } from '../../contract/config/schema.ts'
import type { Catalog } from '../../contract/prices/catalog.ts'
import type { LedgerRecord } from '../../contract/record.ts'
import { createSidecar, type Sidecar } from '../../sidecar/main.ts'
import { createLog } from '../../sidecar/observe/log.ts'
import { type SimulatedServer, startSimulatedServer } from '../../sidecar/providers/simulated/server.ts'
import type { Route } from '../../sidecar/routing/route.ts'
import { copyConfig, simulated } from './copy.ts'

/** A sidecar of its own with the user's configuration, and a simulated provider for each of the user's. */
export interface Stage extends AsyncDisposable {
  readonly origin: string
  readonly route: Route
  readonly servers: ReadonlyMap<string, SimulatedServer>
  readonly records: readonly LedgerRecord[]
  /** Sends whoever asks this provider to another address. */
  move(provider: string, origin: string): void
}

export interface StageOptions {
  readonly config: Config
  readonly catalog: Catalog
  /** Of the drill, and gone after it. */
  readonly stateDir: string
  readonly route: string
  readonly providers: readonly string[]
}

/** What a simulated provider says when all is well: numbers, so that a gap or a repetition shows. */
export const wordCount = 40
const healthy = `text=numbers; tokens=${wordCount}; latency=0; first=0; gap=2ms`

export async function openStage(options: StageOptions): Promise<Stage> {
  const servers = new Map<string, SimulatedServer>()
  for (const name of options.providers) servers.set(name, await startSimulatedServer())
  for (const server of servers.values()) server.simulate(healthy)
  const origins = new Map([...servers].map(([name, { origin }]) => [name, origin]))
  const copy = copyConfig(options.config, { origins, stateDir: options.stateDir })
  const records: LedgerRecord[] = []
  const sidecar = startSidecar(copy, options.catalog, records)
  const { port } = await sidecar.listen()
  return {
    origin: `http://127.0.0.1:${port}`,
    route: sidecar.snapshot().routes.get(options.route) as Route,
    servers,
    records,
    move(name, origin) {
      const { providers } = copy.config
      const provider = providers[name]
      if (provider === undefined) return
      sidecar.reload({ ...copy.config, providers: { ...providers, [name]: simulated(provider, origin) } })
    },
    async [Symbol.asyncDispose]() {
      // Answers that hang have nobody who waits for them any more.
      await Promise.all([...servers.values()].map((server) => server.close()))
      await sidecar.stop()
    },
  }
}

function startSidecar(
  { config, environment }: ReturnType<typeof copyConfig>,
  catalog: Catalog,
  records: LedgerRecord[],
): Sidecar {
  return createSidecar({
    config,
    environment,
    catalog,
    sink: {
      offer: (record) => void records.push(record),
      offerFeedback: () => {},
      offerCacheAudit: () => {},
      offerCacheEntry: () => {},
      refusal: () => undefined,
      flushed: async () => {},
    },
    log: createLog({ level: 'silent', format: 'json', write: () => {}, nowMs: Date.now }),
    tracing: undefined,
    simulatedOrigin: '',
    worker: 0,
    bootMs: Date.now(),
    pools: { lookup: nobody },
    // Each sidecar would start a worker of its own to count what was cut.
    counting: { jobsMax: 0 },
  })
}

/** Simulated providers have numbers for addresses. Whatever has a name is not asked, not even for its address. */
function nobody(hostname: string, _options: object, found: (error: Error | null) => void): void {
  found(
    Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {
      code: 'ENOTFOUND',
      syscall: 'getaddrinfo',
    }),
  )
}
