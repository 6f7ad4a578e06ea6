import type { Log } from '../../observe/log.ts'
import { isIn } from '../regions.ts'
import type { Candidate, ConnectedProvider, ProviderTarget } from '../route.ts'
import { Announcer } from './announcer.ts'
import { type HealthCounts, newCounts } from './counts.ts'
import {
  type Health,
  type Illness,
  isRefusal,
  type RetryKind,
  type TargetState,
  type Trial,
  type TrialAsk,
} from './health.ts'
import { MovedUnits } from './moved-units.ts'
import { RetryBudget } from './retry-budget.ts'
import { isAsked, suits } from './target-choice.ts'
import {
  type HealthServices,
  type HealthTimes,
  TargetHealth,
  UnjudgedTrial,
  usualHealthTimes,
} from './target-health.ts'

export interface HealthOptions {
  readonly random: () => number
  readonly nowAt?: () => number
  /** Told when a target falls ill and when it is well again. */
  readonly log?: Log | undefined
  /** For tests. */
  readonly times?: Partial<HealthTimes>
  readonly entriesMax?: number
}

/** Callers choose names of models; past this a tenth is forgotten, who is ill and who was asked lately last. */
const entriesMaxUsual = 5000

interface OfTarget {
  readonly budget: RetryBudget
  readonly announcer: Announcer
  readonly models: Map<string, TargetHealth>
}

/** The health of every model behind every target that was asked. */
export class HealthRegistry implements Health {
  readonly counts: HealthCounts = newCounts()
  readonly #targets = new Map<string, OfTarget>()
  readonly #moved = new MovedUnits()
  readonly #services: HealthServices
  readonly #entriesMax: number
  readonly #log: Log | undefined
  #entries = 0
  /** Undefined: no configuration has replaced the first. */
  #inForce: ReadonlySet<string> | undefined

  constructor(options: HealthOptions) {
    const { counts } = this
    this.#services = {
      random: options.random,
      nowAt: options.nowAt ?? (() => performance.now()),
      times: { ...usualHealthTimes, ...options.times },
      opened: (provider) => counts.opened.set(provider, (counts.opened.get(provider) ?? 0) + 1),
      probed: (outcome) => {
        counts.probes[outcome] += 1
      },
    }
    this.#entriesMax = options.entriesMax ?? entriesMaxUsual
    this.#log = options.log
  }

  illnessOf(
    candidate: Candidate,
    regions: readonly string[] | undefined,
    nowAt: number,
  ): Illness | undefined {
    let soonest: Illness | undefined
    for (const target of candidate.provider.targets) {
      if (!isIn(target, regions)) continue
      const ill = this.#find(target, candidate.model)?.illness(nowAt)
      if (ill === undefined) return undefined
      if (soonest === undefined || ill.untilAt < soonest.untilAt) soonest = ill
    }
    return soonest
  }

  hasTarget({ provider, model }: Candidate, ask: Pick<TrialAsk, 'regions' | 'except'>): boolean {
    const nowAt = this.#services.nowAt()
    return provider.targets.some(
      (target) => isAsked(target, ask) && this.#find(target, model)?.illness(nowAt) === undefined,
    )
  }

  begin(candidate: Candidate, ask: TrialAsk): Trial | Illness {
    const nowAt = this.#services.nowAt()
    const { provider, model } = candidate
    let best: ProviderTarget | undefined
    let bestSuits = Number.NEGATIVE_INFINITY
    let soonest: Illness | undefined
    const place = provider.targets.length > 1 ? this.#moved.place(provider.name, ask.unit) : undefined
    for (const target of provider.targets) {
      if (!isAsked(target, ask)) continue
      const health = this.#find(target, model)
      const ill = health?.illness(nowAt)
      if (ill !== undefined && !(ask.despiteRefusal === true && isRefusal(ill.reason))) {
        if (soonest === undefined || ill.untilAt < soonest.untilAt) soonest = ill
        continue
      }
      if (target.isOnly) {
        best = target
        break
      }
      const remainingShare = health?.remainingShare(nowAt)
      const own =
        target.name === place ? 2 : suits(target, ask.unit, { isNewUnit: ask.isNewUnit, remainingShare })
      if (own <= bestSuits) continue
      best = target
      bestSuits = own
    }
    if (best === undefined) return soonest ?? unaskable(nowAt)
    return this.#begin(best, { model, ask, provider, nowAt })
  }

  spendRetry(target: ProviderTarget, share: number): boolean {
    const hasOne = this.#ofTarget(target).budget.spend(share)
    if (!hasOne) this.counts.budgetExhausted += 1
    return hasOne
  }

  coolsFor({ model }: Candidate, target: ProviderTarget): number | undefined {
    const health = this.#find(target, model)
    return health === undefined ? 0 : health.coolsFor(this.#services.nowAt())
  }

  countRetry(kind: RetryKind): void {
    this.counts.retries[kind] += 1
  }

  describe({ provider, model }: Candidate): readonly TargetState[] {
    const nowAt = this.#services.nowAt()
    return provider.targets.map(
      (target) =>
        this.#find(target, model)?.state(target, nowAt) ?? {
          target: target.name,
          region: target.settings.region,
          state: 'well',
          consecutiveFailures: 0,
          waitMs: 0,
          remainingShare: undefined,
        },
    )
  }

  /** Drops what is known of targets that are no longer configured: a target whose address changed is another one. */
  retain(providers: Iterable<ConnectedProvider>): void {
    const ids = new Set([...providers].flatMap(({ targets }) => targets.map(({ id }) => id)))
    this.#inForce = ids
    for (const [id, { models }] of this.#targets) {
      if (ids.has(id)) continue
      this.#entries -= models.size
      this.#targets.delete(id)
    }
  }

  /** Everyone of whom something is known, for metrics. */
  *all(): Generator<TargetHealth> {
    for (const [id, { models }] of this.#targets) {
      // Requests that began under the configuration before may still ask there.
      if (this.#inForce?.has(id) !== false) yield* models.values()
    }
  }

  get nowAt(): number {
    return this.#services.nowAt()
  }

  #begin(
    target: ProviderTarget,
    from: { model: string; ask: TrialAsk; provider: ConnectedProvider; nowAt: number },
  ): Trial {
    const { model, ask, provider, nowAt } = from
    const ofTarget = this.#ofTarget(target)
    if (ask.retryShare !== undefined) ofTarget.budget.earn(ask.retryShare)
    if (ask.isUnjudged === true) return new UnjudgedTrial(target)
    this.#rememberPlace(target, from)
    let health = ofTarget.models.get(model)
    if (health === undefined) {
      if (this.#entries >= this.#entriesMax) this.#forgetSome(nowAt)
      const name = { provider: provider.name, target: target.name, model }
      health = new TargetHealth(name, this.#services, ofTarget.announcer)
      ofTarget.models.set(model, health)
      this.#entries += 1
    }
    return health.begin(target, nowAt)
  }

  /** A new unit that was turned away from where its hash puts it: its next turns would go back there. */
  #rememberPlace(
    target: ProviderTarget,
    from: { ask: TrialAsk; provider: ConnectedProvider; model: string; nowAt: number },
  ): void {
    const { ask, provider, model, nowAt } = from
    if (target.isOnly || !ask.isNewUnit) return
    const plain = { isNewUnit: false, remainingShare: undefined }
    const own = suits(target, ask.unit, plain)
    const isMoved = provider.targets.some(
      (other) =>
        isAsked(other, ask) &&
        suits(other, ask.unit, plain) > own &&
        this.#find(other, model)?.illness(nowAt) === undefined,
    )
    if (isMoved) this.#moved.move(provider.name, ask.unit, target.name)
  }

  #find(target: ProviderTarget, model: string): TargetHealth | undefined {
    return this.#targets.get(target.id)?.models.get(model)
  }

  #ofTarget(target: ProviderTarget): OfTarget {
    const known = this.#targets.get(target.id)
    if (known !== undefined) return known
    const name = { provider: target.settings.name, target: target.name }
    const announcer = new Announcer(name, this.#log)
    const made = { budget: new RetryBudget(), announcer, models: new Map<string, TargetHealth>() }
    this.#targets.set(target.id, made)
    return made
  }

  #forgetSome(nowAt: number): void {
    const order = (health: TargetHealth) =>
      health.usedAt + (health.illness(nowAt) === undefined ? 0 : Number.MAX_SAFE_INTEGER)
    const all = [...this.#targets.values()].flatMap(({ models }) => [...models.values()])
    const oldest = all.sort((a, b) => order(a) - order(b))
    const gone = new Set(oldest.slice(0, Math.max(1, Math.ceil(this.#entriesMax / 10))))
    for (const [id, { models, announcer }] of this.#targets) {
      for (const [model, health] of models) {
        if (!gone.has(health)) continue
        models.delete(model)
        announcer.forget(model)
      }
      // Targets of a configuration that is no longer in force.
      if (models.size === 0) this.#targets.delete(id)
    }
    this.#entries -= gone.size
  }
}

/** No target is left at all: of the regions, or of those that were not asked yet. */
const unaskable = (nowAt: number): Illness => ({ reason: 'circuit_open', untilAt: nowAt })
