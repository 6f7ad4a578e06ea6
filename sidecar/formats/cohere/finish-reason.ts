import type { AnswerEvent, FinishReason } from '../../conversation/answer.ts'
import type { FaultClass } from '../../conversation/fault.ts'

const finishByReason: Readonly<Record<string, FinishReason>> = {
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop',
  MAX_TOKENS: 'length',
  TOOL_CALL: 'tool_calls',
  ERROR_TOXIC: 'content_filter',
}

const faultByReason: Readonly<Record<string, FaultClass>> = {
  ERROR: 'outage',
  ERROR_LIMIT: 'context_length',
  TIMEOUT: 'slow',
}

/** Some reasons say that there is no answer. One that is not known here ends it like any other. */
export function finishEvent(raw: string, words?: string): AnswerEvent {
  if (Object.hasOwn(faultByReason, raw)) {
    const message = words || 'Cohere could not finish its answer.'
    const fault = { class: faultByReason[raw] ?? 'outage', status: 200, code: raw, message } as const
    return { type: 'error', fault }
  }
  const reason = Object.hasOwn(finishByReason, raw) ? finishByReason[raw] : undefined
  return { type: 'finish', choice: 0, reason: reason ?? 'stop', raw }
}
