import type { JsonObject } from '../../../contract/json.ts'
import type { Usage } from '../../../contract/usage.ts'
import type { AnswerEvent, FinishReason } from '../../conversation/answer.ts'
import type { ResponsesPosition } from '../../conversation/position.ts'
import type { AnswerFrame } from '../dialect.ts'
import { responseError } from './error.ts'
import { type Emit, tokenOf } from './items.ts'
import { contentWriter } from './output.ts'
import { responseObject, statusOf } from './response.ts'

/** One answer being written: what a stream says on the way and what a whole answer is at the end. */
export interface Draft {
  onEvent(event: AnswerEvent): void
  /** The Response so far, as the first events of a stream state it. */
  opening(): JsonObject
  /** The Response at the end; closes what is open. */
  response(): JsonObject
}

/** What a provider has written of the answer itself. */
export type Resumed = ResponsesPosition & { readonly openText: string }

export function draftAnswer(frame: AnswerFrame, emit: Emit, resumed?: Resumed): Draft {
  const output = { items: [...(resumed?.items ?? [])], token: tokenOf(frame.requestId), emit }
  const content = contentWriter(output, resumed)
  const base = resumed?.response
  let finish: FinishReason | undefined
  let usage: Usage | undefined
  let error: ReturnType<typeof responseError> | undefined
  return {
    onEvent(event) {
      if (event.type === 'usage') usage = event.usage
      else if (event.type === 'error') error = responseError(event.fault)
      else if (event.type === 'finish' && event.choice === 0) {
        finish = event.reason
        content.close(statusOf(finish) === 'incomplete')
      } else content.onEvent(event)
    },
    opening: () => responseObject(frame, { status: 'in_progress', output: [], base }),
    response() {
      const status = error ? 'failed' : statusOf(finish)
      content.close(status !== 'completed')
      return responseObject(frame, { status, output: output.items, finish, usage, error, base })
    },
  }
}

export function writeAnswer(events: readonly AnswerEvent[], frame: AnswerFrame): JsonObject {
  const draft = draftAnswer(frame, () => {})
  for (const event of events) draft.onEvent(event)
  return draft.response()
}
