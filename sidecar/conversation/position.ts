import type { JsonObject } from '../../contract/json.ts'
import type { AnswerEvent } from './answer.ts'

/** Where a stream stands that its provider wrote itself: whoever goes on must fit what the caller has. */
export interface StreamPosition {
  readonly start: Extract<AnswerEvent, { type: 'start' }> | undefined
  /** What the format numbers and keeps open; undefined for formats that do neither. */
  readonly wire: WirePosition | undefined
  /** What the open block or item has said so far. */
  readonly openText: string
}

export type WirePosition = MessagesPosition | ResponsesPosition

export interface MessagesPosition {
  readonly format: 'messages'
  /** Of the block that is open, or comes next. */
  readonly index: number
  readonly open: 'text' | 'thinking' | 'other' | undefined
}

export interface ResponsesPosition {
  readonly format: 'responses'
  /** The Response as its first event stated it. */
  readonly response: JsonObject
  /** Number of the next event. */
  readonly sequence: number
  /** Items that are complete. */
  readonly items: readonly JsonObject[]
  readonly open: OpenItem | undefined
}

/** The output item that is being written. */
export interface OpenItem {
  readonly item: JsonObject
  /** Characters its open part has said so far. */
  readonly chars: number
  readonly hasOpenPart: boolean
}
