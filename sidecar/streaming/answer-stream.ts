import type { Usage } from '../../contract/usage.ts'
import type { AnswerEvent } from '../conversation/answer.ts'
import { isContent } from '../conversation/answer.ts'
import type { Fault } from '../conversation/fault.ts'
import type { AnswerStreamReader } from '../formats/format.ts'
import type { BodyListener, Exchange, Failure } from '../upstream/exchange.ts'
import type { Frame, Framer } from './frame.ts'

/** What a stream said about itself so far. */
export interface StreamFacts {
  usage: Usage | undefined
  model: string
  finishReason: string
  firstContentAt: number | undefined
  /** Characters of text, thinking and tool arguments: what tokens are estimated from when usage is missing. */
  contentChars: number
  /** The same text itself, up to a limit: what tokens are counted from when usage is missing. */
  content: string
}

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

/** 250,000 tokens: more than any model writes. */
const contentCharsMax = 1_048_576

/** Text that is only appended to is not copied: it stays a list of pieces until somebody counts it. */
function keepContent(facts: StreamFacts, text: string): void {
  facts.contentChars += text.length
  if (facts.content.length < contentCharsMax) facts.content += text
}

const noEvents: readonly AnswerEvent[] = []

const malformed: Fault = {
  class: 'outage',
  status: 200,
  code: 'malformed_stream',
  message: 'the provider sent a stream that cannot be read',
}
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
  readonly facts: StreamFacts = {
    usage: undefined,
    model: '',
    finishReason: '',
    firstContentAt: undefined,
    contentChars: 0,
    content: '',
  }
  readonly #exchange: Exchange
  readonly #framer: Framer
  readonly #reader: AnswerStreamReader
  #sink: StreamSink | undefined
  #heldFrames: Frame[] = []
  #heldEvents: (readonly AnswerEvent[])[] = []
  #heldBytes = 0
  #outcome: { complete: true } | { complete: false; fault: Fault; said: Frame | undefined } | undefined
  #hasEnd = false
  /** Answers that began and answers that finished, of the several a request may ask for. */
  #choices = 1
  #finishes = 0
  #isReal = false
  #hasContent = false
  #waiting: (() => void) | undefined
  #untilContent = false
  #closeTimer: NodeJS.Timeout | undefined

  constructor(exchange: Exchange, framer: Framer, reader: AnswerStreamReader) {
    this.#exchange = exchange
    this.#framer = framer
    this.#reader = reader
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
    // A last frame without its separator is the end of a complete answer, or half an event of a broken one.
    const frames = this.#framer.end()
    const events = frames.map((frame) => this.#read(frame))
    const fault = this.#observe(events.flat())
    if (fault !== undefined) this.#break(fault, frames.at(-1))
    else if (this.#isComplete() && frames.length > 0) this.#deliver(frames, events)
    this.#finish()
  }

  onFailure(failure: Failure): void {
    // Everything was there; how the connection ended does not matter any more.
    if (this.#hasEnd) this.#finish()
    else
      this.#break({
        class: failure.code === 'aborted' ? 'aborted' : 'outage',
        status: 0,
        code: failure.code,
        message: 'the connection to the provider broke',
      })
  }

  /** Ends the stream from our side (a timeout). */
  give(fault: Fault): void {
    this.#break(fault)
    this.#exchange.abort(fault.code)
  }

  #take(frames: readonly Frame[]): void {
    if (frames.length === 0) return
    const events: (readonly AnswerEvent[])[] = []
    let fault: Fault | undefined
    let good = 0
    for (const frame of frames) {
      const read = this.#read(frame)
      fault = this.#observe(read)
      if (fault !== undefined) break
      events.push(read)
      good += 1
    }
    if (good > 0) this.#deliver(good === frames.length ? frames : frames.slice(0, good), events)
    if (fault !== undefined) {
      this.#break(fault, frames[good])
      this.#exchange.abort('error_event')
    } else if (this.#waiting !== undefined && this.#isReady()) {
      this.#wake()
    }
  }

  #read(frame: Frame): readonly AnswerEvent[] {
    return frame.hasData ? this.#reader.onFrame(frame) : noEvents
  }

  #observe(events: readonly AnswerEvent[]): Fault | undefined {
    for (const event of events) {
      switch (event.type) {
        case 'error':
          return event.fault
        case 'start':
          this.facts.model = event.model
          break
        case 'usage':
          this.facts.usage = event.usage
          break
        case 'finish':
          this.#finishes += 1
          this.facts.finishReason = event.raw
          break
        case 'end':
          this.#hasEnd = true
          this.#closeTimer ??= setTimeout(() => {
            this.#finish()
            this.#exchange.abort('closed')
          }, closeGraceMs)
          break
        case 'text':
        case 'thinking':
        case 'refusal':
          keepContent(this.facts, event.text)
          break
        case 'tool_arguments':
          keepContent(this.facts, event.json)
          break
        default:
          break
      }
      this.#isReal = true
      const choice = choiceOf(event)
      if (choice >= this.#choices) this.#choices = choice + 1
      if (!this.#hasContent && isContent(event)) {
        this.#hasContent = true
        this.facts.firstContentAt = performance.now()
      }
    }
    return undefined
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
    if (this.#untilContent) return this.#hasContent || this.#finishes > 0
    return this.#isReal
  }

  #isComplete(): boolean {
    return this.#hasEnd || this.#finishes >= this.#choices
  }

  #finish(): void {
    if (this.#outcome !== undefined) return
    if (this.#isComplete()) {
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
    if (outcome === undefined || sink === undefined) return
    if (outcome.complete) sink.onComplete()
    else sink.onBroken(outcome.fault, outcome.said)
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.()
  }
}

/** The answer an event belongs to, of those a request may ask for. */
function choiceOf(event: AnswerEvent): number {
  switch (event.type) {
    case 'start':
    case 'usage':
    case 'end':
    case 'error':
      return 0
    default:
      return event.choice
  }
}
