import { join } from 'node:path'
import type { Config } from '../contract/config/schema.ts'
import { publicKeyFrom } from '../contract/policy/keys.ts'
import type { Log } from '../sidecar/observe/log.ts'
import type { Gauge } from '../sidecar/observe/metrics.ts'
import { FileSource } from '../sidecar/routing/policy/file-source.ts'
import { policyGauges } from '../sidecar/routing/policy/gauges.ts'
import { type KnownRoutes, PolicyKeeper } from '../sidecar/routing/policy/keeper.ts'
import type { PolicyText } from '../sidecar/routing/policy/policies.ts'
import { PolicyPoller } from '../sidecar/routing/policy/poller.ts'
import type { PolicySource } from '../sidecar/routing/policy/source.ts'
import { PolicyStore } from '../sidecar/routing/policy/store.ts'
import { NoSource, WarehouseSource } from './warehouse-policies.ts'

/** A policy that is held comes into force this soon after its time. */
const promoteMs = 1000

/** Who has the routes, and takes what is in force of them: one process, or several. */
export interface PolicyUsers {
  routes(): Promise<KnownRoutes>
  usePolicies(policies: readonly PolicyText[]): Promise<void>
}

/** The policies of one sidecar: asked for once, whatever the number of its processes. */
export class PolicyWatch {
  readonly #log: Log
  readonly #keeper: PolicyKeeper
  #users: PolicyUsers | undefined
  #routes: KnownRoutes = new Map()
  #poller: PolicyPoller
  #timer: NodeJS.Timeout | undefined

  private constructor(config: Config, log: Log) {
    this.#log = log
    this.#keeper = new PolicyKeeper({
      store: new PolicyStore(join(config.stateDir, 'policy')),
      log,
      nowMs: Date.now,
      publicKey: keyOf(config),
    })
    this.#poller = this.#pollerOf(config)
  }

  /** With what was in force before, from the disk. */
  static async open(config: Config, log: Log): Promise<PolicyWatch> {
    const watch = new PolicyWatch(config, log)
    await watch.#keeper.load()
    return watch
  }

  current(): readonly PolicyText[] {
    return this.#keeper.current()
  }

  async start(config: Config, users: PolicyUsers): Promise<void> {
    this.#users = users
    this.#routes = await users.routes()
    this.#keeper.configured(this.#routes, keyOf(config))
    this.#poller.start()
    this.#timer = setInterval(() => {
      this.#keeper.promote()
      void this.#flush()
    }, promoteMs)
    this.#timer.unref()
  }

  /** After the routes of another configuration are in force. */
  async reloaded(config: Config): Promise<void> {
    await this.#poller.stop()
    if (this.#users !== undefined) this.#routes = await this.#users.routes()
    this.#keeper.configured(this.#routes, keyOf(config))
    this.#keeper.promote()
    await this.#flush()
    this.#poller = this.#pollerOf(config)
    this.#poller.start()
  }

  gauges(): Gauge[] {
    const figures = {
      routes: [...this.#routes.keys()],
      inForce: this.#keeper.inForce(),
      refusals: this.#keeper.refusals.counts(),
      storeFailures: this.#keeper.storeFailures(),
      source: this.#poller.state(),
    }
    return policyGauges(figures, Date.now())
  }

  /** What the routes themselves do not say. */
  report(): { readonly source: object; readonly held: object } {
    const { source, state, code, seenMs } = this.#poller.state()
    const seen = seenMs === undefined ? {} : { seen: new Date(seenMs).toISOString() }
    return {
      source: { kind: source, state, ...(code === '' ? {} : { code }), ...seen },
      held: this.#keeper.held(),
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#poller.stop()
  }

  async #flush(): Promise<void> {
    const users = this.#users
    if (users !== undefined) await this.#keeper.flush((policies) => users.usePolicies(policies))
  }

  #pollerOf(config: Config): PolicyPoller {
    const source = sourceOf(config)
    return new PolicyPoller({
      source,
      everyMs: config.policy.poll,
      visitor: () => this.#keeper.visitor(source.name),
      looked: () => this.#flush(),
      log: this.#log,
      random: Math.random,
    })
  }
}

function sourceOf(config: Config): PolicySource {
  if (config.policy.source === 'file') return new FileSource(config.policy.dir)
  return /^ingests?:/.test(config.warehouse.url) ? new NoSource() : new WarehouseSource(config)
}

/** A configuration whose key is none was refused. */
function keyOf({ policy }: Config) {
  return policy.publicKey === undefined ? undefined : publicKeyFrom(policy.publicKey)
}
