import type { JsonObject } from '../../../contract/json.ts'
import { reasoningDetail } from '../../conversation/reasoning-details.ts'
import type {
  Conversation,
  MediaPart,
  Part,
  TextPart,
  ThinkingPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from '../../conversation/request.ts'
import type { HostQuirks } from '../format.ts'
import { type ContentContext, writeContent, writePart } from './parts.ts'
import { toolId } from './tool-ids.ts'

export function writeMessages(
  conversation: Conversation,
  quirks: HostQuirks,
  dropped: Set<string>,
): JsonObject[] {
  const context: ContentContext = { quirks, dropped }
  const role = quirks.developerRole ? 'developer' : 'system'
  const messages: JsonObject[] = []
  const instructions = instructionParts(conversation, quirks)
  if (instructions.length > 0) messages.push({ role, content: writeInstructions(instructions, context) })
  for (const turn of conversation.turns) {
    if (turn.role === 'system')
      messages.push({ role, content: writeInstructions(turn.parts.filter(isText), context) })
    else if (turn.role === 'user') messages.push(...userMessages(turn, context))
    else messages.push(assistantMessage(turn, context))
  }
  return messages
}

function instructionParts(conversation: Conversation, quirks: HostQuirks): readonly TextPart[] {
  const { output } = conversation
  if (output?.type !== 'schema' || quirks.jsonSchema !== false) return conversation.system
  const text = `Answer with one JSON object that follows this JSON schema:\n${JSON.stringify(output.schema)}`
  return [...conversation.system, { type: 'text', text }]
}

/** Not every host takes instructions as a list of parts, so they are joined where no cache mark divides them. */
function writeInstructions(parts: readonly TextPart[], context: ContentContext) {
  const isMarked = context.quirks.cacheMarks !== undefined && parts.some((part) => part.cache !== undefined)
  if (isMarked) return writeContent(parts, context)
  if (parts.some((part) => part.cache !== undefined)) context.dropped.add('cache_control')
  return parts.map((part) => part.text).join('\n\n')
}

/** Results come first: they must stand right after the calls they answer. */
function userMessages(turn: Turn, context: ContentContext): JsonObject[] {
  const messages: JsonObject[] = []
  const shown: Part[] = []
  for (const part of turn.parts) {
    if (part.type !== 'tool_result') continue
    messages.push(toolMessage(part, context))
    const media = part.parts.filter((each) => each.type === 'media')
    if (media.length > 0) shown.push({ type: 'text', text: 'Media of the tool result:' }, ...media)
  }
  // A tool message holds only text, so what a tool showed follows as if the user did.
  const said = turn.parts.filter((part) => part.type === 'text' || part.type === 'media')
  const content = [...shown, ...said]
  if (content.length === 0 && messages.length > 0) return messages
  const name = turn.name === undefined ? {} : { name: turn.name }
  return [...messages, { role: 'user', ...name, content: writeContent(content.filter(isContent), context) }]
}

function toolMessage(result: ToolResultPart, context: ContentContext): JsonObject {
  if (result.isError) context.dropped.add('is_error')
  const texts = result.parts.filter(isText).map((part) => part.text)
  const isMarked = result.cache !== undefined || result.parts.some((part) => part.cache !== undefined)
  if (isMarked) context.dropped.add('cache_control')
  return { role: 'tool', tool_call_id: toolId(result.callId, context.quirks), content: texts.join('\n') }
}

function assistantMessage(turn: Turn, context: ContentContext): JsonObject {
  const calls = turn.parts.filter((part) => part.type === 'tool_call')
  const thinking = turn.parts.filter((part) => part.type === 'thinking')
  const { fields, parts } = thinkingBack(thinking, context)
  const content = turn.parts.flatMap((part) => spoken(part))
  return {
    role: 'assistant',
    ...(turn.name === undefined ? {} : { name: turn.name }),
    content: assistantContent(content, { before: parts, hasCalls: calls.length > 0, context }),
    ...fields,
    ...(calls.length === 0 ? {} : { tool_calls: calls.map((call) => toolCall(call, context.quirks)) }),
  }
}

/** A refusal is what the assistant said; only OpenAI has a field of its own for it. */
function spoken(part: Part): (TextPart | MediaPart)[] {
  if (part.type === 'refusal') return [{ type: 'text', text: part.text }]
  return isContent(part) ? [part] : []
}

function assistantContent(
  content: readonly (TextPart | MediaPart)[],
  rest: { before: JsonObject[]; hasCalls: boolean; context: ContentContext },
) {
  const { before, hasCalls, context } = rest
  if (before.length > 0) return [...before, ...content.map((part) => writePart(part, context))]
  if (content.length === 0) return hasCalls ? null : ''
  const isPlain = content.every((part) => part.type === 'text' && part.cache === undefined)
  // An assistant's text in several parts is one text: not every host takes a list here.
  return isPlain
    ? content.map((part) => (part.type === 'text' ? part.text : '')).join('')
    : writeContent(content, context)
}

/** DeepSeek and Moonshot refuse a tool loop whose thinking is missing; others would refuse to see it. */
function thinkingBack(
  thinking: readonly ThinkingPart[],
  context: ContentContext,
): { fields: JsonObject; parts: JsonObject[] } {
  const { thinkingBack: style } = context.quirks
  const text = thinking.map((part) => part.text).join('')
  if (thinking.length === 0) return { fields: {}, parts: [] }
  if (style === undefined || (text === '' && style !== 'reasoning_details')) {
    context.dropped.add('thinking')
    return { fields: {}, parts: [] }
  }
  if (style === 'thinking_parts')
    return { fields: {}, parts: [{ type: 'thinking', thinking: [{ type: 'text', text }] }] }
  if (style !== 'reasoning_details') return { fields: { [style]: text }, parts: [] }
  const details = thinking.map((part, index) => reasoningDetail(part, index))
  return { fields: { ...(text === '' ? {} : { reasoning: text }), reasoning_details: details }, parts: [] }
}

function toolCall(call: ToolCallPart, quirks: HostQuirks): JsonObject {
  return {
    id: toolId(call.id, quirks),
    type: 'function',
    function: { name: call.name, arguments: call.arguments === '' ? '{}' : call.arguments },
  }
}

function isText(part: Part): part is TextPart {
  return part.type === 'text'
}

function isContent(part: Part): part is TextPart | MediaPart {
  return part.type === 'text' || part.type === 'media'
}
