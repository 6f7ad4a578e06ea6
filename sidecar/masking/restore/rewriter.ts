import type { JsonObject } from '../../../contract/json.ts'

/** What becomes of one event of an answer. */
export interface Rewritten {
  /** Events that go before it: what was held back of a text that is over. */
  readonly before: readonly JsonObject[]
  /** It was changed in place and is written anew; else its bytes pass as they are. */
  readonly isChanged: boolean
}

/** Restores the events of one dialect's streams. */
export interface StreamRewriter {
  event(data: JsonObject): Rewritten
  /** What is held when the answer is over. */
  end(): readonly JsonObject[]
}

export const unchanged: Rewritten = { before: [], isChanged: false }
