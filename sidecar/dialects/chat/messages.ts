import { type Json, type JsonObject, objectAt, stringAt } from '../../../contract/json.ts'
import { readThinking } from '../../conversation/reasoning-details.ts'
import type {
  MediaPart,
  Part,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from '../../conversation/request.ts'
import { isText, readCacheMark, readContent } from './parts.ts'
import { type Dropped, invalid, requireArray, requireObject, requireString, untranslatable } from './wire.ts'

const messageKeys = new Set([
  'role',
  'content',
  'name',
  'refusal',
  'tool_calls',
  'tool_call_id',
  'function_call',
  'reasoning',
  'reasoning_content',
  'reasoning_details',
  'cache_control',
  'prompt_cache_breakpoint',
])

export interface Messages {
  readonly system: readonly TextPart[]
  readonly turns: readonly Turn[]
}

/** What reading a conversation must remember from one message to the next. */
interface Reading {
  readonly system: TextPart[]
  readonly turns: Turn[]
  readonly dropped: Dropped
  /** Legacy function calls have no ids: their results find them by name, oldest first. */
  readonly openFunctionCalls: { readonly name: string; readonly id: string }[]
}

export function readMessages(value: Json | undefined, dropped: Dropped): Messages {
  const reading: Reading = { system: [], turns: [], dropped, openFunctionCalls: [] }
  const messages = requireArray(value, 'messages')
  if (messages.length === 0) throw invalid('messages', 'must hold at least one message')
  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`
    readMessage(requireObject(message, path), path, reading)
  }
  return reading
}

function readMessage(message: JsonObject, path: string, reading: Reading): void {
  reading.dropped.addUnknown(message, messageKeys, 'messages.')
  switch (message['role']) {
    case 'system':
    case 'developer':
      readInstructions(message, path, reading)
      break
    case 'user':
      reading.turns.push(turnOf('user', withMark(message, contentOf(message, path, reading)), message))
      break
    case 'assistant':
      reading.turns.push(turnOf('assistant', assistantParts(message, path, reading), message))
      break
    case 'tool':
      addToolResult(requireString(message['tool_call_id'], `${path}.tool_call_id`), message, {
        path,
        reading,
      })
      break
    case 'function':
      addToolResult(functionCallId(message, path, reading), message, { path, reading })
      break
    default:
      throw invalid(`${path}.role`, 'must be developer, system, user, assistant or tool')
  }
}

function contentOf(message: JsonObject, path: string, reading: Reading): Part[] {
  return readContent(message['content'], `${path}.content`, reading.dropped)
}

function readInstructions(message: JsonObject, path: string, reading: Reading): void {
  const parts = withMark(message, contentOf(message, path, reading))
  if (!parts.every(isText)) throw invalid(`${path}.content`, 'instructions can only be text')
  if (reading.turns.length === 0) reading.system.push(...parts)
  else reading.turns.push(turnOf('system', parts, message))
}

function turnOf(role: Turn['role'], parts: Part[], message: JsonObject): Turn {
  const name = stringAt(message, 'name')
  return { role, parts, ...(name === undefined ? {} : { name }) }
}

/** A mark on the whole message (LiteLLM's habit) means its last part. */
function withMark(message: JsonObject, parts: Part[]): Part[] {
  const cache = readCacheMark(message)
  const last = parts.at(-1)
  if (cache === undefined || last === undefined || !isText(last)) return parts
  return [...parts.slice(0, -1), { ...last, cache }]
}

function assistantParts(message: JsonObject, path: string, reading: Reading): Part[] {
  const parts: Part[] = [...readThinking(message), ...withMark(message, contentOf(message, path, reading))]
  const refusal = stringAt(message, 'refusal')
  if (refusal) parts.push({ type: 'refusal', text: refusal })
  const calls = message['tool_calls'] ?? []
  for (const [index, call] of requireArray(calls, `${path}.tool_calls`).entries()) {
    const at = `${path}.tool_calls[${index}]`
    parts.push(toolCall(requireObject(call, at), at))
  }
  const legacy = objectAt(message, 'function_call')
  if (legacy !== undefined) parts.push(legacyCall(legacy, `${path}.function_call`, reading))
  return parts
}

function toolCall(call: JsonObject, path: string): ToolCallPart {
  if (call['type'] === 'custom')
    throw untranslatable(path, 'calls of custom tools can only go to a provider that speaks this format')
  const called = requireObject(call['function'], `${path}.function`)
  const signature = stringAt(objectAt(objectAt(call, 'extra_content'), 'google'), 'thought_signature')
  return {
    type: 'tool_call',
    id: requireString(call['id'], `${path}.id`),
    name: requireString(called['name'], `${path}.function.name`),
    arguments: callArguments(called['arguments'], `${path}.function.arguments`),
    ...(signature === undefined ? {} : { signature, issuer: 'google' }),
  }
}

/** Providers that take arguments as an object need them parsed, so a broken text is refused here. */
function callArguments(value: Json | undefined, path: string): string {
  if (value === undefined || value === null) return ''
  const text = requireString(value, path).trim()
  if (text === '' || text === 'null') return ''
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw invalid(
      path,
      `is not valid JSON (${text.length} characters): send the arguments as the model wrote them`,
    )
  }
  if (typeof parsed !== 'object' || Array.isArray(parsed))
    throw invalid(path, 'must be a JSON object as text')
  return text
}

function legacyCall(called: JsonObject, path: string, reading: Reading): ToolCallPart {
  const name = requireString(called['name'], `${path}.name`)
  const id = `call_fn${reading.turns.length}`
  reading.openFunctionCalls.push({ name, id })
  return { type: 'tool_call', id, name, arguments: callArguments(called['arguments'], `${path}.arguments`) }
}

function functionCallId(message: JsonObject, path: string, reading: Reading): string {
  const name = requireString(message['name'], `${path}.name`)
  const at = reading.openFunctionCalls.findIndex((call) => call.name === name)
  const [call] = at < 0 ? [] : reading.openFunctionCalls.splice(at, 1)
  if (call === undefined) throw invalid(`${path}.name`, 'answers a function that was not called before it')
  return call.id
}

/** Results in a row belong to one turn: the other formats want all of them together. */
function addToolResult(
  callId: string,
  message: JsonObject,
  { path, reading }: { path: string; reading: Reading },
): void {
  const parts = contentOf(message, path, reading)
  if (!parts.every(isResultPart)) throw invalid(`${path}.content`, 'a tool result can only be text and media')
  const cache = readCacheMark(message)
  const result: ToolResultPart = {
    type: 'tool_result',
    callId,
    parts,
    ...(cache === undefined ? {} : { cache }),
  }
  const last = reading.turns.at(-1)
  const isResultTurn = last?.role === 'user' && last.parts.every((part) => part.type === 'tool_result')
  if (isResultTurn && last.parts.length > 0)
    reading.turns[reading.turns.length - 1] = { ...last, parts: [...last.parts, result] }
  else reading.turns.push({ role: 'user', parts: [result] })
}

function isResultPart(part: Part): part is TextPart | MediaPart {
  return part.type === 'text' || part.type === 'media'
}
