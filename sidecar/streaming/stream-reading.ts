import { type AnswerEvent, unreadable } from '../conversation/answer.ts'
import type { Fault } from '../conversation/fault.ts'
import type { StreamPosition, WirePosition } from '../conversation/position.ts'
import type { AnswerStreamReader } from '../formats/format.ts'
import type { Frame } from './frame.ts'
import { StreamFacts } from './stream-facts.ts'

/** One event that can't be read may be a slip; a provider that goes on like that is broken. */
const unreadableMax = 3

const noEvents: readonly AnswerEvent[] = []

export const malformed: Fault = {
  class: 'outage',
  status: 200,
  code: 'malformed_stream',
  message: 'the provider sent a stream that cannot be read',
}

/** What frames of one chunk have brought. */
export interface Read {
  /** Those that may be passed on, each with its events. */
  readonly good: readonly Frame[]
  readonly events: readonly (readonly AnswerEvent[])[]
  /** Why it ends here, and the frame that said so. */
  readonly fault: Fault | undefined
  readonly said: Frame | undefined
}

/** Frames to events, and what they say of the answer as a whole. */
export class StreamReading {
  readonly facts = new StreamFacts()
  readonly #reader: AnswerStreamReader
  #hasEnd = false
  #isReal = false
  /** From the first event on that can't be read: they wait for one that can, or are given up with the stream. */
  #doubtful: Frame[] = []
  /** What is read at the very end may be half an event that nobody gets. */
  #wireBeforeEnd: WirePosition | undefined

  constructor(reader: AnswerStreamReader) {
    this.#reader = reader
  }

  /** The provider's own mark came. */
  get hasEnd(): boolean {
    return this.#hasEnd
  }

  /** Something came that is neither comment nor ping. */
  get isReal(): boolean {
    return this.#isReal
  }

  get isComplete(): boolean {
    return this.#hasEnd || this.facts.isFinished
  }

  position(): StreamPosition {
    const wire = this.#wireBeforeEnd ?? this.#reader.position?.()
    const chars = wire?.format === 'responses' ? (wire.open?.chars ?? 0) : 0
    const { start, content } = this.facts
    return { start, wire, openText: chars === 0 ? '' : content.slice(-chars) }
  }

  read(frames: readonly Frame[]): Read {
    const events: (readonly AnswerEvent[])[] = []
    /** Undefined: all that came, in the order it came. */
    let kept: Frame[] | undefined = this.#doubtful.length > 0 ? [] : undefined
    let fault: Fault | undefined
    let said: Frame | undefined
    for (const frame of frames) {
      const read = this.#eventsOf(frame)
      const isDoubtful = isUnreadable(frame, read)
      if (isDoubtful) kept ??= frames.slice(0, events.length)
      fault = isDoubtful ? this.#doubt(frame) : this.#observe(read)
      said = isDoubtful ? undefined : frame
      if (fault !== undefined) break
      if (isDoubtful) continue
      if (this.#doubtful.length > 0 && frame.hasData) this.#trust(kept, events)
      if (frame.oversize === true) this.facts.isUnread = true
      kept?.push(frame)
      events.push(read)
    }
    const good = kept ?? (events.length === frames.length ? frames : frames.slice(0, events.length))
    return { good, events, fault, said }
  }

  /** A last frame without its separator is the end of a complete answer, or half an event of a broken one. */
  readLast(last: readonly Frame[]): Read {
    this.#wireBeforeEnd = this.#reader.position?.()
    const events = last.map((frame) => this.#eventsOf(frame))
    const all = events.flat()
    const isEnd = all.some(({ type }) => type === 'finish' || type === 'end' || type === 'error')
    const fault = isEnd ? this.#observe(all) : undefined
    const isGood = fault === undefined && this.isComplete
    return { good: isGood ? last : [], events: isGood ? events : [], fault, said: last.at(-1) }
  }

  #eventsOf(frame: Frame): readonly AnswerEvent[] {
    return frame.hasData ? this.#reader.onFrame(frame) : noEvents
  }

  #observe(events: readonly AnswerEvent[]): Fault | undefined {
    const fault = faultAmong(events)
    for (const event of events) {
      // Of what stands beside an error only its price counts: the rest is passed to nobody.
      if (fault !== undefined && event.type !== 'usage') continue
      this.facts.note(event)
      this.#isReal = true
      if (event.type === 'end') this.#hasEnd = true
    }
    return fault
  }

  #doubt(frame: Frame): Fault | undefined {
    // Behind the end of an answer it is nobody's.
    if (this.isComplete) return undefined
    this.#doubtful.push(frame)
    return this.#doubtful.length < unreadableMax ? undefined : malformed
  }

  /** After all the provider knows what it does: what nobody could read may mean something to the caller. */
  #trust(kept: Frame[] | undefined, events: (readonly AnswerEvent[])[]): void {
    for (const frame of this.#doubtful) {
      kept?.push(frame)
      events.push(noEvents)
    }
    this.#doubtful = []
  }
}

function faultAmong(events: readonly AnswerEvent[]): Fault | undefined {
  for (const event of events) if (event.type === 'error') return event.fault
  return undefined
}

/** Blank events keep connections alive, and some hosts end any stream like OpenAI's. */
function isUnreadable({ data }: Frame, read: readonly AnswerEvent[]): boolean {
  if (read !== unreadable) return false
  const text = data.trim()
  return text !== '' && text !== '[DONE]'
}
