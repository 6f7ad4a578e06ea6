import type { Json } from '../../contract/json.ts'
import type { Usage } from '../../contract/usage.ts'
import type { AnswerEvent } from '../conversation/answer.ts'
import type { Fault } from '../conversation/fault.ts'
import type { StreamPosition } from '../conversation/position.ts'
import type { AnswerStreamReader, AnswerSummary, FormatName, Headers } from '../formats/format.ts'
import type { Frame, Framer } from '../streaming/frame.ts'

/** Turns what a provider streams into what the caller gets. */
export interface StreamTranslator {
  write(event: AnswerEvent): string
  end(): string
}

/**
 * How one request and its answer travel between a caller and a provider: unchanged where both speak the
 * same format, translated where they don't. A lane knows both ends, so that nothing else has to.
 */
export interface Lane {
  readonly format: FormatName
  /** False: the provider's bytes are the caller's answer. */
  readonly translates: boolean
  /** The body for the provider, in pieces: a large one is not copied for the sake of an edit. */
  readonly body: readonly Buffer[] | undefined
  readonly dropped: readonly string[]
  /** What was told of the answer stands at its start: the model goes on behind its last letter. */
  readonly isPrefilled: boolean
  /** Usage that follows from the request where no answer states one (speech: characters). */
  readonly impliedUsage: Usage | undefined
  framer(): Framer
  streamReader(): AnswerStreamReader
  /** Undefined: the frames themselves go to the caller. */
  translator(): StreamTranslator | undefined
  /** In a lane that passes frames on: a writer that goes on where they end; undefined where none can. */
  resume(at: StreamPosition): StreamTranslator | undefined
  /** What ends a complete stream that its provider has not ended; `isCut`: because its connection broke. */
  closing(isCut: boolean): string
  /** In a lane that passes frames on: this one came only because Sidelight asked for it. */
  hides(frame: Frame, events: readonly AnswerEvent[]): boolean
  summarize(answer: Json): AnswerSummary
  /** A whole answer as the stream it might have been. */
  eventsOf(answer: Json): readonly AnswerEvent[]
  /** What a whole answer says, for counting. */
  contentOf(answer: Json): string
  faultIn(answer: Json): Fault | undefined
  readFault(status: number, headers: Headers, body: Json | undefined): Fault
  /** The whole answer in the caller's words; undefined when the provider's bytes are it. */
  translateAnswer(answer: Json): Json | undefined
  /** The whole answer as the stream that the caller asked for; undefined when it cannot be written as one. */
  streamOf(answer: Json): string | undefined
}
