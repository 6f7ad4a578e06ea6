import type { JsonObject } from '../../../contract/json.ts'
import type {
  Conversation,
  Part,
  TextPart,
  ThinkingPart,
  ToolResultPart,
  Turn,
} from '../../conversation/request.ts'
import type { Target } from '../format.ts'
import { contentPart } from './parts.ts'

/** Turns as items: every message, call, result and reasoning is an item of its own, in their order. */
export function inputItems(conversation: Conversation, target: Target, dropped: Set<string>): JsonObject[] {
  const instructions = systemItem(conversation.system, target, dropped)
  return [...instructions, ...conversation.turns.flatMap((turn) => turnItems(turn, target, dropped))]
}

/** A message, not `instructions`: it takes several parts, and not every host knows the field. */
function systemItem(parts: readonly Part[], target: Target, dropped: Set<string>): JsonObject[] {
  if (parts.length === 0) return []
  const role = target.quirks.developerRole ? 'developer' : 'system'
  return [message(role, inputParts(parts, dropped))]
}

function turnItems(turn: Turn, target: Target, dropped: Set<string>): JsonObject[] {
  if (turn.name !== undefined) dropped.add('name')
  if (turn.role === 'system') return systemItem(turn.parts, target, dropped)
  const items: JsonObject[] = []
  let open: JsonObject[] = []
  const closeMessage = () => {
    if (open.length > 0) items.push(message(turn.role, open))
    open = []
  }
  for (const part of turn.parts) {
    const item = itemOf(part, dropped)
    if (item === undefined) {
      open.push(...(turn.role === 'assistant' ? outputParts(part, dropped) : inputParts([part], dropped)))
    } else {
      closeMessage()
      items.push(...item)
    }
  }
  closeMessage()
  return items
}

function message(role: string, content: JsonObject[]): JsonObject {
  return { type: 'message', role, content }
}

/** Undefined for parts that belong into a message. */
function itemOf(part: Part, dropped: Set<string>): JsonObject[] | undefined {
  switch (part.type) {
    case 'thinking':
      return reasoningItem(part, dropped)
    case 'tool_call': {
      const { id, name } = part
      return [{ type: 'function_call', call_id: id, name, arguments: part.arguments || '{}' }]
    }
    case 'tool_result':
      return [resultItem(part, dropped)]
    default:
      return undefined
  }
}

/** Only its issuer can read a proof, and without one OpenAI looks the id up and finds nothing. */
function reasoningItem(part: ThinkingPart, dropped: Set<string>): JsonObject[] {
  const encrypted = part.signature ?? part.redacted
  if (part.issuer !== 'openai' || !encrypted) {
    dropped.add('thinking')
    return []
  }
  const summary = part.text === '' ? [] : [{ type: 'summary_text', text: part.text }]
  const id = part.id === undefined ? {} : { id: part.id }
  return [{ type: 'reasoning', ...id, summary, encrypted_content: encrypted }]
}

function resultItem(part: ToolResultPart, dropped: Set<string>): JsonObject {
  if (part.isError === true) dropped.add('is_error')
  if (part.cache !== undefined) dropped.add('cache_control')
  const isText = part.parts.every((inner): inner is TextPart => inner.type === 'text')
  const output =
    isText && part.parts.length <= 1 ? (part.parts[0]?.text ?? '') : inputParts(part.parts, dropped)
  return { type: 'function_call_output', call_id: part.callId, output }
}

function inputParts(parts: readonly Part[], dropped: Set<string>): JsonObject[] {
  return parts.flatMap((part) => contentPart(part, dropped))
}

/** What the model said: of media it takes back only what it has an item for, and that needs its own id. */
function outputParts(part: Part, dropped: Set<string>): JsonObject[] {
  if (part.type === 'text') return [{ type: 'output_text', text: part.text }]
  if (part.type === 'refusal') return [{ type: 'refusal', refusal: part.text }]
  dropped.add('assistant_media')
  return []
}
