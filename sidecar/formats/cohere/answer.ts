import { arrayAt, type Json, objectAt, stringAt } from '../../../contract/json.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { AnswerSummary } from '../format.ts'
import { finishEvent } from './finish-reason.ts'
import { cohereUsage } from './usage.ts'

/** Cohere names its answer but not the model. Citations point into documents the caller did not send. */
export function readAnswer(body: Json): readonly AnswerEvent[] {
  const message = objectAt(body, 'message')
  const events: AnswerEvent[] = [startEvent(body), ...textEvents('thinking', stringAt(message, 'tool_plan'))]
  for (const block of arrayAt(message, 'content')) events.push(...contentEvents(block))
  arrayAt(message, 'tool_calls').forEach((toolCall, call) => {
    events.push(callEvent(toolCall, call))
    const json = stringAt(objectAt(toolCall, 'function'), 'arguments') || '{}'
    events.push({ type: 'tool_arguments', choice: 0, call, json })
  })
  const usage = cohereUsage(objectAt(body, 'usage'))
  if (usage !== undefined) events.push({ type: 'usage', usage })
  const reason = stringAt(body, 'finish_reason')
  if (reason === undefined) return events
  const finish = finishEvent(reason)
  events.push(finish)
  if (finish.type !== 'error') events.push({ type: 'end' })
  return events
}

export function startEvent(body: unknown): AnswerEvent {
  return { type: 'start', id: stringAt(body, 'id') ?? '', model: '' }
}

/** A block of content, or the piece of one that a stream brings. */
export function contentEvents(block: unknown): readonly AnswerEvent[] {
  return [
    ...textEvents('thinking', stringAt(block, 'thinking')),
    ...textEvents('text', stringAt(block, 'text')),
  ]
}

/** The plan a model makes before it calls tools is thinking: it never becomes part of the answer. */
export function textEvents(type: 'text' | 'thinking', text: string | undefined): readonly AnswerEvent[] {
  return text ? [{ type, choice: 0, text }] : []
}

export function callEvent(toolCall: unknown, call: number): AnswerEvent {
  const name = stringAt(objectAt(toolCall, 'function'), 'name') ?? ''
  return { type: 'tool_call', choice: 0, call, id: stringAt(toolCall, 'id') ?? '', name }
}

export function summarize(body: Json): AnswerSummary {
  const responseId = stringAt(body, 'id')
  const finishReason = stringAt(body, 'finish_reason')
  // Embeddings and rerankings state theirs in `meta`.
  const usage = cohereUsage(objectAt(body, 'usage') ?? objectAt(body, 'meta'))
  return {
    ...(responseId === undefined ? {} : { responseId }),
    ...(finishReason === undefined ? {} : { finishReason }),
    ...(usage === undefined ? {} : { usage }),
  }
}
