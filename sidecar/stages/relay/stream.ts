import type { Answer, Context } from '../../context.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { Fault } from '../../conversation/fault.ts'
import type { Lane, StreamTranslator } from '../../lanes/lane.ts'
import type { Services } from '../../services.ts'
import type { StreamSink } from '../../streaming/answer-stream.ts'
import type { Frame } from '../../streaming/frame.ts'
import type { Wait } from '../../timing/waits.ts'
import { headersForCaller } from '../../upstream/headers.ts'
import { errorBodyOf } from './error.ts'
import { ownHeaders, requestIdHeader, streamHeaders } from './headers.ts'
import { endsEvent, saysError, streamError } from './stream-error.ts'

type StreamAnswer = Extract<Answer, { kind: 'stream' }>

/** Passes a stream on, event by event, until one of the three ends it: the provider, the caller, a clock. */
export function relayStream(context: Context, services: Services, answer: StreamAnswer): Promise<void> {
  return new Promise((resolve) => {
    const run = new StreamRelay(context, services, answer, resolve)
    run.start()
  })
}

class StreamRelay implements StreamSink {
  readonly #context: Context
  readonly #services: Services
  readonly #answer: StreamAnswer
  readonly #resolve: () => void
  readonly #lane: Lane
  readonly #translator: StreamTranslator | undefined
  #idle: Wait | undefined
  #total: Wait | undefined
  #forgetCaller: () => void = () => {}
  #isOver = false
  #isPaused = false
  /** The last bytes written are not the end of an event: one too large to be held is on its way. */
  #isMidEvent = false
  #hasWritten = false

  constructor(context: Context, services: Services, answer: StreamAnswer, resolve: () => void) {
    this.#context = context
    this.#services = services
    this.#answer = answer
    this.#resolve = resolve
    this.#lane = answer.lane
    this.#translator = answer.lane.translator()
  }

  start(): void {
    const { caller } = this.#context
    const { stream, exchange, deadlineMs } = this.#answer
    this.#forgetCaller = caller.onGone(() => {
      // In this order: giving up an exchange is a broken stream to whoever still listens.
      this.#over('client_abort', 'aborted')
      exchange.abort('aborted')
    })
    if (this.#isOver) return
    const { waits, nowMs } = this.#services
    this.#total = waits.after(deadlineMs - nowMs(), () => stream.give(tooLong))
    this.#open()
    caller.onDrain(() => this.#resume())
    stream.attach(this)
  }

  onBytes(): void {
    this.#idle?.restart()
  }

  onFrames(frames: readonly Frame[], events: readonly (readonly AnswerEvent[])[]): void {
    if (this.#isOver) return
    this.#watchIdle()
    const bytes =
      this.#translator === undefined ? this.#passed(frames, events) : translated(this.#translator, events)
    if (bytes.length === 0) return
    this.#hasWritten = true
    this.#markEvent(frames.at(-1))
    const { caller, pinger } = this.#context
    pinger?.touch()
    if (!caller.write(bytes)) this.#pause()
  }

  onComplete(): void {
    if (this.#isOver) return
    let last: string | undefined
    try {
      last = this.#translator?.end()
    } catch {
      this.onBroken(unwritable, undefined)
      return
    }
    this.#context.caller.end(last)
    this.#over('ok', 'answered')
  }

  /** Never a clean end on an answer that was cut: an error in the caller's dialect, then the connection ends. */
  onBroken(fault: Fault, said: Frame | undefined): void {
    if (this.#isOver) return
    const { caller } = this.#context
    if (this.#isMidEvent) caller.write('\n\n')
    caller.write(this.#errorBytes(fault, said))
    caller.end()
    this.#answer.attempt.errorCode = fault.code
    this.#answer.attempt.trial.failed(fault)
    this.#context.fault = fault
    this.#over('truncated', 'truncated')
  }

  #errorBytes(fault: Fault, said: Frame | undefined): Buffer | string {
    if (this.#translator === undefined && said !== undefined && saysError(said) && endsEvent(said.raw))
      return said.raw
    // A dialect whose error must fit what it has sent so far writes it itself.
    const own = this.#translator === undefined ? '' : lastWords(this.#translator, fault)
    if (own !== '') return own
    const body = errorBodyOf(fault, this.#context.requestId)
    return streamError(this.#context, this.#services, { body, hasElements: this.#hasWritten })
  }

  /** Waits between events are limited from the first content on: before that, a slow answer beats an error. */
  #watchIdle(): void {
    if (this.#idle !== undefined || this.#isPaused) return
    const { stream, attempt } = this.#answer
    if (stream.facts.firstContentAt === undefined) return
    this.#idle = this.#services.waits.after(attempt.candidate.timeouts.idleMs, () => stream.give(stalled))
  }

  /** While the caller does not read, the provider's silence is our doing. */
  #pause(): void {
    if (this.#isPaused) return
    this.#isPaused = true
    this.#idle?.cancel()
    this.#idle = undefined
    this.#context.pinger?.hold(true)
    this.#answer.exchange.pause()
  }

  #resume(): void {
    if (!this.#isPaused || this.#isOver) return
    this.#isPaused = false
    this.#context.pinger?.hold(this.#isMidEvent)
    this.#watchIdle()
    this.#answer.exchange.resume()
  }

  #markEvent(last: Frame | undefined): void {
    const isMidEvent = this.#translator === undefined && last?.oversize === true && !endsEvent(last.raw)
    if (isMidEvent === this.#isMidEvent) return
    this.#isMidEvent = isMidEvent
    this.#context.pinger?.hold(isMidEvent || this.#isPaused)
  }

  #open(): void {
    const { caller } = this.#context
    const { head } = this.#answer
    this.#context.httpStatus = 200
    if (caller.isCommitted) return
    const isPlain = this.#translator === undefined
    const headers = isPlain ? headersForCaller(head.rawHeaders, { changed: true }) : [...streamHeaders]
    if (isPlain) addMissing(headers, streamHeaders)
    else if (this.#context.wantsJsonArray) headers[1] = 'application/json'
    headers.push(...ownHeaders(this.#context))
    if (!isPlain) headers.push(...requestIdHeader(this.#context))
    this.#context.httpStatus = isPlain ? head.status : 200
    caller.commit(this.#context.httpStatus, headers)
  }

  #passed(frames: readonly Frame[], events: readonly (readonly AnswerEvent[])[]): Buffer {
    const first = frames[0]
    if (frames.length === 1 && first !== undefined)
      return this.#lane.hides(first, events[0] ?? []) ? nothing : first.raw
    const parts: Buffer[] = []
    frames.forEach((frame, index) => {
      if (!this.#lane.hides(frame, events[index] ?? [])) parts.push(frame.raw)
    })
    return Buffer.concat(parts)
  }

  #over(outcome: Context['outcome'], attemptOutcome: string): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#context.pinger?.stop()
    this.#idle?.cancel()
    this.#total?.cancel()
    this.#forgetCaller()
    const { attempt, stream } = this.#answer
    attempt.endedAt = performance.now()
    attempt.outcome = attemptOutcome
    attempt.usage = stream.facts.usage
    attempt.modelReported = stream.facts.model
    attempt.finishReason = stream.facts.finishReason
    attempt.firstContentAt = stream.facts.firstContentAt
    attempt.deliveredChars = stream.facts.contentChars
    attempt.deliveredText = stream.facts.content
    this.#context.outcome = outcome
    this.#resolve()
  }
}

const nothing = Buffer.alloc(0)

const stalled: Fault = {
  class: 'slow',
  status: 0,
  code: 'idle_timeout',
  message: 'the provider stopped sending',
}
const tooLong: Fault = {
  class: 'slow',
  status: 0,
  code: 'total_timeout',
  message: 'the answer took longer than the route allows',
}

const unwritable: Fault = {
  class: 'outage',
  status: 200,
  code: 'internal_error',
  message: 'the answer could not be written in the form that was asked for',
}

/** An error that is lost on the way would leave the stream open. */
function lastWords(translator: StreamTranslator, fault: Fault): string {
  try {
    return translator.write({ type: 'error', fault })
  } catch {
    return ''
  }
}

function translated(translator: StreamTranslator, events: readonly (readonly AnswerEvent[])[]): string {
  let text = ''
  for (const batch of events) {
    for (const event of batch) if (event.type !== 'end') text += translator.write(event)
  }
  return text
}

function addMissing(headers: string[], wanted: readonly string[]): void {
  const present = new Set<string>()
  for (let index = 0; index < headers.length; index += 2) present.add((headers[index] ?? '').toLowerCase())
  for (let index = 0; index < wanted.length; index += 2) {
    const name = wanted[index] ?? ''
    if (!present.has(name)) headers.push(name, wanted[index + 1] ?? '')
  }
}
