import { Lru } from '../../routing/lru.ts'
import type { RouteCache, Tier } from '../settings.ts'
import { auditCounted, freshSampling, hitCounted, type SamplingState, samplingP } from './sampling.ts'
import {
  type Audited,
  askedTwice,
  auditedShare,
  freshTuner,
  labelled,
  never,
  type Setting,
  scoreMin,
  type TunerState,
} from './tuner.ts'

/** Hits of equal requests that are asked again, to learn how much answers differ from themselves. */
const twiceMax = 60
const twiceP = 0.02
const pairsMax = 10_000

export type LikeTier = Exclude<Tier, 'exact'>

export interface Judged {
  readonly label: 'agree' | 'disagree' | 'unsure'
  readonly action: 'none' | 'evict' | 'raise' | 'fall_back'
}

export interface TierState {
  readonly route: string
  readonly tier: LikeTier
  readonly tuner: TunerState
  readonly share: Audited
}

/** What is known of how right a route's hits are, and what follows from it. */
export class Audits {
  readonly #tuners = new Map<string, TunerState>()
  readonly #sampling = new Map<string, SamplingState>()
  readonly #twice = new Map<string, number>()
  readonly #refused = new Lru<string, true>(pairsMax)
  readonly #counts = new Map<string, number>()

  tau(route: string, tier: LikeTier): number {
    return this.#stateOf(route, tier).tau
  }

  isRefused(pair: string): boolean {
    return this.#refused.get(pair) === true
  }

  /** Probability with which this hit is to be checked. */
  hit(route: string, at: { nowMs: number; usdPerDay: number }): number {
    const before = hitCounted(this.#sampling.get(route) ?? freshSampling, at.nowMs)
    this.#sampling.set(route, before)
    return at.usdPerDay === 0 ? 0 : samplingP(before, at)
  }

  /** The same for an equal request; 0 where nothing is learned from it. */
  twiceP(route: string, { lifeMs, auditUsdPerDay }: RouteCache): number {
    const learns = lifeMs.lexical + lifeMs.semantic > 0 && auditUsdPerDay > 0
    return learns && (this.#twice.get(route) ?? 0) < twiceMax ? twiceP : 0
  }

  paid(route: string, usd: number, nowMs: number): void {
    this.#sampling.set(route, auditCounted(this.#sampling.get(route) ?? freshSampling, usd, nowMs))
  }

  twice(route: string, differed: boolean): void {
    this.#twice.set(route, (this.#twice.get(route) ?? 0) + 1)
    for (const tier of ['lexical', 'semantic'] as const)
      this.#tuners.set(`${route} ${tier}`, askedTwice(this.#stateOf(route, tier), differed))
  }

  /** What a comparison says, and what is done about it. */
  judge(
    of: { route: string; tier: LikeTier; delta: number },
    label: { score: number; p: number; label: Judged['label']; isServed: boolean; pair: string },
  ): Judged {
    const key = `${of.route} ${of.tier}`
    this.#count(`${key} ${label.label}`)
    if (label.label === 'unsure') return { label: 'unsure', action: 'none' }
    const isWrong = label.label === 'disagree'
    const before = this.#stateOf(of.route, of.tier)
    const after = labelled(before, { score: label.score, isWrong, p: label.p }, settingOf(of.tier, of.delta))
    this.#tuners.set(key, after)
    if (isWrong) this.#refused.set(label.pair, true)
    if (!before.isBroken && after.isBroken) return { label: label.label, action: 'fall_back' }
    if (!isWrong) return { label: 'agree', action: 'none' }
    if (after.tau > before.tau) return { label: 'disagree', action: 'raise' }
    return { label: 'disagree', action: label.isServed ? 'evict' : 'none' }
  }

  states(): TierState[] {
    return [...this.#tuners].map(([key, tuner]) => {
      const at = key.lastIndexOf(' ')
      return {
        route: key.slice(0, at),
        tier: key.slice(at + 1) as LikeTier,
        tuner,
        share: auditedShare(tuner),
      }
    })
  }

  counts(): readonly {
    readonly route: string
    readonly tier: string
    readonly label: string
    readonly value: number
  }[] {
    return [...this.#counts].map(([key, value]) => {
      const [label = '', tier = '', ...route] = key.split(' ').reverse()
      return { route: route.reverse().join(' '), tier, label, value }
    })
  }

  /** What is learned outlives the process. */
  saved(): unknown {
    return { tuners: [...this.#tuners], twice: [...this.#twice], sampling: [...this.#sampling] }
  }

  restore(saved: {
    tuners?: [string, TunerState][]
    twice?: [string, number][]
    sampling?: [string, SamplingState][]
  }): void {
    for (const [key, state] of saved.tuners ?? []) this.#tuners.set(key, state)
    for (const [key, count] of saved.twice ?? []) this.#twice.set(key, count)
    for (const [key, state] of saved.sampling ?? []) this.#sampling.set(key, state)
  }

  #stateOf(route: string, tier: LikeTier): TunerState {
    const key = `${route} ${tier}`
    let state = this.#tuners.get(key)
    if (state === undefined) {
      // The strict guard is the proof of the lexical tier; likeness of meaning has to earn its own.
      state = freshTuner(tier === 'lexical' ? scoreMin : never)
      this.#tuners.set(key, state)
    }
    return state
  }

  #count(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }
}

function settingOf(tier: LikeTier, delta: number): Setting {
  return { delta, start: tier === 'lexical' ? 'serving' : 'never' }
}
