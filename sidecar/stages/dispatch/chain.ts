import { GatewayError } from '../../../contract/errors.ts'
import type { Context } from '../../context.ts'
import type { Fault } from '../../conversation/fault.ts'
import type { Delivered } from '../../recovery/delivered.ts'
import { type Illness, isRefusal, isTrial, type Trial, type TrialAsk } from '../../routing/health/health.ts'
import { nobodyLeft } from '../../routing/nobody.ts'
import type { Candidate, ProviderTarget, Route } from '../../routing/route.ts'
import type { Services } from '../../services.ts'
import { forTarget, isCountedHere, type Prepared, prepare, type Written } from './prepare.ts'
import { mayFollow, mayReplace } from './verdict.ts'

/** `counted`: its tokens are counted here. Undefined: there is nobody left. */
export type Next = Prepared | 'counted' | undefined

export interface Failed {
  readonly fault: Fault
  readonly candidate: Candidate
  readonly target: ProviderTarget
}

const nobodyYet: readonly ProviderTarget[] = []

/**
 * The candidates of a request in their order, each prepared when its turn comes and not before, and of each the
 * target that suits the request. Who can't be asked after all is passed over, with the reason.
 */
export class Chain {
  readonly #context: Context
  readonly #services: Services
  readonly #route: Route
  #candidates: readonly Candidate[]
  #at = 0
  #refusal: GatewayError | undefined
  /** When the first of those that were passed over as ill may be asked. */
  #soonestAt: number | undefined
  /** Somebody was passed over who will be well by itself. */
  #hasPassing = false
  /** Refused keys and empty accounts are asked: nobody else is left. */
  #asksRefused = false
  /** Targets of the current candidate that were asked. */
  #tried = nobodyYet
  /** Targets whose key was refused: it is the same key for all of the provider's models. */
  #refused = nobodyYet
  #failures: readonly Failed[] = []

  constructor(context: Context, services: Services, route: Route) {
    this.#context = context
    this.#services = services
    this.#route = route
    this.#candidates = context.chain
  }

  /** Why nobody could be asked at all. */
  get refusal(): GatewayError {
    if (this.#soonestAt !== undefined) {
      const excluded = { ...this.#context.choice.excluded, ...this.#context.unfit }
      return nobodyLeft(this.#route, { excluded, soonestAt: this.#soonestAt }, performance.now())
    }
    return this.#refusal ?? new GatewayError('no_candidate')
  }

  /** Somebody else could be asked if this attempt fails. */
  hasMore(current: Prepared): boolean {
    return this.hasCandidates() || this.#hasOtherTarget(current)
  }

  hasCandidates(): boolean {
    const { regions } = this.#route
    const nowAt = performance.now()
    for (let at = this.#at; at < this.#candidates.length; at += 1) {
      const candidate = this.#candidates[at] as Candidate
      if (
        this.#mayBeAsked(candidate) &&
        this.#services.health.illnessOf(candidate, regions, nowAt) === undefined
      )
        return true
    }
    return false
  }

  /**
   * The next candidate the request can be written for; who can't express it is passed over, and who can't be
   * asked now. A promise only where writing it takes a worker. With `continues` it is to go on with an answer
   * that another one began.
   */
  next(after?: Failed, continues?: Delivered): Next | Promise<Next> {
    if (after !== undefined) this.#note(after)
    if (after?.fault.class === 'context_length') this.#addLarger()
    for (;;) {
      const candidate = this.#candidates[this.#at]
      if (candidate === undefined) {
        if (!this.#goesBack()) return undefined
        continue
      }
      this.#at += 1
      if (!this.#mayBeAsked(candidate)) continue
      if (isCountedHere(this.#context, candidate)) return 'counted'
      if (this.#isIll(candidate)) continue
      const started = this.#prepare(candidate, continues)
      if (started instanceof Promise) return started.then((found) => found ?? this.next(undefined, continues))
      if (started !== undefined) return started
    }
  }

  /** Another target of the same candidate. Undefined: none that would do better can be asked. */
  otherTarget(failed: Prepared, fault: Fault): Prepared | undefined {
    if (failed.trial.target.isOnly) return undefined
    const { targets } = failed.candidate.provider
    const hopeless = targets.filter((target) => !mayReplace(fault, failed.trial.target, target))
    return this.#start(failed, { except: [...this.#tried, ...this.#refused, ...hopeless] })
  }

  /** The same target once more. Undefined: it can't be asked now. */
  again(failed: Prepared): Prepared | undefined {
    return this.#start(failed, { only: failed.trial.target, retryShare: undefined })
  }

  #hasOtherTarget({ candidate, trial }: Prepared): boolean {
    if (trial.target.isOnly) return false
    const except = [...this.#tried, ...this.#refused]
    return this.#services.health.hasTarget(candidate, { regions: this.#route.regions, except })
  }

  #mayBeAsked(candidate: Candidate): boolean {
    if (this.#failures.length === 0) return true
    if (!this.#failures.every((failed) => mayFollow(failed.fault, failed.candidate, candidate))) return false
    const { targets } = candidate.provider
    return this.#refused.length === 0 || targets.some((target) => !this.#refused.includes(target))
  }

  #isIll(candidate: Candidate): boolean {
    const illness = this.#services.health.illnessOf(candidate, this.#route.regions, performance.now())
    if (illness === undefined || (this.#asksRefused && isRefusal(illness.reason))) return false
    this.#passOverIll(candidate, illness)
    return true
  }

  /** Once, where everyone there is has a refused key or an empty account: those are asked rather than nobody. */
  #goesBack(): boolean {
    const { attempts, unfit } = this.#context
    const refused = this.#candidates.filter(({ id }) => isRefusal(unfit[id] ?? ''))
    if (this.#asksRefused || refused.length === 0 || attempts.length > 0 || this.#hasPassing) return false
    this.#asksRefused = true
    for (const { id } of refused) delete unfit[id]
    this.#candidates = refused
    this.#at = 0
    return true
  }

  #prepare(
    candidate: Candidate,
    continues: Delivered | undefined,
  ): Prepared | undefined | Promise<Prepared | undefined> {
    const start = (written: Written) => {
      this.#refuseDropping(written)
      this.#tried = nobodyYet
      const begun = this.#begin(written, { except: this.#refused, despiteRefusal: this.#asksRefused })
      // Between the look at it and now somebody else has become its probe.
      if (!isTrial(begun)) this.#passOverIll(candidate, begun)
      return isTrial(begun) ? this.#started(written, begun) : undefined
    }
    try {
      const written = prepare(this.#context, this.#services, candidate, continues)
      if (!(written instanceof Promise)) return start(written)
      return written.then(start).catch((error: unknown) => {
        this.#passOver(candidate, error)
        return undefined
      })
    } catch (error) {
      this.#passOver(candidate, error)
      return undefined
    }
  }

  /** A strict route rather asks somebody else than to leave a field out. */
  #refuseDropping({ lane }: Written): void {
    if (!this.#route.isStrict || lane.dropped.length === 0) return
    const fields = lane.dropped.join(', ')
    const message = `the route is strict, and no candidate can express ${fields}`
    throw new GatewayError('untranslatable', message, { param: lane.dropped[0] ?? '' })
  }

  #start(written: Written, ask: Partial<TrialAsk>): Prepared | undefined {
    const begun = this.#begin(written, ask)
    return isTrial(begun) ? this.#started(written, begun) : undefined
  }

  #begin({ candidate }: Written, ask: Partial<TrialAsk>): Trial | Illness {
    return this.#services.health.begin(candidate, { ...this.#usual(), ...ask })
  }

  #started(written: Written, trial: Trial): Prepared {
    if (!trial.target.isOnly) this.#tried = [...this.#tried, trial.target]
    return forTarget(written, trial)
  }

  #usual(): TrialAsk {
    const { choice, hints, operation, requestId } = this.#context
    return {
      regions: this.#route.regions,
      unit: choice.unitHash || hints.session || requestId,
      isNewUnit: !choice.stickyHit,
      retryShare: this.#route.retryBudget,
      isUnjudged: operation === 'other' || operation === 'count_tokens',
    }
  }

  /** The order of fallback is about taste; where only size helps, whoever is larger may help. */
  #addLarger(): void {
    const { fallback } = this.#route
    if (fallback?.length === 0) return
    const eligible = this.#context.choice.candidates
    const others = this.#route.candidates.filter(
      (candidate) => eligible.includes(candidate.id) && !this.#candidates.includes(candidate),
    )
    if (others.length > 0) this.#candidates = [...this.#candidates, ...others]
  }

  #note(failed: Failed): void {
    this.#failures = [...this.#failures, failed]
    if (failed.fault.class === 'credentials') this.#refused = [...this.#refused, failed.target]
  }

  #passOverIll(candidate: Candidate, illness: Illness): void {
    this.#soonestAt = Math.min(this.#soonestAt ?? illness.untilAt, illness.untilAt)
    this.#hasPassing ||= !isRefusal(illness.reason)
    this.#context.unfit[candidate.id] = illness.reason
  }

  #passOver(candidate: Candidate, error: unknown): void {
    if (!isUnfit(error)) throw error
    this.#refusal ??= error
    this.#context.unfit[candidate.id] = error.code
  }
}

/** The request is not expressible for this candidate; another may take it as it is. */
function isUnfit(error: unknown): error is GatewayError {
  return (
    error instanceof GatewayError &&
    (error.code === 'untranslatable' ||
      error.code === 'invalid_body' ||
      error.code === 'endpoint_unsupported')
  )
}
