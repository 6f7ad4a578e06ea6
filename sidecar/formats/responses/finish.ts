import { arrayAt, objectAt, stringAt } from '../../../contract/json.ts'
import type { AnswerEvent, FinishReason } from '../../conversation/answer.ts'

const reasons: Readonly<Record<string, FinishReason>> = {
  max_output_tokens: 'length',
  max_messages: 'length',
  content_filter: 'content_filter',
}

/** Undefined while the answer is not over (queued and in progress, with `background`). */
export function finishOf(response: unknown): Extract<AnswerEvent, { type: 'finish' }> | undefined {
  const status = stringAt(response, 'status')
  if (status === 'queued' || status === 'in_progress') return undefined
  if (status === 'incomplete') {
    const raw = stringAt(objectAt(response, 'incomplete_details'), 'reason') ?? status
    return { type: 'finish', choice: 0, reason: (Object.hasOwn(reasons, raw) && reasons[raw]) || 'stop', raw }
  }
  const hasCall = arrayAt(response, 'output').some((item) => stringAt(item, 'type') === 'function_call')
  return { type: 'finish', choice: 0, reason: hasCall ? 'tool_calls' : 'stop', raw: status ?? 'completed' }
}
