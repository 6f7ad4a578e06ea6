import type { ErrorCode } from '../../contract/errors.ts'
import type { JsonObject } from '../../contract/json.ts'
import type { Conversation } from '../conversation/request.ts'
import type { CallProof } from '../conversation/signature-store.ts'
import type { TranslationAsk } from './translation.ts'

/** To the worker: a body to read, then the proofs for the tool calls that were found in it. */
export type ToWorker =
  | { readonly kind: 'body'; readonly id: number; readonly ask: TranslationAsk; readonly bytes: Uint8Array }
  | {
      readonly kind: 'proofs'
      readonly id: number
      readonly proofs: readonly (readonly [string, CallProof])[]
    }

export type FromWorker =
  /** The store of proofs lives with the requests, not here: it is asked for what is needed. */
  | { readonly kind: 'calls'; readonly id: number; readonly callIds: readonly string[] }
  | {
      readonly kind: 'written'
      readonly id: number
      readonly bytes: Uint8Array
      readonly dropped: readonly string[]
      readonly conversation: Conversation
      readonly body: JsonObject
    }
  | {
      readonly kind: 'refused'
      readonly id: number
      readonly code: ErrorCode
      readonly message: string
      readonly status: number
      readonly param: string | undefined
    }
  | { readonly kind: 'failed'; readonly id: number }
