import { parseConfig } from '../contract/config/load.ts'
import type { Catalog } from '../contract/prices/catalog.ts'
import type { FeedbackRow, LedgerRecord, RecordSink } from '../contract/record.ts'
import type { CacheAuditRow } from '../contract/tables/cache-audits.ts'
import type { CounterOptions } from '../sidecar/counting/counter.ts'
import { createSidecar, type Sidecar, type SidecarOptions } from '../sidecar/main.ts'
import type { CreateScanner } from '../sidecar/masking/live-scanner.ts'
import { createLog } from '../sidecar/observe/log.ts'
import type { HealthOptions } from '../sidecar/routing/health/registry.ts'
import type { SocketSettings } from '../sidecar/server.ts'
import type { PoolOptions } from '../sidecar/upstream/pools.ts'
import { memorySink } from './memory-sink.ts'

export interface TestSidecar extends AsyncDisposable {
  readonly origin: string
  readonly sidecar: Sidecar
  /** Every record so far. */
  readonly records: readonly LedgerRecord[]
  /** Feedback that was taken. */
  readonly feedback: readonly FeedbackRow[]
  /** Answers of the cache that were compared. */
  readonly cacheAudits: readonly CacheAuditRow[]
  /** Everything the log said. */
  readonly logged: readonly string[]
  /** Waits until this many records are there and gives them in the order of arrival; fails after five seconds. */
  recorded(count: number): Promise<readonly LedgerRecord[]>
}

/** A whole sidecar in this process on a port of its own, with its records in memory. */
export async function startTestSidecar(
  yaml: string,
  options: {
    environment?: Record<string, string>
    /** Read once by whoever starts many. */
    catalog?: Catalog
    sink?: Partial<RecordSink>
    simulatedOrigin?: string
    sockets?: Partial<SocketSettings>
    pools?: PoolOptions
    counting?: CounterOptions
    health?: Partial<HealthOptions>
    createScanner?: CreateScanner
    answers?: SidecarOptions['answers']
  } = {},
): Promise<TestSidecar> {
  const environment = options.environment ?? {}
  const { config } = parseConfig(yaml, 'test.yaml', environment)
  const records: LedgerRecord[] = []
  const feedback: FeedbackRow[] = []
  const cacheAudits: CacheAuditRow[] = []
  const logged: string[] = []
  const sidecar = createSidecar({
    // Without the wait for company a record is there when its answer is.
    config: { ...config, listen: '127.0.0.1:0', drain: 2000, spool: { ...config.spool, flush: 0 } },
    environment,
    ...(options.catalog === undefined ? {} : { catalog: options.catalog }),
    sink: { ...memorySink(records, feedback, cacheAudits), ...options.sink },
    log: createLog({
      level: 'debug',
      format: 'json',
      write: (line) => void logged.push(line),
      nowMs: Date.now,
    }),
    tracing: undefined,
    simulatedOrigin: options.simulatedOrigin ?? '',
    worker: 0,
    bootMs: Date.now(),
    ...(options.sockets === undefined ? {} : { sockets: options.sockets }),
    ...(options.pools === undefined ? {} : { pools: options.pools }),
    ...(options.health === undefined ? {} : { health: options.health }),
    ...(options.createScanner === undefined ? {} : { createScanner: options.createScanner }),
    ...(options.answers === undefined ? {} : { answers: options.answers }),
    // A busy machine is no reason to count nothing.
    counting: { budgetMs: 10_000, waitMs: 10_000, ...options.counting },
  })
  const address = await sidecar.listen()
  return {
    origin: `http://127.0.0.1:${address.port}`,
    sidecar,
    records,
    feedback,
    cacheAudits,
    logged,
    async recorded(count) {
      for (let tries = 0; records.length < count && tries < 500; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      if (records.length < count) throw new Error(`${records.length} records after 5 s, ${count} expected`)
      // What has to be counted first is recorded after what came later.
      return records.toSorted((a, b) => a.request.ts - b.request.ts)
    },
    [Symbol.asyncDispose]: () => sidecar.stop(),
  }
}
