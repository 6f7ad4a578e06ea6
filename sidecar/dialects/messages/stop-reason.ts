import type { AnswerEvent, FinishReason } from '../../conversation/answer.ts'
import type { ContentBlocks } from './content.ts'

type FinishEvent = Extract<AnswerEvent, { type: 'finish' }>

const stopByFinish: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  content_filter: 'refusal',
  pause: 'pause_turn',
}

/** Anthropic's finer words for the same reason, kept where the provider used them. */
const finer: Readonly<Record<string, FinishReason>> = {
  stop_sequence: 'stop',
  model_context_window_exceeded: 'length',
}

export function stopReason(finish: FinishEvent | undefined, content: ContentBlocks): string {
  const reason = finish?.reason ?? 'stop'
  if (reason === 'stop') {
    // Some hosts end with `stop` after calls, and callers run tools only on `tool_use`.
    if (content.hasCalls) return 'tool_use'
    if (content.hasRefusal) return 'refusal'
  }
  const raw = finish?.raw ?? ''
  return Object.hasOwn(finer, raw) && finer[raw] === reason ? raw : stopByFinish[reason]
}
