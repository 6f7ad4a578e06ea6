import { arrayAt, isObject, type Json, type JsonObject, stringAt } from '../../../contract/json.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'

/** The events of one finished output item; `call` counts the function calls before it. */
export function itemEvents(item: Json, call: number): AnswerEvent[] {
  if (!isObject(item)) return []
  switch (item['type']) {
    case 'message':
      return messageEvents(item)
    case 'reasoning':
      return [...thinkingEvents(item), ...proofEvents(item)]
    case 'function_call':
      return [callEvent(item, call), ...argumentEvents(call, stringAt(item, 'arguments') ?? '')]
    case 'image_generation_call':
      return imageEvents(item)
    // Items of hosted tools, and those invented after this was written, have no events.
    default:
      return []
  }
}

export function messageEvents(item: JsonObject): AnswerEvent[] {
  return arrayAt(item, 'content').flatMap((part): AnswerEvent[] => {
    const text = stringAt(part, 'text')
    if (text) return [{ type: 'text', choice: 0, text }]
    const refusal = stringAt(part, 'refusal')
    return refusal ? [{ type: 'refusal', choice: 0, text: refusal }] : []
  })
}

/** What stands between two parts of a reasoning summary. */
export const summarySeparator = '\n\n'

/** Hosts of open-weight models give the reasoning itself, OpenAI a summary. Of both, the reasoning. */
export function thinkingEvents(item: JsonObject): AnswerEvent[] {
  const texts = (key: string) => arrayAt(item, key).map((part) => stringAt(part, 'text') ?? '')
  const text = texts('content').join('') || texts('summary').filter(Boolean).join(summarySeparator)
  return text === '' ? [] : [{ type: 'thinking', choice: 0, text }]
}

export function proofEvents(item: JsonObject): AnswerEvent[] {
  const encrypted = stringAt(item, 'encrypted_content')
  if (!encrypted) return []
  const id = stringAt(item, 'id')
  const hasText = thinkingEvents(item).length > 0
  const proof = hasText ? { signature: encrypted } : { redacted: encrypted }
  return [{ type: 'thinking_proof', choice: 0, ...proof, issuer: 'openai', ...(id ? { id } : {}) }]
}

export function callEvent(item: JsonObject, call: number): AnswerEvent {
  const id = stringAt(item, 'call_id') ?? stringAt(item, 'id') ?? `call_${call}`
  return { type: 'tool_call', choice: 0, call, id, name: stringAt(item, 'name') ?? '' }
}

export function argumentEvents(call: number, json: string): AnswerEvent[] {
  return json === '' ? [] : [{ type: 'tool_arguments', choice: 0, call, json }]
}

function imageEvents(item: JsonObject): AnswerEvent[] {
  const data = stringAt(item, 'result')
  if (!data) return []
  const mediaType = `image/${stringAt(item, 'output_format') ?? 'png'}`
  return [{ type: 'media', choice: 0, mediaType, data }]
}
