import type { IncomingHttpHeaders } from 'node:http'
import type { Fault, FaultClass } from '../../conversation/fault.ts'
import type { ProviderTarget } from '../route.ts'
import type { Announcer } from './announcer.ts'
import { Breaker, type BreakerTimes, type Change, type Pass, usualBreakerTimes } from './breaker.ts'
import { Cooling } from './cooling.ts'
import { effectOf } from './effect.ts'
import type { Ailment, Illness, TargetState, Trial } from './health.ts'
import { remainingShare } from './remaining-share.ts'

export interface HealthTimes extends BreakerTimes {
  readonly authFailedMs: number
  readonly quotaExhaustedMs: number
  /** Nobody is left alone for longer on its own word. */
  readonly coolingMsMax: number
}

export const usualHealthTimes: HealthTimes = {
  ...usualBreakerTimes,
  authFailedMs: 60_000,
  quotaExhaustedMs: 600_000,
  coolingMsMax: 3_600_000,
}

/** What the states of all targets share. */
export interface HealthServices {
  readonly times: HealthTimes
  readonly nowAt: () => number
  readonly random: () => number
  /** Told of what changes, for those who count. */
  readonly opened: (provider: string) => void
  readonly probed: (outcome: ProbeOutcome) => void
}

export const probeOutcomes = ['answered', 'failed', 'dropped'] as const
export type ProbeOutcome = (typeof probeOutcomes)[number]

/** What was stated of a limit is out of date a minute later: most limits are by the minute. */
const shareMsMax = 60_000

/** One model behind one target: whether it can be asked, from what became of those who asked. */
export class TargetHealth {
  readonly provider: string
  readonly target: string
  readonly model: string
  /** For the ceiling: who was longest without a call goes first. */
  usedAt = 0
  /** The key or the account was at fault, and no call has shown since that it no longer is. */
  alarm: 'auth_failed' | 'quota_exhausted' | undefined
  readonly #services: HealthServices
  readonly #announcer: Announcer
  readonly #breaker: Breaker
  readonly #cooling = new Cooling()
  #share: number | undefined
  #shareUntilAt = 0

  constructor(
    name: { provider: string; target: string; model: string },
    services: HealthServices,
    announcer: Announcer,
  ) {
    this.provider = name.provider
    this.target = name.target
    this.model = name.model
    this.#services = services
    this.#announcer = announcer
    this.#breaker = new Breaker(services.times, services.random)
  }

  illness(nowAt: number): Illness | undefined {
    const breakerAt = this.#breaker.waitUntil(nowAt)
    const coolingAt = this.#cooling.untilAt > nowAt ? this.#cooling.untilAt : undefined
    if (breakerAt === undefined && coolingAt === undefined) return undefined
    // Whichever lasts longer is what has to pass.
    if (breakerAt !== undefined && breakerAt >= (coolingAt ?? 0))
      return { reason: this.#breaker.ailment ?? 'circuit_open', untilAt: breakerAt }
    // Callers tell the two apart: one is a limit of theirs, the other an outage with an end.
    const reason = this.#cooling.isRateLimit ? 'cooling_down' : 'circuit_open'
    return { reason, untilAt: coolingAt ?? nowAt }
  }

  coolsFor(nowAt: number): number | undefined {
    return this.#breaker.ailment === undefined ? Math.max(0, this.#cooling.untilAt - nowAt) : undefined
  }

  /** Of its rate limit; undefined: unknown. */
  remainingShare(nowAt: number): number | undefined {
    return nowAt < this.#shareUntilAt ? this.#share : undefined
  }

  /** Only where there is no illness. */
  begin(target: ProviderTarget, nowAt: number): Trial {
    this.usedAt = nowAt
    return new JudgedTrial(target, this, this.#breaker.start(nowAt))
  }

  answered(pass: Pass, headers: IncomingHttpHeaders, target: ProviderTarget): void {
    const nowAt = this.#services.nowAt()
    this.#cooling.answered(pass.startedAt)
    this.alarm = undefined
    const change = this.#breaker.succeeded(pass, nowAt)
    this.#follow(pass, change, 'answered')
    this.#announce(change, undefined)
    if (!target.isOnly) this.#noteShare(headers, nowAt)
  }

  failed(pass: Pass, fault: Fault, from: { target: ProviderTarget; hadAnswered: boolean }): void {
    const nowAt = this.#services.nowAt()
    const { isFailure, cools, ailment } = effectOf(fault)
    // With the caller's own key it is the caller's limit, account and credentials.
    const isOurs = from.target.settings.auth !== 'forward'
    if (cools && isOurs) {
      const isRateLimit = fault.class === 'rate_limit'
      const { startedAt } = pass
      const msMax = this.#services.times.coolingMsMax
      this.#cooling.note({ statedMs: fault.retryAfterMs, startedAt, nowAt, isRateLimit, msMax })
    }
    if (isFailure) {
      const change = this.#breaker.failed(pass, nowAt, from.hadAnswered)
      if (change === 'opened') this.#services.opened(this.provider)
      this.#follow(pass, change, 'failed')
      this.#announce(change, fault.class)
    } else if (ailment !== undefined && isOurs) {
      this.alarm = ailment
      const change = this.#breaker.sicken(pass, ailment, nowAt + this.#lasts(ailment))
      this.#follow(pass, change, 'failed')
      this.#announce(change, fault.class)
    } else {
      // Nothing was sent, so nothing has to pass before the next try; but somebody should hear of it.
      if (fault.code === 'provider_key_missing') this.alarm = 'auth_failed'
      this.dropped(pass)
    }
  }

  dropped(pass: Pass): void {
    this.#breaker.dropped(pass)
    if (pass.probe !== 0) this.#services.probed('dropped')
  }

  stateName(nowAt: number): TargetState['state'] {
    return this.illness(nowAt)?.reason ?? (this.#breaker.ailment === undefined ? 'well' : 'half_open')
  }

  state(target: ProviderTarget, nowAt: number): TargetState {
    const ill = this.illness(nowAt)
    return {
      target: target.name,
      region: target.settings.region,
      state: this.stateName(nowAt),
      consecutiveFailures: this.#breaker.consecutiveFailures,
      waitMs: ill === undefined ? 0 : Math.ceil(ill.untilAt - nowAt),
      remainingShare: this.remainingShare(nowAt),
    }
  }

  #lasts(ailment: Ailment): number {
    const { authFailedMs, quotaExhaustedMs } = this.#services.times
    return ailment === 'auth_failed' ? authFailedMs : quotaExhaustedMs
  }

  #follow(pass: Pass, change: Change, outcome: ProbeOutcome): void {
    if (pass.probe !== 0 && (change === 'closed' || change === 'reopened')) this.#services.probed(outcome)
  }

  #announce(change: Change, why: FaultClass | undefined): void {
    if (change !== undefined)
      this.#announcer.changed({ model: this.model, ailment: this.#breaker.ailment, why })
  }

  #noteShare(headers: IncomingHttpHeaders, nowAt: number): void {
    const share = remainingShare(headers)
    if (share === undefined) return
    this.#share = share
    this.#shareUntilAt = nowAt + shareMsMax
  }
}

class JudgedTrial implements Trial {
  readonly target: ProviderTarget
  readonly #health: TargetHealth
  readonly #pass: Pass
  #stage: 'asked' | 'answered' | 'over' = 'asked'

  constructor(target: ProviderTarget, health: TargetHealth, pass: Pass) {
    this.target = target
    this.#health = health
    this.#pass = pass
  }

  answered(headers: IncomingHttpHeaders): void {
    if (this.#stage !== 'asked') return
    this.#stage = 'answered'
    this.#health.answered(this.#pass, headers, this.target)
  }

  failed(fault: Fault): void {
    if (this.#stage === 'over') return
    const hadAnswered = this.#stage === 'answered'
    this.#stage = 'over'
    this.#health.failed(this.#pass, fault, { target: this.target, hadAnswered })
  }

  dropped(): void {
    if (this.#stage === 'asked') this.#health.dropped(this.#pass)
    this.#stage = 'over'
  }
}

/** For calls that say nothing of the model: they go where they may, and nothing is learned. */
export class UnjudgedTrial implements Trial {
  readonly target: ProviderTarget

  constructor(target: ProviderTarget) {
    this.target = target
  }

  answered(): void {}
  failed(): void {}
  dropped(): void {}
}
