import { arrayAt, type Json, objectAt, stringAt } from '../../../contract/json.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { AnswerSummary } from '../format.ts'
import { finishEvent } from './stop-reason.ts'
import { converseUsage } from './usage.ts'

/** Converse names neither the answer nor the model. */
export const startEvent: AnswerEvent = { type: 'start', id: '', model: '' }

export function readAnswer(body: Json): readonly AnswerEvent[] {
  const events: AnswerEvent[] = [startEvent]
  let calls = 0
  for (const block of arrayAt(objectAt(objectAt(body, 'output'), 'message'), 'content')) {
    const toolUse = callersTool(block)
    if (toolUse === undefined) events.push(...blockEvents(block))
    else {
      events.push(callEvent(toolUse, calls))
      const json = JSON.stringify(objectAt(toolUse, 'input') ?? {})
      events.push({ type: 'tool_arguments', choice: 0, call: calls, json })
      calls += 1
    }
  }
  const usage = converseUsage(objectAt(body, 'usage'), objectAt(body, 'serviceTier'))
  if (usage !== undefined) events.push({ type: 'usage', usage })
  const stop = stringAt(body, 'stopReason')
  if (stop === undefined) return events
  const finish = finishEvent(stop)
  events.push(finish)
  if (finish.type !== 'error') events.push({ type: 'end' })
  return events
}

/** Tools that Bedrock runs itself are not the caller's to answer. */
export function callersTool(block: unknown): Json | undefined {
  const toolUse = objectAt(block, 'toolUse')
  return stringAt(toolUse, 'type') === 'server_tool_use' ? undefined : toolUse
}

export function callEvent(toolUse: unknown, call: number): AnswerEvent {
  const id = stringAt(toolUse, 'toolUseId') ?? ''
  return { type: 'tool_call', choice: 0, call, id, name: stringAt(toolUse, 'name') ?? '' }
}

/** Blocks invented after this was written have no events. */
function blockEvents(block: Json): readonly AnswerEvent[] {
  const reasoning = objectAt(block, 'reasoningContent')
  if (reasoning !== undefined) {
    const text = objectAt(reasoning, 'reasoningText')
    return [
      ...textEvents('thinking', stringAt(text, 'text')),
      ...proofEvents(stringAt(text, 'signature'), stringAt(reasoning, 'redactedContent')),
    ]
  }
  const cited = arrayAt(objectAt(block, 'citationsContent'), 'content')
  return [
    ...textEvents('text', stringAt(block, 'text')),
    ...cited.flatMap((part) => textEvents('text', stringAt(part, 'text'))),
    ...mediaEvents('image', objectAt(block, 'image')),
    ...mediaEvents('audio', objectAt(block, 'audio')),
  ]
}

export function textEvents(type: 'text' | 'thinking', text: string | undefined): readonly AnswerEvent[] {
  return text ? [{ type, choice: 0, text }] : []
}

export function proofEvents(
  signature: string | undefined,
  redacted: string | undefined,
): readonly AnswerEvent[] {
  if (!signature && !redacted) return []
  return [
    {
      type: 'thinking_proof',
      choice: 0,
      ...(signature ? { signature } : {}),
      ...(redacted ? { redacted } : {}),
      issuer: 'bedrock',
    },
  ]
}

export function mediaEvents(kind: 'image' | 'audio', block: unknown): readonly AnswerEvent[] {
  const data = stringAt(objectAt(block, 'source'), 'bytes')
  const format = stringAt(block, 'format')
  if (!data || format === undefined) return []
  return [{ type: 'media', choice: 0, mediaType: `${kind}/${format}`, data }]
}

export function summarize(body: Json): AnswerSummary {
  const usage = converseUsage(objectAt(body, 'usage'), objectAt(body, 'serviceTier'))
  const finishReason = stringAt(body, 'stopReason')
  return {
    ...(finishReason === undefined ? {} : { finishReason }),
    ...(usage === undefined ? {} : { usage }),
  }
}
