import type { FinishReason } from '../../conversation/answer.ts'

const finishByStop: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
  pause_turn: 'pause',
  // The server closed the context to summarise it; the turn goes on like a paused one.
  compaction: 'pause',
}

/** A reason that is not known here ends the answer like any other; its name stays in `raw`. */
export function finishReason(stopReason: string): FinishReason {
  return Object.hasOwn(finishByStop, stopReason) ? (finishByStop[stopReason] ?? 'stop') : 'stop'
}
