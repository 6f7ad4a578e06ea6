import type { Answer, Context } from '../../context.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { Fault } from '../../conversation/fault.ts'
import { OutputBlocked } from '../../masking/output-gate.ts'
import type { RestoredStream } from '../../masking/restore/stream.ts'
import type { RecoveryMode } from '../../recovery/recoveries.ts'
import type { Services } from '../../services.ts'
import type { StreamSink } from '../../streaming/answer-stream.ts'
import type { Frame } from '../../streaming/frame.ts'
import type { Wait } from '../../timing/waits.ts'
import { takeFacts } from '../dispatch/attempt-facts.ts'
import { successor } from '../dispatch/successor.ts'
import { reportDeath } from './death.ts'
import { answerWithFault } from './error.ts'
import { Hold } from './hold.ts'
import { type Output, outputOf } from './output.ts'
import { Pace } from './pace.ts'
import { countRecovery, outputFor, type Plan, planFor, restartText } from './plan.ts'
import { blockedFault, rememberPlaceholders, streamRestorer } from './restored.ts'
import { errorBytes } from './stream-error.ts'
import { misfit, tooLarge, tooLong, unwritable } from './stream-faults.ts'
import { openStream } from './stream-head.ts'
import { giveUp, type WholeAnswer, wholeAsRest } from './succeeded.ts'
import { watchCanary } from './watch-canary.ts'
import { relayWhole } from './whole.ts'

export type StreamAnswer = Extract<Answer, { kind: 'stream' }>

/** Passes a stream on, event by event, until one of the three ends it: the provider, the caller, a clock. */
export function relayStream(context: Context, services: Services, answer: StreamAnswer): Promise<void> {
  return new Promise((resolve) => {
    const run = new StreamRelay(context, services, answer, resolve)
    run.start()
  })
}

/** One stream to the caller, written by one provider, or by several where one dies on the way. */
class StreamRelay implements StreamSink {
  readonly #context: Context
  readonly #services: Services
  readonly #resolve: () => void
  readonly #pace: Pace
  /** Undefined: what providers say is the caller's as it is. */
  readonly #restorer: RestoredStream | undefined
  #answer: StreamAnswer
  #output: Output
  #hold: Hold | undefined
  #total: Wait | undefined
  #forgetCaller: () => void = () => {}
  #isOver = false
  /** One provider is gone and the next has not answered yet. */
  #isRecovering = false
  #hasWritten = false
  /** How the provider that writes now came to it; undefined for the first. */
  #mode: RecoveryMode | undefined

  constructor(context: Context, services: Services, answer: StreamAnswer, resolve: () => void) {
    this.#context = context
    this.#services = services
    this.#answer = answer
    this.#resolve = resolve
    this.#output = outputOf(answer.lane)
    this.#pace = new Pace(context, services)
    this.#restorer = streamRestorer(context)
  }

  start(): void {
    const { caller } = this.#context
    this.#forgetCaller = caller.onGone(() => this.#leave())
    if (this.#isOver) return
    const { waits, nowMs } = this.#services
    this.#total = waits.after(this.#answer.deadlineMs - nowMs(), () => this.#answer.stream.give(tooLong))
    caller.onDrain(() => this.#pace.resume())
    this.#begin(this.#answer)
  }

  onBytes(): void {
    this.#pace.touch()
  }

  onFrames(frames: readonly Frame[], events: readonly (readonly AnswerEvent[])[]): void {
    if (this.#isOver) return
    this.#context.recalled?.capture.take(events)
    for (const said of events) watchCanary(this.#context, this.#services, said)
    this.#pace.watch()
    if (this.#hold === undefined) this.#deliver(frames, events)
    else {
      this.#hold.take(frames, events)
      if (this.#hold?.buffer.isFull) this.#answer.stream.give(tooLarge)
    }
  }

  onComplete(): void {
    if (this.#isOver) return
    this.#release()
    const last = this.#ending()
    if (this.#output.hasFailed || last === undefined) {
      this.onBroken(last === undefined ? unwritable : misfit, undefined)
      return
    }
    const rest = this.#restored(last, true)
    if (rest === undefined) return
    this.#context.caller.end(rest)
    this.#closeAttempt('answered')
    this.#context.recalled?.capture.complete()
    this.#over(this.#context.caller.isGone ? 'client_abort' : 'ok')
  }

  onBroken(fault: Fault, said: Frame | undefined): void {
    if (this.#isOver) return
    this.#context.recalled?.capture.spoil()
    this.#pace.leave()
    this.#hold?.stop()
    this.#hold = undefined
    const { attempt, stream, lane } = this.#answer
    reportDeath(attempt, stream, fault)
    const remains = { lane, stream, output: this.#output, hasWritten: this.#hasWritten }
    const plan = planFor(this.#context, this.#services, { remains, answer: this.#answer, fault })
    if (plan === undefined) this.#fail(fault, said)
    else this.#recover(plan, fault, said).catch(() => this.#fail(unwritable, undefined))
  }

  /** An answer from its own beginning. */
  #begin(answer: StreamAnswer): void {
    const { route } = this.#context
    this.#answer = answer
    this.#output = outputOf(answer.lane)
    const rule = route?.recovery.holdBack
    if (rule === undefined || rule.kind === 'none') this.#open()
    else this.#hold = new Hold(rule, this.#services, { answer, over: () => this.#release() })
    this.#pace.follow(answer)
    answer.stream.attach(this)
  }

  #open(): void {
    openStream(this.#context, this.#answer, this.#output.translator === undefined)
  }

  #deliver(frames: readonly Frame[], events: readonly (readonly AnswerEvent[])[]): void {
    const written = this.#output.write(frames, events)
    const bytes = this.#restored(written, false)
    if (bytes === undefined) return
    if (bytes.length > 0) {
      this.#hasWritten = true
      this.#pace.write(bytes, this.#output.translator === undefined ? frames.at(-1) : undefined)
    }
    if (this.#output.hasFailed) this.#answer.stream.give(misfit)
  }

  /** As the caller may have it. Undefined: it may not have it, and has been told so. */
  #restored(written: Buffer | string, isLast: boolean): Buffer | string | undefined {
    const restorer = this.#restorer
    if (restorer === undefined) return written
    rememberPlaceholders(this.#context, this.#services, this.#answer.stream.facts.start?.id)
    try {
      return isLast ? restorer.end(written) : restorer.push(written)
    } catch (error) {
      if (!(error instanceof OutputBlocked)) throw error
      this.#block(blockedFault(error))
      return undefined
    }
  }

  /** The provider did nothing wrong, and no other would be let through with the same words. */
  #block(fault: Fault): void {
    this.#closeAttempt('answered')
    this.#fail(fault, undefined)
    this.#context.outcome = 'blocked'
    this.#answer.exchange.abort('aborted')
  }

  /** From here on the caller has it, and no other answer can take its place unseen. */
  #release(): void {
    const hold = this.#hold
    if (hold === undefined) return
    this.#hold = undefined
    hold.stop()
    this.#open()
    const { frames, events } = hold.buffer
    if (frames.length > 0) this.#deliver(frames, events)
  }

  /** Undefined: it can't be written. */
  #ending(): string | undefined {
    try {
      return this.#output.end(this.#answer.stream)
    } catch {
      return undefined
    }
  }

  async #recover(plan: Plan, fault: Fault, said: Frame | undefined): Promise<void> {
    this.#isRecovering = true
    const next = await successor(this.#context, this.#services, plan.ask).catch(() => undefined)
    this.#isRecovering = false
    if (this.#context.caller.isGone) {
      if (next !== undefined) giveUp(next)
      this.#over('client_abort')
    } else if (next === undefined) {
      this.#mode = plan.mode
      this.#fail(fault, said)
    } else this.#takeOver(plan, next)
  }

  #takeOver(plan: Plan, next: Answer): void {
    this.#context.answer = next
    this.#mode = plan.mode
    if (plan.mode === 'hold_back') {
      if (next.kind === 'stream') this.#begin(next)
      else if (next.kind === 'whole') {
        relayWhole(this.#context, this.#services, next)
        this.#over(this.#context.outcome)
      }
      return
    }
    const { recovery } = this.#context
    const firstContentAt = recovery.firstContentAt ?? this.#answer.attempt.firstContentAt
    this.#context.recovery = { mode: plan.mode, stitchedAtChars: plan.told.length, firstContentAt }
    this.#output = outputFor(plan, next.lane)
    if (plan.mode === 'restart') {
      const words = restartText(plan, this.#context.wantsJsonArray)
      this.#context.caller.write(this.#restored(words, false) ?? '')
    }
    if (next.kind === 'stream') this.#follow(next)
    else if (next.kind === 'whole') this.#writeWhole(next)
  }

  #follow(next: StreamAnswer): void {
    this.#answer = next
    this.#pace.follow(next)
    next.stream.attach(this)
  }

  #writeWhole(next: WholeAnswer): void {
    const text = wholeAsRest(next, this.#output)
    if (text === undefined) {
      this.#fail(misfit, undefined)
      return
    }
    const rest = this.#restored(text, true)
    if (rest === undefined) return
    this.#context.caller.end(rest)
    this.#over('ok')
  }

  /** Never a clean end on an answer that was cut: an error in the caller's dialect, then the connection ends. */
  #fail(fault: Fault, said: Frame | undefined): void {
    if (this.#isOver) return
    const { caller } = this.#context
    this.#context.fault = fault
    this.#mode ??= 'error'
    // Nothing was let through yet: there is still a status to say it with.
    if (!caller.isCommitted) {
      this.#refuse()
      return
    }
    if (this.#pace.isMidEvent) caller.write('\n\n')
    const from = { translator: this.#output.translator, fault, said, hasElements: this.#hasWritten }
    caller.write(errorBytes(this.#context, this.#services, from))
    caller.end()
    this.#over('truncated')
  }

  #refuse(): void {
    this.#context.answer = undefined
    answerWithFault(this.#context, this.#services)
    this.#over('error')
  }

  #leave(): void {
    // Whoever is being asked notices by itself, and its attempt is closed before the request is.
    if (this.#isRecovering) return
    // Others wait for the same answer: it goes on for them.
    if (this.#context.recalled?.capture.isFollowed) return
    // In this order: giving up an exchange is a broken stream to whoever still listens.
    this.#closeAttempt('aborted')
    this.#over('client_abort')
    this.#answer.exchange.abort('aborted')
  }

  #closeAttempt(outcome: string): void {
    const { attempt, stream } = this.#answer
    takeFacts(attempt, stream.facts)
    attempt.endedAt = performance.now()
    attempt.outcome = outcome
  }

  #over(outcome: Context['outcome']): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#context.pinger?.stop()
    this.#hold?.stop()
    this.#pace.leave()
    this.#total?.cancel()
    this.#forgetCaller()
    this.#context.outcome = outcome
    if (this.#mode !== undefined && outcome !== 'client_abort')
      countRecovery(this.#services, this.#mode, outcome === 'ok' ? 'completed' : 'failed')
    this.#resolve()
  }
}
