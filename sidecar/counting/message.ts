import type { Counted } from './count.ts'

/** What a job counts: texts as they are, or the prompt in the body of a request. */
export type CountJob =
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  | { readonly kind: 'prompt'; readonly bytes: Uint8Array }

export interface CountAsk {
  readonly id: number
  readonly job: CountJob
  readonly budgetMs: number
}

/** `counted` is absent where the job could not be read. */
export interface CountReply {
  readonly id: number
  readonly counted: Counted | undefined
}
