import type { JsonObject } from '../../../contract/json.ts'
import type { Controls, RefusalName } from './controls.ts'
import type { Planning, PlanUsage } from './plan.ts'

/** A request as a wire module sees it. */
export interface Exchange extends Planning {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly contentType: string
  readonly raw: Buffer
  /** Empty when the body is not a JSON object. */
  readonly body: JsonObject
  readonly model: string
  readonly nowMs: number
}

export interface StreamFrame {
  readonly text: string
  /** Output tokens in this frame: what paces the stream and what a caller who leaves has received. */
  readonly tokens: number
  /** Tells the reader that the answer is complete. */
  readonly terminal?: boolean
}

export type Reply =
  | { readonly kind: 'json'; readonly status?: number; readonly body: JsonObject; readonly usage: PlanUsage }
  | {
      readonly kind: 'bytes'
      readonly contentType: string
      readonly bytes: Buffer
      readonly usage: PlanUsage
    }
  | {
      readonly kind: 'stream'
      readonly contentType: string
      readonly frames: readonly StreamFrame[]
      readonly usage: PlanUsage
      /** Frames that are no text hold one byte in each character. */
      readonly encoding?: 'latin1'
    }

/** `message`: what is wrong with the request, when it is no simulated failure. */
export type Words = Pick<Controls, 'code' | 'retryAfter'> & { readonly message?: string }

/** How one family of formats says things that are not answers. */
export interface Wire {
  readonly error: (status: number, words: Words) => JsonObject
  readonly errorFrame: (words: Words) => string
  /** '' where the format has none. */
  readonly ping: string
  /** What it answers when it refuses; undefined where that is a kind of answer. */
  readonly refusals: Readonly<Partial<Record<RefusalName, Refused>>>
}

export interface Refused {
  readonly status: number
  readonly code?: string
}

export type Handler = (exchange: Exchange) => Reply

export const eventStream = 'text/event-stream; charset=utf-8'

export function streamReply(frames: readonly StreamFrame[], usage: PlanUsage): Reply {
  return { kind: 'stream', contentType: eventStream, frames, usage }
}

export function dataFrame(body: unknown, tokens = 0, terminal = false): StreamFrame {
  return { text: `data: ${JSON.stringify(body)}\n\n`, tokens, terminal }
}

export function eventFrame(event: JsonObject, tokens = 0, terminal = false): StreamFrame {
  return { text: `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`, tokens, terminal }
}

/** A request no provider would take. */
export class Refusal extends Error {
  readonly status: number

  constructor(message: string, status = 400) {
    super(message)
    this.status = status
  }
}

export function totalInput(usage: PlanUsage): number {
  return usage.input + usage.cacheRead + usage.cacheWrite
}
