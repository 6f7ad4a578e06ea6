import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client'
import type { Config } from '../contract/config/schema.ts'
import type { CacheEntryRow } from '../contract/tables/cache-entries.ts'
import { sharedEntries } from '../ingest/shared-entries.ts'
import type { Log } from '../sidecar/observe/log.ts'
import { warehouseClient } from './warehouse-policies.ts'

const everyMs = 5000
/** A start finds its warehouse still starting. */
const firstMs = 2000
const askMs = 20_000
const rowsMax = 1000
/** From an answer to its row in the warehouse, when all goes well. */
const lateMs = 60_000

export interface EntryTakers {
  takeEntries(rows: readonly CacheEntryRow[]): Promise<void>
}

/** Asks the warehouse for answers that other sidecars have kept, where the configuration shares them. */
export class EntryPoller {
  readonly #log: Log
  readonly #takers: EntryTakers
  readonly #stopping = new AbortController()
  #config: Config
  #client: ClickHouseClient | undefined
  #timer: NodeJS.Timeout | undefined
  #asking: Promise<void> | undefined
  #sinceMs: number
  #isDown = false

  constructor(options: { config: Config; takers: EntryTakers; log: Log }) {
    this.#config = options.config
    this.#takers = options.takers
    this.#log = options.log
    this.#sinceMs = Date.now() - longestLife(options.config)
  }

  start(): void {
    this.#plan(firstMs)
  }

  reloaded(config: Config): void {
    this.#config = config
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#stopping.abort()
    await this.#asking
    await this.#client?.close()
  }

  #plan(waitMs: number): void {
    this.#timer = setTimeout(() => {
      this.#asking = this.#turn()
    }, waitMs)
    this.#timer.unref()
  }

  async #turn(): Promise<void> {
    try {
      if (isShared(this.#config)) await this.#ask()
      this.#isDown = false
    } catch (error) {
      this.#failed(error)
    }
    if (!this.#stopping.signal.aborted) this.#plan(everyMs)
  }

  async #ask(): Promise<void> {
    this.#client ??= await warehouseClient(this.#config, 'reader')
    const { database } = this.#config.warehouse
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(askMs)])
    const askedMs = Date.now()
    const rows = await sharedEntries(this.#client, { database, sinceMs: this.#sinceMs, rowsMax, signal })
    if (rows.length > 0) await this.#takers.takeEntries(rows)
    this.#sinceMs = Math.max(this.#sinceMs, askedMs - lateMs)
  }

  #failed(error: unknown): void {
    if (this.#isDown || this.#stopping.signal.aborted) return
    this.#isDown = true
    const code = error instanceof ClickHouseError ? (error.type ?? error.code) : 'no answer'
    this.#log.warn(
      'the warehouse does not say what other sidecars have answered: the cache goes by its own',
      { code },
    )
  }
}

function isShared({ cache, content }: Config): boolean {
  return cache.share && content.store === 'masked'
}

function longestLife({ routes }: Config): number {
  const lives = Object.values(routes).flatMap(({ cache }) =>
    cache === undefined
      ? []
      : [cache.exact, cache.lexical, cache.semantic].map((life) => (life === 'off' ? 0 : life)),
  )
  return Math.max(0, ...lives)
}
