import type { FinishReason } from '../../conversation/answer.ts'

/** Finish reasons that are really failures of the provider: worth another try. */
const failures = new Set(['error', 'network_error', 'insufficient_system_resource'])

const reasons: Readonly<Record<string, FinishReason>> = {
  length: 'length',
  max_tokens: 'length',
  model_length: 'length', // Mistral
  model_context_window_exceeded: 'length', // Z.ai
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'content_filter',
  sensitive: 'content_filter', // Z.ai
}

export function isFailedFinish(raw: string): boolean {
  return failures.has(raw)
}

/** Every other word means stop. A forced tool call ends with `stop` at OpenAI and most hosts. */
export function finishReason(raw: string, hasCalls: boolean): FinishReason {
  const reason = Object.hasOwn(reasons, raw) ? reasons[raw] : undefined
  return reason ?? (hasCalls ? 'tool_calls' : 'stop')
}
