import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client'
import type { Config } from '../contract/config/schema.ts'
import { parseMoney } from '../contract/money.ts'
import { type SpendAsked, spendOfKeys } from '../ingest/spend.ts'
import type { Budgeted, Budgets } from '../sidecar/limits/budgets.ts'
import { periodStartMs } from '../sidecar/limits/period.ts'
import type { Log } from '../sidecar/observe/log.ts'
import { warehouseClient } from './warehouse-policies.ts'

const everyMs = 30_000
/** A start finds its warehouse still starting. */
const firstMs = 2000
/** The sum over a busy month is no small query: it takes at most this share of the warehouse's time. */
const shareMax = 0.02
const askMs = 20_000

interface SpendPollerOptions {
  readonly config: Config
  readonly keys: readonly Budgeted[]
  readonly budgets: Budgets
  readonly without: SpendAsked['without']
  readonly log: Log
}

/** Asks the ledger again and again what keys spent through other sidecars. No request ever waits for it. */
export class SpendPoller {
  readonly #options: SpendPollerOptions
  readonly #stopping = new AbortController()
  #client: ClickHouseClient | undefined
  #timer: NodeJS.Timeout | undefined
  #asking: Promise<void> | undefined
  #isDown = false

  constructor(options: SpendPollerOptions) {
    this.#options = options
  }

  start(): void {
    this.#plan(firstMs)
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
    const startedAt = performance.now()
    try {
      await this.#ask()
      this.#isDown = false
    } catch (error) {
      this.#failed(error)
    }
    if (!this.#stopping.signal.aborted)
      this.#plan(Math.max(everyMs, (performance.now() - startedAt) / shareMax))
  }

  async #ask(): Promise<void> {
    const { config, keys, budgets, without } = this.#options
    this.#client ??= await warehouseClient(config, 'reader')
    const { database } = config.warehouse
    for (const per of ['day', 'week', 'month'] as const) {
      const nowMs = Date.now()
      const sinceMs = periodStartMs(per, nowMs)
      const ofPeriod = keys.filter(({ budget }) => budget?.per === per)
      if (ofPeriod.length === 0) continue
      const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(askMs)])
      const names = ofPeriod.map(({ name }) => name)
      const rows = await spendOfKeys(this.#client, { database, keys: names, sinceMs, without, signal })
      const spent = new Map(rows.map(({ key_name, usd }) => [key_name, parseMoney(usd)]))
      for (const key of ofPeriod)
        budgets.learn(key, { periodStartMs: sinceMs, spent: spent.get(key.name) ?? 0n }, nowMs)
    }
  }

  /** One line when it begins: budgets hold by what this sidecar counts, until the ledger answers again. */
  #failed(error: unknown): void {
    if (this.#isDown || this.#stopping.signal.aborted) return
    this.#isDown = true
    const code = error instanceof ClickHouseError ? (error.type ?? error.code) : 'no answer'
    this.#options.log.warn('the ledger does not say what keys spent elsewhere: budgets go by this sidecar', {
      code,
    })
  }
}
