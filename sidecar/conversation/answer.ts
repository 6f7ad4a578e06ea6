import type { Usage } from '../../contract/usage.ts'
import type { Fault } from './fault.ts'
import type { Vendor } from './request.ts'

/**
 * An answer in no vendor's words, as the sequence of things that happen. A whole answer is read into the
 * same sequence a stream gives, so a streamed and an unstreamed answer can only differ where providers do.
 *
 * Order: start, then content in the order it stands in the answer, then finish, usage (any time after
 * start; the last one counts and is complete), end. Deltas of one kind in a row belong to one block; a
 * change of kind, or of tool-call index, starts a new one. `choice` is 0 unless several were asked for.
 */
export type AnswerEvent =
  | { readonly type: 'start'; readonly id: string; readonly model: string; readonly createdAt?: number }
  | { readonly type: 'text'; readonly choice: number; readonly text: string }
  | { readonly type: 'refusal'; readonly choice: number; readonly text: string }
  | { readonly type: 'thinking'; readonly choice: number; readonly text: string }
  /** Closes the current thinking block with its proof, or stands alone for redacted thinking. */
  | {
      readonly type: 'thinking_proof'
      readonly choice: number
      readonly signature?: string
      readonly redacted?: string
      readonly issuer: Vendor
      readonly id?: string
    }
  /** `call` counts tool calls of this choice from 0. */
  | {
      readonly type: 'tool_call'
      readonly choice: number
      readonly call: number
      readonly id: string
      readonly name: string
      readonly signature?: string
      readonly issuer?: Vendor
    }
  | { readonly type: 'tool_arguments'; readonly choice: number; readonly call: number; readonly json: string }
  /** An image or sound the model made. */
  | { readonly type: 'media'; readonly choice: number; readonly mediaType: string; readonly data: string }
  | { readonly type: 'finish'; readonly choice: number; readonly reason: FinishReason; readonly raw: string }
  | { readonly type: 'usage'; readonly usage: Usage }
  /** The provider's own mark that the answer is complete. */
  | { readonly type: 'end' }
  /** The provider gave up inside a 200. */
  | { readonly type: 'error'; readonly fault: Fault }

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'pause'

/** A finish reason that is really a failure (malformed tool call, insufficient resource) is an `error` event. */

/** Text, thinking, tool calls, media, refusals: what a caller would notice. Pings and role chunks are not. */
export function isContent(event: AnswerEvent): boolean {
  switch (event.type) {
    case 'text':
    case 'refusal':
    case 'thinking':
      return event.text !== ''
    case 'tool_arguments':
      return event.json !== ''
    case 'tool_call':
    case 'media':
    case 'thinking_proof':
      return true
    default:
      return false
  }
}

/** What an answer says in words, its calls among them: what tokens are counted from. */
export function contentText(events: readonly AnswerEvent[]): string {
  let text = ''
  for (const event of events) {
    if (event.type === 'text' || event.type === 'refusal' || event.type === 'thinking') text += event.text
    else if (event.type === 'tool_arguments') text += event.json
  }
  return text
}

/** What readers of streams give for a frame that is no JSON; told from one that says nothing by its identity. */
export const unreadable: readonly AnswerEvent[] = []
