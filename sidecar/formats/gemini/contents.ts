import { GatewayError } from '../../../contract/errors.ts'
import { isObject, type JsonObject } from '../../../contract/json.ts'
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
import { writeMedia } from './media.ts'
import { type GeminiModel, wantsSignatures } from './models.ts'

interface Writing {
  readonly model: GeminiModel
  readonly dropped: Set<string>
  /** Function names by call id: Google wants the name with every result. */
  readonly names: Map<string, string>
}

interface Content {
  readonly role: 'user' | 'model'
  /** Results stand in a content of their own, directly after the calls they answer. */
  readonly isResults: boolean
  readonly parts: JsonObject[]
}

export function writeContents(
  conversation: Conversation,
  model: GeminiModel,
  dropped: Set<string>,
): JsonObject[] {
  const writing: Writing = { model, dropped, names: new Map() }
  const contents: Content[] = []
  for (const turn of conversation.turns) {
    if (turn.name !== undefined) dropped.add('name')
    for (const content of writeTurn(turn, writing)) append(contents, content)
  }
  return contents.map(({ role, parts }) => ({ role, parts }))
}

/** Turns of one role follow each other as one, so that k results of k calls are one content. */
function append(contents: Content[], content: Content): void {
  const last = contents.at(-1)
  const joins = last && last.role === content.role && last.isResults === content.isResults
  if (joins) last.parts.push(...content.parts)
  else if (content.parts.length > 0) contents.push(content)
}

function writeTurn(turn: Turn, writing: Writing): Content[] {
  const plain = turn.parts.filter((part) => part.type !== 'tool_result')
  if (turn.role === 'assistant')
    return [{ role: 'model', isResults: false, parts: writeAnswerParts(plain, writing) }]
  const results = turn.parts.filter((part) => part.type === 'tool_result')
  const parts = plain.flatMap((part) => writePart(part, writing))
  return [
    { role: 'user', isResults: true, parts: results.flatMap((part) => writeResult(part, writing)) },
    { role: 'user', isResults: false, parts: turn.role === 'system' ? marked(parts) : parts },
  ]
}

/** Gemini has instructions only before the first turn; later ones are told as what they are. */
function marked(parts: JsonObject[]): JsonObject[] {
  return parts.length === 0 ? [] : [{ text: '<system>' }, ...parts, { text: '</system>' }]
}

/** The documented way in for calls that Gemini did not make itself. */
const foreignCall = 'skip_thought_signature_validator'

/** Only the first call of a step is checked; Gemini itself signs no more than that one. */
function writeAnswerParts(parts: readonly Part[], writing: Writing): JsonObject[] {
  const written = parts.flatMap((part) => writePart(part, writing))
  const firstCall = written.find((part) => part['functionCall'] !== undefined)
  if (firstCall && wantsSignatures(writing.model)) firstCall['thoughtSignature'] ??= foreignCall
  return written
}

function writePart(part: Part, writing: Writing): JsonObject[] {
  if ('cache' in part && part.cache !== undefined) writing.dropped.add('cache_control')
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ text: part.text }]
    case 'media':
      return [writeMedia(part, writing.model, writing.dropped)]
    case 'thinking':
      return writeThinking(part, writing)
    case 'tool_call':
      return [writeCall(part, writing)]
    case 'tool_result':
      return writeResult(part, writing)
  }
}

/** Thinking is worth something only with its proof, and a proof only to its issuer. */
function writeThinking(part: ThinkingPart, writing: Writing): JsonObject[] {
  if (part.issuer !== 'google' || part.signature === undefined) {
    if (part.text !== '') writing.dropped.add('thinking')
    return []
  }
  const thought = part.text === '' ? {} : { thought: true }
  return [{ text: part.text, ...thought, thoughtSignature: part.signature }]
}

function writeCall(part: ToolCallPart, writing: Writing): JsonObject {
  writing.names.set(part.id, part.name)
  const isGoogles = part.issuer === 'google' && part.signature !== undefined && part.signature !== ''
  return {
    functionCall: { id: part.id, name: part.name, args: readArguments(part) },
    ...(isGoogles ? { thoughtSignature: part.signature } : {}),
  }
}

function readArguments(part: ToolCallPart): JsonObject {
  if (part.arguments.trim() === '') return {}
  try {
    const args: unknown = JSON.parse(part.arguments)
    if (isObject(args)) return args
  } catch {
    // Falls through to the error: the text is no JSON at all.
  }
  const problem = `The arguments of a tool call in the history are no JSON object (${part.arguments.length} characters).`
  throw new GatewayError('invalid_body', problem, { param: 'arguments' })
}

function writeResult(part: ToolResultPart, writing: Writing): JsonObject[] {
  if (part.cache !== undefined) writing.dropped.add('cache_control')
  const name = writing.names.get(part.callId)
  if (name === undefined) {
    throw new GatewayError(
      'invalid_body',
      'A tool result refers to a call id that no earlier turn made: send the call with it.',
      { param: 'tool_call_id' },
    )
  }
  const media = part.parts
    .filter((item) => item.type === 'media')
    .map((item) => writeMedia(item, writing.model, writing.dropped))
  const inside = wantsSignatures(writing.model) && media.length > 0
  const result = {
    functionResponse: {
      id: part.callId,
      name,
      response: writeResponse(part),
      ...(inside ? { parts: media } : {}),
    },
  }
  // Before Gemini 3 media cannot stand inside a result; right behind it is the nearest place.
  return inside ? [result] : [result, ...media]
}

/** Google wants an object: what is none is wrapped. */
function writeResponse(part: ToolResultPart): JsonObject {
  const text = textOf(part.parts)
  const object = objectFrom(text)
  if (part.isError) return { error: object ?? text }
  return object ?? { result: text }
}

function textOf(parts: readonly (TextPart | MediaPart)[]): string {
  const texts: string[] = []
  for (const part of parts) if (part.type === 'text') texts.push(part.text)
  return texts.join('\n')
}

function objectFrom(text: string): JsonObject | undefined {
  if (!text.trimStart().startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
