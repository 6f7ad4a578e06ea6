import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../contract/config/schema.ts'
import { formatMoney, parseMoney } from '../contract/money.ts'
import { writeWholeFile } from '../contract/whole-file.ts'
import { budgetGauges, usdOf } from '../sidecar/limits/budget-gauges.ts'
import { budgetOf } from '../sidecar/limits/budget-of.ts'
import { type Budgeted, Budgets, type Spent } from '../sidecar/limits/budgets.ts'
import type { Log } from '../sidecar/observe/log.ts'
import type { Gauge } from '../sidecar/observe/metrics.ts'
import { SpendPoller } from './spend-poller.ts'

/** What a crash forgets at most; the ledger knows it as soon as it is shipped. */
const saveMs = 1000
/** A key's owner wants to know before it is turned away. */
const warnShare = 0.8

interface SavedSpend {
  readonly name: string
  readonly period_start: string
  readonly usd: string
}

/** Keeps what keys have spent over restarts, and learns what they spent through other sidecars. */
export class BudgetKeeper {
  readonly budgets = new Budgets()
  readonly #path: string
  readonly #log: Log
  readonly #bootSeconds: number
  #keys: readonly Budgeted[]
  #poller: SpendPoller | undefined
  #timer: NodeJS.Timeout | undefined
  #saved = ''
  #saving: Promise<void> = Promise.resolve()
  readonly #warned = new Map<string, number>()

  private constructor(config: Config, log: Log) {
    this.#path = join(config.stateDir, 'budgets.json')
    this.#log = log
    this.#bootSeconds = Math.floor(Date.now() / 1000)
    this.#keys = keysWithBudget(config)
  }

  static async open(config: Config, log: Log): Promise<BudgetKeeper> {
    const keeper = new BudgetKeeper(config, log)
    if (keeper.#keys.length > 0) await keeper.#load()
    return keeper
  }

  start(config: Config): void {
    this.#poller = this.#pollerOf(config)
    this.#poller?.start()
    this.#timer = setInterval(() => this.#look(), saveMs)
    this.#timer.unref()
  }

  async reloaded(config: Config): Promise<void> {
    await this.#poller?.stop()
    const isFirst = this.#keys.length === 0
    this.#keys = keysWithBudget(config)
    if (isFirst && this.#keys.length > 0) await this.#load()
    this.#poller = this.#pollerOf(config)
    this.#poller?.start()
  }

  gauges(): Gauge[] {
    const states = this.#keys.flatMap((key) => {
      const spent = this.budgets.spent(key, Date.now())
      if (spent === undefined || key.budget === undefined) return []
      const { per: period, limit } = key.budget
      return [{ key: key.name, period, spent: spent.spent, limit }]
    })
    return budgetGauges(states)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#poller?.stop()
    this.#look()
    await this.#saving
  }

  #look(): void {
    const nowMs = Date.now()
    const all = this.#keys.flatMap((key) => this.budgets.spent(key, nowMs) ?? [])
    for (const [index, spent] of all.entries()) this.#warnOf(this.#keys[index], spent)
    const text = JSON.stringify({ spent: all.map(savedOf) }, undefined, 2)
    if (text === this.#saved || this.#keys.length === 0) return
    this.#saved = text
    this.#saving = this.#saving.then(() =>
      writeWholeFile(this.#path, text).catch((error: NodeJS.ErrnoException) => {
        this.#saved = ''
        this.#log.warn('spent budgets could not be saved: after a crash they come from the ledger', {
          code: error.code ?? 'failed',
        })
      }),
    )
  }

  /** Once in a period. */
  #warnOf(key: Budgeted | undefined, { name, periodStartMs, spent }: Spent): void {
    const limit = key?.budget?.limit ?? 0n
    if (usdOf(spent) < warnShare * usdOf(limit) || this.#warned.get(name) === periodStartMs) return
    this.#warned.set(name, periodStartMs)
    this.#log.warn('a key has spent most of its budget', {
      key: name,
      spent_usd: usdOf(spent),
      budget_usd: usdOf(limit),
      per: key?.budget?.per ?? '',
    })
  }

  async #load(): Promise<void> {
    let saved: readonly SavedSpend[]
    try {
      saved = (JSON.parse(await readFile(this.#path, 'utf8')) as { spent: SavedSpend[] }).spent
      this.#take(saved)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
      this.#log.warn('spent budgets could not be read: they come from the ledger', { file: this.#path })
    }
  }

  #take(saved: readonly SavedSpend[]): void {
    const byName = new Map(saved.map((entry) => [entry.name, entry]))
    for (const key of this.#keys) {
      const entry = byName.get(key.name)
      const spent = parseMoney(entry?.usd ?? '0') ?? 0n
      const periodStartMs = Date.parse(entry?.period_start ?? '')
      this.budgets.learn(key, { periodStartMs, spent }, Date.now())
    }
  }

  #pollerOf(config: Config): SpendPoller | undefined {
    if (this.#keys.length === 0 || /^ingests?:/.test(config.warehouse.url)) return undefined
    return new SpendPoller({
      config,
      keys: this.#keys,
      budgets: this.budgets,
      without: { sidecarId: hostname(), bootSeconds: this.#bootSeconds },
      log: this.#log,
    })
  }
}

function keysWithBudget(config: Config): Budgeted[] {
  return config.keys.flatMap((key) => {
    const budget = budgetOf(key)
    return budget === undefined ? [] : [{ name: key.name, budget }]
  })
}

function savedOf({ name, periodStartMs, spent }: Spent): SavedSpend {
  return { name, period_start: new Date(periodStartMs).toISOString(), usd: formatMoney(spent) }
}
