import type { ErrorKind } from '../../contract/errors.ts'
import type { JsonObject } from '../../contract/json.ts'
import type { AnswerEvent } from '../conversation/answer.ts'
import type { StreamPosition } from '../conversation/position.ts'
import type { Conversation } from '../conversation/request.ts'

export type DialectName = 'chat' | 'responses' | 'messages' | 'gemini'

/** What an answer needs to know of the request it answers. */
export interface AnswerFrame {
  /** Sidelight's request id: the source of ids the caller sees when the provider gave none. */
  readonly requestId: string
  /** The model name the caller used or the served one: written where the dialect states the model. */
  readonly model: string
  readonly createdAtMs: number
  readonly wantsStreamUsage: boolean
  /** The request as read; dialects that echo it (Responses) look here. */
  readonly request: Conversation
  /** The caller's own body: Responses echoes tools, instructions and more. */
  readonly body: JsonObject
  /** Token estimate of the prompt, for dialects that state input usage before the provider does. */
  readonly estimatedInputTokens: number
}

export interface ErrorBody {
  readonly status: number
  readonly kind: ErrorKind
  readonly code: string
  readonly message: string
  readonly param?: string
  readonly requestId: string
}

/** Turns answer events into the bytes of a stream, keeping what it must to stay well-formed. */
export interface AnswerStreamWriter {
  /** The frames for one event; '' when it has nothing to say yet. */
  write(event: AnswerEvent): string
  /** The frames that end a complete answer ([DONE], message_stop …). Called once, only after `end`. */
  end(): string
}

/** How one family of callers speaks. Pure: bodies in, bodies out. */
export interface Dialect {
  readonly name: DialectName
  /**
   * Reads a caller's body. Throws GatewayError('invalid_body') naming the field for what no provider could
   * take, GatewayError('untranslatable') for what needs state elsewhere (previous_response_id …).
   * `path` carries what the dialect puts into the URL (Gemini: model and streaming).
   */
  readRequest(body: JsonObject, path: { readonly model?: string; readonly stream?: boolean }): Conversation
  writeAnswer(events: readonly AnswerEvent[], frame: AnswerFrame): JsonObject
  /** With `at` it goes on with a stream that a provider began in this dialect, as if it had written that itself. */
  streamWriter(frame: AnswerFrame, at?: StreamPosition): AnswerStreamWriter
  writeError(error: ErrorBody): JsonObject
  /** An error inside a stream whose head is out: the frames that say so; never a clean end after them. */
  writeStreamError(error: ErrorBody): string
}
