import { GatewayError } from '../../../contract/errors.ts'
import { isObject, type JsonObject } from '../../../contract/json.ts'
import type { Part, TextPart, ThinkingPart, ToolResultPart, Turn } from '../../conversation/request.ts'
import { writeMedia } from './media.ts'
import { toolUseId, type Writing } from './writing.ts'

interface Message {
  readonly role: 'user' | 'assistant'
  /** Blocks of one part each, with the cache point that belongs to it. */
  readonly groups: JsonObject[][]
}

/** Bedrock wants user and assistant in turns, so neighbours of one role become one message. */
export function writeTurns(turns: readonly Turn[], writing: Writing): JsonObject[] {
  const messages: Message[] = []
  for (const turn of turns) {
    if (turn.name !== undefined) writing.drop('name')
    const role = turn.role === 'assistant' ? 'assistant' : 'user'
    const groups = turn.parts.map((part) => writePart(part, turn.role, writing))
    const last = messages.at(-1)
    if (last?.role === role) last.groups.push(...groups)
    else messages.push({ role, groups })
  }
  return messages.map(messageOf).filter((message) => message !== undefined)
}

function messageOf({ role, groups }: Message): JsonObject | undefined {
  // Results must stand before everything else a user says in the same message.
  const results = groups.filter(([first]) => first?.['toolResult'] !== undefined)
  const others = groups.filter(([first]) => first?.['toolResult'] === undefined)
  const content = [...results, ...others].flat()
  if (content.length === 0) return undefined
  return { role, content: withTextForDocuments(content) }
}

/** A document without text beside it is a 400; its own name is the least that can be said. */
function withTextForDocuments(content: JsonObject[]): JsonObject[] {
  const document = content.find((block) => block['document'] !== undefined)?.['document']
  if (document === undefined || content.some((block) => block['text'] !== undefined)) return content
  return [{ text: isObject(document) ? (document['name'] ?? 'document') : 'document' }, ...content]
}

function writePart(part: Part, role: Turn['role'], writing: Writing): JsonObject[] {
  switch (part.type) {
    case 'text':
      return writeText(part, role, writing)
    case 'refusal':
      return part.text.trim() === '' ? [] : [{ text: part.text }]
    case 'media':
      if (part.detail !== undefined && part.detail !== 'auto') writing.drop('detail')
      return [writeMedia(part, writing.traits, writing.documentNames), ...writing.cachePoint(part.cache)]
    case 'thinking':
      return writeThinking(part, writing)
    case 'tool_call': {
      const input = readArguments(part.arguments, part.name)
      const toolUse = { toolUseId: toolUseId(part.id), name: part.name, input }
      return [{ toolUse }, ...writing.cachePoint(part.cache)]
    }
    case 'tool_result':
      return [writeToolResult(part, writing), ...writing.cachePoint(part.cache)]
  }
}

/** Blank text is a 400. */
function writeText(part: TextPart, role: Turn['role'], writing: Writing): JsonObject[] {
  if (part.text.trim() === '') return []
  // No model is promised to take instructions between turns, so they come as marked user text.
  const text = role === 'system' ? `<system>\n${part.text}\n</system>` : part.text
  return [{ text }, ...writing.cachePoint(part.cache)]
}

/**
 * Thinking is worth something only with its proof, to the models that issued it: Claude's proofs hold on
 * Anthropic's own API and on Bedrock alike.
 */
function writeThinking(part: ThinkingPart, writing: Writing): JsonObject[] {
  const isIssuer =
    part.issuer === 'bedrock' || (part.issuer === 'anthropic' && writing.traits.family === 'claude')
  if (isIssuer && part.redacted) return [{ reasoningContent: { redactedContent: part.redacted } }]
  if (isIssuer && part.signature) {
    return [{ reasoningContent: { reasoningText: { text: part.text, signature: part.signature } } }]
  }
  writing.drop('thinking')
  return []
}

function writeToolResult(part: ToolResultPart, writing: Writing): JsonObject {
  const content = part.parts.flatMap((inner) => writePart(inner, 'user', writing))
  // Cache points stand behind the result, not in it.
  const blocks = content.filter((block) => block['cachePoint'] === undefined)
  const takesStatus = writing.traits.family === 'claude' || writing.traits.family === 'nova'
  if (part.isError && !takesStatus) writing.drop('is_error')
  return {
    toolResult: {
      toolUseId: toolUseId(part.callId),
      // Neither no content nor blank text is taken.
      content: blocks.length > 0 ? blocks : [{ text: '(no output)' }],
      ...(part.isError && takesStatus ? { status: 'error' } : {}),
    },
  }
}

function readArguments(text: string, name: string): JsonObject {
  if (text.trim() === '') return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  if (isObject(value)) return value
  throw new GatewayError(
    'untranslatable',
    `The arguments of a call of tool ${name} (${text.length} characters) are not a JSON object.`,
    { param: 'messages[].tool_calls[].function.arguments' },
  )
}
