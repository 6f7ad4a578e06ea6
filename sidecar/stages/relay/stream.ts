import type { Answer, Context } from '../../context.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { Fault } from '../../conversation/fault.ts'
import type { Lane, StreamTranslator } from '../../lanes/lane.ts'
import type { Services } from '../../services.ts'
import type { StreamSink } from '../../streaming/answer-stream.ts'
import type { Frame } from '../../streaming/frame.ts'
import { headersForCaller } from '../../upstream/headers.ts'
import { errorBodyOf } from './error.ts'
import { ownHeaders } from './headers.ts'

type StreamAnswer = Extract<Answer, { kind: 'stream' }>

/** Passes a stream on, event by event, until one of the three ends it: the provider, the caller, a clock. */
export function relayStream(context: Context, services: Services, answer: StreamAnswer): Promise<void> {
  return new Promise((resolve) => {
    const run = new StreamRelay(context, services, answer, resolve)
    run.start()
  })
}

/** Headers of a response that is a stream, whoever asked for it. */
export const streamHeaders = [
  'content-type',
  'text/event-stream; charset=utf-8',
  'cache-control',
  'no-cache, no-transform',
  'x-accel-buffering',
  'no',
]

class StreamRelay implements StreamSink {
  readonly #context: Context
  readonly #services: Services
  readonly #answer: StreamAnswer
  readonly #resolve: () => void
  readonly #lane: Lane
  readonly #translator: StreamTranslator | undefined
  #idle: NodeJS.Timeout | undefined
  #total: NodeJS.Timeout | undefined
  #forgetCaller: () => void = () => {}
  #isOver = false
  #isPaused = false

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
    const { stream, exchange, attempt } = this.#answer
    const { idleMs, totalMs } = attempt.candidate.timeouts
    this.#forgetCaller = caller.onGone(() => {
      exchange.abort('aborted')
      this.#over('client_abort', 'aborted')
    })
    if (this.#isOver) return
    const elapsedMs = this.#services.nowMs() - this.#context.arrivedMs
    this.#idle = setTimeout(() => stream.give(stalled), idleMs)
    this.#total = setTimeout(() => stream.give(tooLong), Math.max(1, totalMs - elapsedMs))
    this.#open()
    caller.onDrain(() => {
      if (!this.#isPaused) return
      this.#isPaused = false
      exchange.resume()
    })
    stream.attach(this)
  }

  onFrames(frames: readonly Frame[], events: readonly (readonly AnswerEvent[])[]): void {
    if (this.#isOver) return
    this.#idle?.refresh()
    const bytes =
      this.#translator === undefined ? this.#passed(frames, events) : translated(this.#translator, events)
    if (bytes.length === 0) return
    this.#context.pinger?.touch()
    if (!this.#context.caller.write(bytes) && !this.#isPaused) {
      this.#isPaused = true
      this.#answer.exchange.pause()
    }
  }

  onComplete(): void {
    if (this.#isOver) return
    this.#context.caller.end(this.#translator?.end())
    this.#over('ok', 'answered')
  }

  /** Never a clean end on an answer that was cut: an error in the caller's dialect, then the connection ends. */
  onBroken(fault: Fault): void {
    if (this.#isOver) return
    const { caller, requestId, dialectName } = this.#context
    // A dialect whose error must fit what it has sent so far writes it itself.
    const own = this.#translator?.write({ type: 'error', fault }) ?? ''
    caller.write(
      own === '' ? this.#services.dialects[dialectName].writeStreamError(errorBodyOf(fault, requestId)) : own,
    )
    caller.end()
    this.#answer.attempt.errorCode = fault.code
    this.#context.fault = fault
    this.#over('truncated', 'truncated')
  }

  #open(): void {
    const { caller } = this.#context
    const { head } = this.#answer
    this.#context.httpStatus = 200
    if (caller.isCommitted) return
    const isPlain = this.#translator === undefined
    const headers = isPlain ? headersForCaller(head.rawHeaders, { changed: true }) : [...streamHeaders]
    if (isPlain) addMissing(headers, streamHeaders)
    headers.push(...ownHeaders(this.#context))
    this.#context.httpStatus = isPlain ? head.status : 200
    caller.commit(this.#context.httpStatus, headers)
  }

  #passed(frames: readonly Frame[], events: readonly (readonly AnswerEvent[])[]): Buffer {
    const first = frames[0]
    if (frames.length === 1 && first !== undefined)
      return this.#lane.hides(events[0] ?? []) ? nothing : first.raw
    const parts: Buffer[] = []
    frames.forEach((frame, index) => {
      if (!this.#lane.hides(events[index] ?? [])) parts.push(frame.raw)
    })
    return Buffer.concat(parts)
  }

  #over(outcome: Context['outcome'], attemptOutcome: string): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#idle)
    clearTimeout(this.#total)
    this.#forgetCaller()
    const { attempt, stream } = this.#answer
    attempt.endedAt = performance.now()
    attempt.outcome = attemptOutcome
    attempt.usage = stream.facts.usage
    attempt.modelReported = stream.facts.model
    attempt.finishReason = stream.facts.finishReason
    attempt.firstContentAt = stream.facts.firstContentAt
    attempt.deliveredChars = stream.facts.contentChars
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
