import type { AnswerEvent, FinishReason } from '../../conversation/answer.ts'

const finishByStop: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_use: 'tool_calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  content_filtered: 'content_filter',
  guardrail_intervened: 'content_filter',
  refusal: 'content_filter',
  pause_turn: 'pause',
}

/** The model wrote what is no answer; asking again may help. */
const malformed = ['malformed_model_output', 'malformed_tool_use']

/** A reason that is not known here ends the answer like any other; its name stays in `raw`. */
export function finishEvent(stopReason: string): AnswerEvent {
  if (malformed.includes(stopReason)) {
    const message = 'The model answered with something malformed.'
    return { type: 'error', fault: { class: 'outage', status: 200, code: stopReason, message } }
  }
  const reason = Object.hasOwn(finishByStop, stopReason) ? finishByStop[stopReason] : undefined
  return { type: 'finish', choice: 0, reason: reason ?? 'stop', raw: stopReason }
}
