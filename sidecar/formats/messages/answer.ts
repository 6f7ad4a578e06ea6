import { arrayAt, isObject, type Json, objectAt, stringAt } from '../../../contract/json.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { AnswerSummary } from '../format.ts'
import { finishReason } from './stop-reason.ts'
import { messagesUsage } from './usage.ts'

export function readAnswer(body: Json): readonly AnswerEvent[] {
  const events: AnswerEvent[] = [
    { type: 'start', id: stringAt(body, 'id') ?? '', model: stringAt(body, 'model') ?? '' },
  ]
  let calls = 0
  for (const block of arrayAt(body, 'content')) {
    events.push(...blockEvents(block, calls))
    if (stringAt(block, 'type') === 'tool_use') calls += 1
  }
  const stop = stringAt(body, 'stop_reason')
  if (stop !== undefined) events.push({ type: 'finish', choice: 0, reason: finishReason(stop), raw: stop })
  const usage = messagesUsage(objectAt(body, 'usage'))
  if (usage !== undefined) events.push({ type: 'usage', usage })
  events.push({ type: 'end' })
  return events
}

/** Blocks of server tools, and those invented after this was written, have no events. */
function blockEvents(block: Json, call: number): readonly AnswerEvent[] {
  switch (stringAt(block, 'type')) {
    case 'text':
      return textEvents('text', stringAt(block, 'text'))
    case 'thinking':
      return [
        ...textEvents('thinking', stringAt(block, 'thinking')),
        ...proofEvents({ signature: stringAt(block, 'signature') }),
      ]
    case 'redacted_thinking':
      return proofEvents({ redacted: stringAt(block, 'data') })
    case 'tool_use':
      return [
        callEvent(block, call),
        { type: 'tool_arguments', choice: 0, call, json: JSON.stringify(objectAt(block, 'input') ?? {}) },
      ]
    default:
      return mediaEvents(block)
  }
}

export function textEvents(type: 'text' | 'thinking', text: string | undefined): readonly AnswerEvent[] {
  return text ? [{ type, choice: 0, text }] : []
}

export function proofEvents(proof: {
  signature?: string | undefined
  redacted?: string | undefined
}): readonly AnswerEvent[] {
  const { signature, redacted } = proof
  if (!signature && !redacted) return []
  return [
    {
      type: 'thinking_proof',
      choice: 0,
      ...(signature ? { signature } : {}),
      ...(redacted ? { redacted } : {}),
      issuer: 'anthropic',
    },
  ]
}

export function callEvent(block: unknown, call: number): AnswerEvent {
  const id = stringAt(block, 'id') ?? ''
  return { type: 'tool_call', choice: 0, call, id, name: stringAt(block, 'name') ?? '' }
}

/** Anthropic makes no pictures; other hosts of this format write them as the request would. */
export function mediaEvents(block: unknown): readonly AnswerEvent[] {
  const source = objectAt(block, 'source')
  const data = stringAt(source, 'data')
  const mediaType = stringAt(source, 'media_type')
  if (stringAt(source, 'type') !== 'base64' || data === undefined || mediaType === undefined) return []
  return [{ type: 'media', choice: 0, mediaType, data }]
}

export function summarize(body: Json): AnswerSummary {
  if (!isObject(body)) return {}
  const model = stringAt(body, 'model')
  const responseId = stringAt(body, 'id')
  const stop = stringAt(body, 'stop_reason')
  const usage = messagesUsage(objectAt(body, 'usage'))
  return {
    ...(model === undefined ? {} : { model }),
    ...(responseId === undefined ? {} : { responseId }),
    ...(stop === undefined ? {} : { finishReason: stop }),
    ...(usage === undefined ? {} : { usage }),
  }
}
