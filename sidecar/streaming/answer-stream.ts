import type { AnswerEvent } from '../conversation/answer.ts'
import type { Fault } from '../conversation/fault.ts'
import type { StreamPosition } from '../conversation/position.ts'
import type { AnswerStreamReader } from '../formats/format.ts'
import type { BodyListener, Exchange, Failure } from '../upstream/exchange.ts'
import type { Frame, Framer } from './frame.ts'
import type { StreamFacts } from './stream-facts.ts'
import { malformed, StreamReading } from './stream-reading.ts'

export interface StreamSink {
  /** Bytes came, whether or not they complete an event. */
  onBytes(): void
  /** The frames of one chunk, each with the events read from it. */
  onFrames(frames: readonly Frame[], events: readonly (readonly AnswerEvent[])[]): void
  /** Regular end of a complete answer. */
  onComplete(): void
  /** The answer broke off; with the frame in which the provider said so itself. */
  onBroken(fault: Fault, said: Frame | undefined): void
}

/** Held frames are given up to the caller beyond this: an answer that hides its first event this long is odd. */
const heldBytesMax = 1_048_576

/** Providers that forget to close after their last event are not waited for. */
const closeGraceMs = 1000

const truncated: Fault = {
  class: 'outage',
  status: 200,
  code: 'truncated',
  message: 'the provider ended the stream before the answer was complete',
}

/**
 * An answer stream of a provider: bytes to frames to events. It holds everything until the first real event
 * shows that the provider means it (many send errors as the first event of a 200), then feeds one sink.
 */
export class AnswerStream implements BodyListener {
  readonly #exchange: Exchange
  readonly #framer: Framer
  readonly #reading: StreamReading
  #sink: StreamSink | undefined
  #heldFrames: Frame[] = []
  #heldEvents: (readonly AnswerEvent[])[] = []
  #heldBytes = 0
  #outcome: { complete: true } | { complete: false; fault: Fault; said: Frame | undefined } | undefined
  #isCut = false
  #isReported = false
  #waiting: (() => void) | undefined
  #untilContent = false
  #closeTimer: NodeJS.Timeout | undefined

  constructor(exchange: Exchange, framer: Framer, reader: AnswerStreamReader) {
    this.#exchange = exchange
    this.#framer = framer
    this.#reading = new StreamReading(reader)
  }

  /**
   * Resolves when the answer has shown itself: its first event that is neither comment nor ping, or with
   * `untilContent` its first content. A fault when it broke off, or said so, before that.
   */
  async ready(untilContent: boolean): Promise<Fault | undefined> {
    this.#untilContent = untilContent
    if (!this.#isReady()) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
    const outcome = this.#outcome
    return outcome !== undefined && !outcome.complete ? outcome.fault : undefined
  }

  /** From here on frames go to the sink; what was held goes first. */
  attach(sink: StreamSink): void {
    this.#sink = sink
    if (this.#heldFrames.length > 0) sink.onFrames(this.#heldFrames, this.#heldEvents)
    this.#heldFrames = []
    this.#heldEvents = []
    if (this.#outcome !== undefined) this.#report()
  }

  onData(chunk: Buffer): void {
    if (this.#outcome !== undefined) return
    let frames: Frame[]
    try {
      frames = this.#framer.push(chunk)
    } catch {
      this.give(malformed)
      return
    }
    this.#sink?.onBytes()
    this.#take(frames)
  }

  onEnd(): void {
    if (this.#outcome !== undefined) return
    const { good, events, fault, said } = this.#reading.readLast(this.#framer.end())
    if (fault !== undefined) this.#break(fault, said)
    else if (good.length > 0) this.#deliver(good, events)
    this.#finish()
  }

  onFailure(failure: Failure): void {
    this.#isCut = true
    // Everything was there; how the connection ended does not matter any more.
    if (this.#reading.isComplete) this.#finish()
    else
      this.#break({
        class: failure.code === 'aborted' ? 'aborted' : 'outage',
        status: 0,
        code: failure.code,
        message: 'the connection to the provider broke',
      })
  }

  get facts(): StreamFacts {
    return this.#reading.facts
  }

  /** The provider has said that the answer is over. */
  get hasEnd(): boolean {
    return this.#reading.hasEnd
  }

  /** The connection broke, if only behind the last word of the answer. */
  get isCut(): boolean {
    return this.#isCut
  }

  /** Where the stream stands, for whoever goes on with it. */
  position(): StreamPosition {
    return this.#reading.position()
  }

  /** Ends the stream from our side (a timeout). */
  give(fault: Fault): void {
    this.#break(fault)
    this.#exchange.abort(fault.code)
  }

  #take(frames: readonly Frame[]): void {
    if (frames.length === 0) return
    const { good, events, fault, said } = this.#reading.read(frames)
    if (this.#reading.hasEnd) this.#awaitClose()
    if (good.length > 0) this.#deliver(good, events)
    if (fault !== undefined) {
      this.#break(fault, said)
      this.#exchange.abort('error_event')
    } else if (this.#waiting !== undefined && this.#isReady()) {
      this.#wake()
    }
  }

  #awaitClose(): void {
    this.#closeTimer ??= setTimeout(() => {
      this.#finish()
      this.#exchange.abort('closed')
    }, closeGraceMs)
  }

  #deliver(frames: readonly Frame[], events: readonly (readonly AnswerEvent[])[]): void {
    if (this.#sink !== undefined) {
      this.#sink.onFrames(frames, events)
      return
    }
    for (const frame of frames) this.#heldBytes += frame.raw.length
    this.#heldFrames.push(...frames)
    this.#heldEvents.push(...events)
  }

  #isReady(): boolean {
    if (this.#outcome !== undefined || this.#heldBytes > heldBytesMax) return true
    if (this.#untilContent) return this.facts.firstContentAt !== undefined || this.facts.finishes > 0
    return this.#reading.isReal
  }

  #finish(): void {
    if (this.#outcome !== undefined) return
    if (this.#reading.isComplete) {
      this.#outcome = { complete: true }
      this.#report()
    } else {
      this.#break(truncated)
    }
  }

  #break(fault: Fault, said?: Frame): void {
    if (this.#outcome !== undefined) return
    this.#outcome = { complete: false, fault, said }
    this.#report()
  }

  #report(): void {
    clearTimeout(this.#closeTimer)
    this.#wake()
    const outcome = this.#outcome
    const sink = this.#sink
    if (outcome === undefined || sink === undefined || this.#isReported) return
    this.#isReported = true
    if (outcome.complete) sink.onComplete()
    else sink.onBroken(outcome.fault, outcome.said)
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.()
  }
}
