import { FailureWindow } from './failure-window.ts'
import type { Ailment } from './health.ts'

export interface BreakerTimes {
  readonly windowMs: number
  /** How long it must have gone wrong: five times in a row, and two or more times in a row. */
  readonly quickMs: number
  readonly slowMs: number
  readonly openMs: number
  /** After a probe that failed: the longest that anybody waits for a provider that is well again. */
  readonly reopenMs: number
  /** A probe that says nothing for this long no longer keeps others from trying. */
  readonly probeMs: number
}

export const usualBreakerTimes: BreakerTimes = {
  windowMs: 10_000,
  quickMs: 1000,
  slowMs: 3000,
  openMs: 5000,
  reopenMs: 10_000,
  probeMs: 10_000,
}

const callsMin = 20
const quickFailures = 5
const slowFailures = 2
/** Sidecars that were cut off at the same moment come back one by one, and never late. */
const jitterShare = 0.1

/** What an attempt must know of the breaker at its start and at its answer, to be judged at its end. */
export interface Pass {
  readonly startedAt: number
  /** 0: an ordinary call. Probes are counted, so that only the latest is the one. */
  readonly probe: number
  /** What its answer ended: if it breaks off after all, nothing had ended. */
  revoked: { readonly consecutive: number; readonly runAt: number; readonly successes: number } | undefined
}

/** What an outcome did. */
export type Change = 'opened' | 'reopened' | 'closed' | undefined

/**
 * Whether one model behind one target is asked. Closed while it answers; open for a while when it does not, or
 * when the key or the account is at fault; then half-open: one live request tries, and its success closes.
 */
export class Breaker {
  readonly #times: BreakerTimes
  readonly #random: () => number
  readonly #window: FailureWindow
  #ailment: Ailment | undefined
  #untilAt = 0
  #closedAt = Number.NEGATIVE_INFINITY
  #consecutive = 0
  /** When the first of the consecutive failures came. */
  #runAt = 0
  #successes = 0
  #probe = 0
  #isProbing = false
  #probeAt = 0

  constructor(times: BreakerTimes, random: () => number) {
    this.#times = times
    this.#random = random
    this.#window = new FailureWindow(times.windowMs)
  }

  get consecutiveFailures(): number {
    return this.#consecutive
  }

  /** Undefined: closed. Else why it is not, even where a probe is due. */
  get ailment(): Ailment | undefined {
    return this.#ailment
  }

  /** When it may be asked at the soonest; undefined: now. */
  waitUntil(nowAt: number): number | undefined {
    if (this.#ailment === undefined) return undefined
    if (nowAt < this.#untilAt) return this.#untilAt
    return this.#isProbing && nowAt < this.#probeAt + this.#times.probeMs
      ? Math.min(this.#probeAt + this.#times.probeMs, nowAt + probeWaitMs)
      : undefined
  }

  /** Only where nothing is waited for. */
  start(nowAt: number): Pass {
    if (this.#ailment === undefined) return { startedAt: nowAt, probe: 0, revoked: undefined }
    this.#isProbing = true
    this.#probeAt = nowAt
    this.#probe += 1
    return { startedAt: nowAt, probe: this.#probe, revoked: undefined }
  }

  succeeded(pass: Pass, nowAt: number): Change {
    this.#window.call(nowAt)
    // Begun before it opened: no sign that it would be answered now.
    if (this.#ailment !== undefined && pass.probe === 0) return undefined
    this.#successes += 1
    pass.revoked = { consecutive: this.#consecutive, runAt: this.#runAt, successes: this.#successes }
    this.#consecutive = 0
    if (this.#ailment === undefined) return undefined
    this.#ailment = undefined
    this.#isProbing = false
    this.#closedAt = nowAt
    this.#window.clear()
    return 'closed'
  }

  /** `hadAnswered`: it was counted already. */
  failed(pass: Pass, nowAt: number, hadAnswered: boolean): Change {
    if (!hadAnswered) this.#window.call(nowAt)
    this.#window.failure(nowAt)
    if (this.#ailment !== undefined) return this.#isProbe(pass) ? this.#reopen(nowAt) : undefined
    // Streams begin well and die midway: those that began meanwhile are no better for it.
    if (this.#isLatestProbe(pass) && nowAt < this.#closedAt + this.#times.probeMs) return this.#reopen(nowAt)
    // What hung since before the recovery says nothing of the time after it.
    if (pass.startedAt < this.#closedAt && pass.probe === 0) return undefined
    const { revoked } = pass
    if (revoked !== undefined && revoked.successes === this.#successes && revoked.consecutive > 0) {
      this.#consecutive += revoked.consecutive
      this.#runAt = revoked.runAt
    } else if (this.#consecutive === 0) this.#runAt = nowAt
    this.#consecutive += 1
    if (!this.#mustOpen(nowAt)) return undefined
    this.#open('circuit_open', nowAt + this.#jittered(this.#times.openMs))
    return 'opened'
  }

  /** The key or the account is at fault, which no other call can change for a while. */
  sicken(pass: Pass, ailment: Ailment, untilAt: number): Change {
    if (this.#ailment !== undefined && !this.#isProbe(pass)) return undefined
    this.#open(ailment, untilAt)
    return pass.probe === 0 ? 'opened' : 'reopened'
  }

  /** Nothing was learned: whoever comes next may try. */
  dropped(pass: Pass): void {
    if (this.#isProbe(pass)) this.#isProbing = false
  }

  #isProbe(pass: Pass): boolean {
    return this.#isProbing && this.#isLatestProbe(pass)
  }

  #isLatestProbe({ probe }: Pass): boolean {
    return probe !== 0 && probe === this.#probe
  }

  #mustOpen(nowAt: number): boolean {
    const lastsMs = nowAt - this.#runAt
    if (this.#consecutive >= quickFailures && lastsMs >= this.#times.quickMs) return true
    if (this.#consecutive >= slowFailures && lastsMs >= this.#times.slowMs) return true
    return this.#window.isMostlyFailing(callsMin)
  }

  #reopen(nowAt: number): Change {
    this.#open('circuit_open', nowAt + this.#jittered(this.#times.reopenMs))
    return 'reopened'
  }

  #open(ailment: Ailment, untilAt: number): void {
    this.#ailment = ailment
    this.#untilAt = untilAt
    this.#isProbing = false
  }

  #jittered(ms: number): number {
    return ms * (1 - jitterShare * this.#random())
  }
}

/** What others are told to wait for a probe whose end nobody knows. */
const probeWaitMs = 1000
