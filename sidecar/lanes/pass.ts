import { arrayAt, isObject, type Json } from '../../contract/json.ts'
import type { Usage } from '../../contract/usage.ts'
import { type AnswerEvent, contentText } from '../conversation/answer.ts'
import type { Fault } from '../conversation/fault.ts'
import type { StreamPosition } from '../conversation/position.ts'
import type {
  AnswerStreamReader,
  AnswerSummary,
  Format,
  FormatName,
  Headers,
  HostQuirks,
} from '../formats/format.ts'
import { createEventStreamFramer } from '../streaming/event-stream.ts'
import type { Frame, Framer } from '../streaming/frame.ts'
import { createJsonArrayFramer } from '../streaming/json-array.ts'
import { createSseFramer } from '../streaming/sse.ts'
import type { Lane, StreamTranslator } from './lane.ts'

export interface PassAsk {
  readonly format: Format
  readonly quirks: HostQuirks
  readonly body: readonly Buffer[] | undefined
  /** What the host cannot be told and would refuse. */
  readonly dropped: readonly string[]
  /** Sidelight asked for a usage chunk that the caller did not ask for. */
  readonly addedUsage: boolean
  readonly jsonArray: boolean
  readonly impliedUsage: Usage | undefined
  /** Endpoints besides generation have their own place for usage. */
  readonly summarize: (answer: Json) => AnswerSummary
  readonly streamOf: (answer: Json) => string | undefined
  readonly isPrefilled?: boolean
  readonly resume?: (at: StreamPosition) => StreamTranslator | undefined
}

/** Both ends speak the same format: bytes go through, and are only looked at. */
export class PassLane implements Lane {
  readonly format: FormatName
  readonly translates = false
  readonly body: readonly Buffer[] | undefined
  readonly dropped: readonly string[]
  readonly isPrefilled: boolean
  readonly impliedUsage: Usage | undefined
  readonly #ask: PassAsk

  constructor(ask: PassAsk) {
    this.#ask = ask
    this.format = ask.format.name
    this.body = ask.body
    this.dropped = ask.dropped
    this.isPrefilled = ask.isPrefilled === true
    this.impliedUsage = ask.impliedUsage
  }

  framer(): Framer {
    return framerFor(this.#ask.format, this.#ask.jsonArray)
  }

  streamReader(): AnswerStreamReader {
    return this.#ask.format.streamReader(this.#ask.quirks)
  }

  translator(): undefined {
    return undefined
  }

  resume(at: StreamPosition): StreamTranslator | undefined {
    return this.#ask.resume?.(at)
  }

  /** Anthropic's clients take an answer without it for a broken one; OpenAI's do without, and hosts leave it out. */
  closing(isCut: boolean): string {
    if (this.format === 'messages') return 'event: message_stop\ndata: {"type":"message_stop"}\n\n'
    return this.format === 'chat' && isCut ? 'data: [DONE]\n\n' : ''
  }

  hides(frame: Frame, events: readonly AnswerEvent[]): boolean {
    return this.#ask.addedUsage && isUsageOnly(frame, events)
  }

  summarize(answer: Json): AnswerSummary {
    return this.#ask.summarize(answer)
  }

  eventsOf(answer: Json): readonly AnswerEvent[] {
    const { format, quirks } = this.#ask
    return format.readAnswer(answer, quirks)
  }

  contentOf(answer: Json): string {
    return contentText(this.eventsOf(answer))
  }

  faultIn(answer: Json): Fault | undefined {
    return this.#ask.format.faultIn(answer)
  }

  readFault(status: number, headers: Headers, body: Json | undefined): Fault {
    return this.#ask.format.readFault(status, headers, body)
  }

  translateAnswer(): undefined {
    return undefined
  }

  streamOf(answer: Json): string | undefined {
    return this.#ask.streamOf(answer)
  }
}

/** A chunk without choices; others may state usage beside something the caller must see. */
function isUsageOnly(frame: Frame, events: readonly AnswerEvent[]): boolean {
  if (events.length === 0 || events.some((event) => event.type !== 'usage')) return false
  const chunk: unknown = JSON.parse(frame.data)
  return isObject(chunk) && arrayAt(chunk, 'choices').length === 0
}

export function framerFor(format: Format, jsonArray: boolean): Framer {
  if (jsonArray) return createJsonArrayFramer()
  return format.framing === 'sse' ? createSseFramer() : createEventStreamFramer()
}
