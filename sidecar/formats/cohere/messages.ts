import { GatewayError } from '../../../contract/errors.ts'
import type { JsonObject } from '../../../contract/json.ts'
import type { MediaPart, Part, TextPart, ToolResultPart, Turn } from '../../conversation/request.ts'
import type { Target } from '../format.ts'

/** What writing the messages may leave out, and for whom they are written. */
export interface MessageNotes {
  readonly target: Target
  readonly dropped: Set<string>
}

export function writeMessages(
  system: readonly TextPart[],
  turns: readonly Turn[],
  notes: MessageNotes,
): JsonObject[] {
  noteCacheMarks([...system, ...turns.flatMap((turn) => turn.parts)], notes)
  const instructions = system.map((part) => part.text).join('\n\n')
  const leading = instructions === '' ? [] : [{ role: 'system', content: instructions }]
  return [...leading, ...turns.flatMap((turn) => writeTurn(turn, notes))]
}

function writeTurn(turn: Turn, notes: MessageNotes): JsonObject[] {
  if (turn.name !== undefined) notes.dropped.add('name')
  if (turn.role === 'assistant') return [writeAssistant(turn.parts, notes)]
  const results = turn.parts.filter((part) => part.type === 'tool_result')
  const others = turn.parts.filter((part) => part.type !== 'tool_result')
  const messages = results.map((part) => writeToolResult(part, notes))
  const content = others.flatMap((part) => writeUserPart(part, turn.role))
  return content.length === 0 ? messages : [...messages, { role: 'user', content: shortest(content) }]
}

function writeUserPart(part: Part, role: Turn['role']): JsonObject[] {
  if (part.type === 'media') return [writeMedia(part)]
  if (part.type !== 'text' && part.type !== 'refusal') return []
  if (part.text === '') return []
  // Cohere takes instructions only before the first turn.
  const text = role === 'system' ? `<system>\n${part.text}\n</system>` : part.text
  return [{ type: 'text', text }]
}

function writeMedia(part: MediaPart): JsonObject {
  const { source } = part
  if (part.kind === 'document' && source.from === 'text') return { type: 'text', text: source.text }
  const detail = part.detail === undefined ? {} : { detail: part.detail }
  if (part.kind === 'image' && source.from === 'url') {
    return { type: 'image_url', image_url: { url: source.url, ...detail } }
  }
  if (part.kind === 'image' && source.from === 'base64') {
    const url = `data:${part.mediaType ?? 'image/png'};base64,${source.data}`
    return { type: 'image_url', image_url: { url, ...detail } }
  }
  throw refused(part)
}

function writeAssistant(parts: readonly Part[], notes: MessageNotes): JsonObject {
  const text = parts.flatMap((part) => (part.type === 'text' || part.type === 'refusal' ? [part.text] : []))
  const calls = parts.flatMap((part) =>
    part.type === 'tool_call'
      ? [{ id: part.id, type: 'function', function: { name: part.name, arguments: part.arguments || '{}' } }]
      : [],
  )
  const media = parts.find((part) => part.type === 'media')
  if (media !== undefined) throw refused(media)
  const content = text.filter((piece) => piece !== '').map((piece) => ({ type: 'text', text: piece }))
  const { plan, thinking } = writeThinking(parts, calls.length > 0, notes)
  return {
    role: 'assistant',
    ...(plan === '' ? {} : { tool_plan: plan }),
    ...(content.length > 0 || thinking.length > 0 ? { content: shortest([...thinking, ...content]) } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  }
}

/**
 * Cohere's thinking has no proof, so only thinking without one is its own. Beside calls it goes back as
 * the plan, which every model with tools takes; elsewhere only reasoning models know the block.
 */
function writeThinking(
  parts: readonly Part[],
  hasCalls: boolean,
  notes: MessageNotes,
): { plan: string; thinking: JsonObject[] } {
  const all = parts.filter((part) => part.type === 'thinking')
  const texts = all.flatMap((part) => (part.signature || part.redacted || !part.text ? [] : [part.text]))
  const takesBlocks = isReasoningModel(notes.target)
  if (texts.length < all.length || (texts.length > 0 && !hasCalls && !takesBlocks)) {
    notes.dropped.add('thinking')
  }
  if (hasCalls) return { plan: texts.join('\n'), thinking: [] }
  return { plan: '', thinking: takesBlocks ? texts.map((thinking) => ({ type: 'thinking', thinking })) : [] }
}

export function isReasoningModel(target: Target): boolean {
  return target.capabilities.includes('reasoning') || target.model.includes('reasoning')
}

function writeToolResult(part: ToolResultPart, notes: MessageNotes): JsonObject {
  if (part.isError) notes.dropped.add('is_error')
  const texts = part.parts.map((inner) => {
    if (inner.type === 'text') return inner.text
    if (inner.source.from === 'text') return inner.source.text
    throw refused(inner)
  })
  return { role: 'tool', tool_call_id: part.callId, content: texts.join('\n') }
}

/** One text is written as the plain string every model takes. */
function shortest(content: readonly JsonObject[]): string | JsonObject[] {
  const [first] = content
  const text = content.length === 1 && first?.['type'] === 'text' ? first['text'] : undefined
  return typeof text === 'string' ? text : [...content]
}

/** Cohere caches prompts by itself. */
function noteCacheMarks(parts: readonly Part[], notes: MessageNotes): void {
  const isMarked = parts.some((part) => 'cache' in part && part.cache !== undefined)
  if (isMarked) notes.dropped.add('cache_control')
}

function refused(part: MediaPart): GatewayError {
  const where = part.source.from === 'file' ? 'a file uploaded to another provider' : `of kind ${part.kind}`
  return new GatewayError(
    'untranslatable',
    `A part of the messages is ${where}. Cohere takes text everywhere, and in user messages images by address or base64.`,
    { param: 'messages[].content' },
  )
}
