import { isObject, type Json, type JsonObject } from '../../contract/json.ts'
import type { DialectName } from '../dialects/dialect.ts'
import type { FormatName, HostQuirks } from '../formats/format.ts'

/** Said to models that can't be given the start of their answer. */
export const goOn =
  'Your answer was cut off where it ends above. Go on from exactly there: write only what comes next, without repeating anything and without a remark.'

interface Asked {
  readonly text: string
  /** The text stands as the start of the answer, nothing behind it. */
  readonly isPrefill: boolean
}

interface Manner {
  readonly key: string
  readonly role: string
  /** A turn of text. */
  turn(role: string, text: string): JsonObject
}

const plain = (role: string, text: string) => ({ role, content: text })

const manners: Readonly<Record<DialectName, Manner>> = {
  chat: { key: 'messages', role: 'assistant', turn: plain },
  messages: { key: 'messages', role: 'assistant', turn: plain },
  responses: { key: 'input', role: 'assistant', turn: plain },
  gemini: { key: 'contents', role: 'model', turn: (role, text) => ({ role, parts: [{ text }] }) },
}

/**
 * The turns of the caller's own request, in its own dialect, with the answer so far as one of the assistant. All
 * the rest of the body stays as the caller wrote it, whoever it goes to.
 */
export function continuedTurns(
  dialect: DialectName,
  body: { get(key: string): Json | undefined },
  asked: Asked,
): JsonObject {
  const { key, role, turn } = manners[dialect]
  const stated = body.get(key)
  const turns = Array.isArray(stated) ? [...stated] : typeof stated === 'string' ? [turn('user', stated)] : []
  const joined = joinedTurn(turns.at(-1), role, asked.text)
  if (joined === undefined) turns.push(turn(role, asked.text))
  else turns[turns.length - 1] = joined
  if (!asked.isPrefill) turns.push(turn('user', goOn))
  return { [key]: turns }
}

/** A caller that began the answer itself has one turn of the assistant more already. */
function joinedTurn(last: Json | undefined, role: string, text: string): JsonObject | undefined {
  if (!isObject(last) || last['role'] !== role || last['tool_calls'] !== undefined) return undefined
  const { content, parts } = last
  if (typeof content === 'string') return { ...last, content: content + text }
  if (Array.isArray(content) && last['type'] === undefined)
    return { ...last, content: [...content, { type: 'text', text }] }
  return Array.isArray(parts) ? { ...last, parts: [...parts, { text }] } : undefined
}

/** How a host of OpenAI's format is told to go on with the last message instead of beginning another. */
export function markPrefill(body: JsonObject, format: FormatName, quirks: HostQuirks): JsonObject {
  if (format !== 'chat' || quirks.prefill === undefined) return body
  if (quirks.prefill === 'continue_final_message')
    return { ...body, continue_final_message: true, add_generation_prompt: false }
  const messages = body['messages']
  const last = Array.isArray(messages) ? messages.at(-1) : undefined
  if (!Array.isArray(messages) || !isObject(last)) return body
  return { ...body, messages: [...messages.slice(0, -1), { ...last, [quirks.prefill]: true }] }
}
