import type { FinishReason } from '../../conversation/answer.ts'
import type { Fault } from '../../conversation/fault.ts'

const finishes: ReadonlyMap<string, FinishReason> = new Map([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['SAFETY', 'content_filter'],
  ['RECITATION', 'content_filter'],
  ['BLOCKLIST', 'content_filter'],
  ['PROHIBITED_CONTENT', 'content_filter'],
  ['SPII', 'content_filter'],
  ['MODEL_ARMOR', 'content_filter'],
  // The answer may be continued with a token that only Google's own clients send.
  ['CONTINUATION', 'length'],
])

/** Reasons that mean the model failed: another try may well succeed. */
const failures = new Set([
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MALFORMED_RESPONSE',
  'MISSING_THOUGHT_SIGNATURE',
])

/** Every reason about an image is a filter's; what nobody knows yet is a stop. `STOP` after a function call means that the caller is to run it. */
export function finishOf(raw: string, hasCalls: boolean): FinishReason {
  const reason = finishes.get(raw) ?? (raw.startsWith('IMAGE_') ? 'content_filter' : 'stop')
  return reason === 'stop' && hasCalls ? 'tool_calls' : reason
}

export function failureOf(raw: string): Fault | undefined {
  if (!failures.has(raw)) return undefined
  return {
    class: 'outage',
    status: 200,
    code: raw.toLowerCase(),
    message: `The model ended with ${raw}.`,
  }
}
