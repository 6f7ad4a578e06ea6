import { GatewayError } from '../../../contract/errors.ts'
import { isObject, type Json } from '../../../contract/json.ts'
import type {
  MediaPart,
  Part,
  TextPart,
  ThinkingPart,
  ToolResultPart,
  Turn,
} from '../../conversation/request.ts'
import { fieldAt, listField, objectField, stringField } from './fields.ts'
import { readMedia } from './media.ts'
import { unwrapProof } from './signature.ts'

/** A call the caller's history contains: results find it by id, or by name in the order of the calls. */
interface SeenCall {
  readonly id: string
  readonly name: string
  answered: boolean
}

interface Reading {
  readonly calls: SeenCall[]
  readonly dropped: Set<string>
}

/** Parts that only Google can act on; a history that has them goes on without them, and says so. */
const hostedParts = ['toolCall', 'toolResponse', 'audioTranscription'] as const
const partHints = ['videoMetadata', 'mediaResolution', 'mediaProcessing', 'speechMetadata'] as const

export function readContents(body: Json, dropped: Set<string>): Turn[] {
  const contents = fieldAt(body, 'contents')
  const list = typeof contents === 'string' ? [contents] : listField(body, 'contents')
  if (list.length === 0) {
    throw new GatewayError('invalid_body', 'contents must hold at least one content.', { param: 'contents' })
  }
  const reading: Reading = { calls: [], dropped }
  const turns: Turn[] = []
  for (const [index, content] of list.entries()) {
    const parts = readParts(content, `contents[${index}]`, reading)
    if (parts.length === 0) continue
    const last = turns.at(-1)
    if (stringField(content, 'role') !== 'model') turns.push({ role: 'user', parts })
    else if (last?.role === 'assistant') turns[turns.length - 1] = joined(last, wholeThoughts(parts))
    else turns.push({ role: 'assistant', parts: wholeThoughts(parts) })
  }
  return turns
}

/** Google's SDKs keep every frame of a streamed answer as a content of its own: together they are one turn. */
function joined(turn: Turn, more: readonly Part[]): Turn {
  const parts = [...turn.parts]
  for (const part of more) {
    const last = parts.at(-1)
    if (part.type === 'text' && last?.type === 'text') {
      parts[parts.length - 1] = { type: 'text', text: last.text + part.text }
    } else parts.push(part)
  }
  return { role: turn.role, parts: wholeThoughts(parts) }
}

/** Applications collect the parts of all frames in one content: what proves a thought proves all its pieces. */
function wholeThoughts(parts: readonly Part[]): Part[] {
  const whole: Part[] = []
  for (const part of parts) {
    const last = whole.at(-1)
    if (part.type === 'thinking' && last?.type === 'thinking' && isOpen(last) && part.redacted === undefined)
      whole[whole.length - 1] = { ...last, ...part, text: last.text + part.text }
    else whole.push(part)
  }
  return whole
}

function isOpen(thinking: ThinkingPart): boolean {
  return thinking.signature === undefined && thinking.redacted === undefined
}

export function readSystem(body: Json, dropped: Set<string>): TextPart[] {
  const instruction = fieldAt(body, 'systemInstruction')
  if (typeof instruction === 'string') return [{ type: 'text', text: instruction }]
  const texts: TextPart[] = []
  for (const part of partsOf(instruction)) {
    const text = typeof part === 'string' ? part : stringField(part, 'text')
    if (text === undefined) dropped.add('systemInstruction.parts')
    else if (text !== '') texts.push({ type: 'text', text })
  }
  return texts
}

function partsOf(content: Json | undefined): Json[] {
  if (typeof content === 'string') return [content]
  return isObject(content) ? listField(content, 'parts') : []
}

function readParts(content: Json, where: string, reading: Reading): Part[] {
  const parts: Part[] = []
  for (const [index, part] of partsOf(content).entries()) {
    const read =
      typeof part === 'string' ? textPart(part) : readPart(part, `${where}.parts[${index}]`, reading)
    parts.push(...read)
  }
  return parts
}

const textPart = (text: string): Part[] => (text === '' ? [] : [{ type: 'text', text }])

function readPart(part: Json, where: string, reading: Reading): Part[] {
  for (const hint of partHints) if (fieldAt(part, hint) !== undefined) reading.dropped.add(hint)
  if (objectField(part, 'functionCall')) return [readCall(part, where, reading)]
  if (objectField(part, 'functionResponse')) return [readResult(part, where, reading)]
  const media = readMedia(part)
  if (media) return withProof([media], part)
  const text = stringField(part, 'text')
  if (text !== undefined) return readText(text, part)
  const code = readCode(part)
  if (code !== undefined) return textPart(code)
  for (const name of hostedParts) if (fieldAt(part, name) !== undefined) reading.dropped.add(name)
  // A signature can arrive in a part of its own.
  return withProof([], part)
}

function readText(text: string, part: Json): Part[] {
  if (fieldAt(part, 'thought') !== true) return withProof(textPart(text), part)
  const signature = stringField(part, 'thoughtSignature')
  return [{ type: 'thinking', text, ...(signature === undefined ? {} : unwrapProof(signature)) }]
}

/** A signature on anything but thinking and calls becomes thinking without text, so that none is lost. */
function withProof(parts: Part[], part: Json): Part[] {
  const signature = stringField(part, 'thoughtSignature')
  if (signature === undefined || signature === '') return parts
  return [...parts, { type: 'thinking', text: '', ...unwrapProof(signature) }]
}

/** Code that Google ran is told to other models as text: they cannot run it, but they can read it. */
function readCode(part: Json): string | undefined {
  const code = objectField(part, 'executableCode')
  if (code) {
    const language = (stringField(code, 'language') ?? '').toLowerCase()
    return `\`\`\`${language}\n${stringField(code, 'code') ?? ''}\n\`\`\``
  }
  const result = objectField(part, 'codeExecutionResult')
  return result ? `\`\`\`output\n${stringField(result, 'output') ?? ''}\n\`\`\`` : undefined
}

function readCall(part: Json, where: string, reading: Reading): Part {
  const call = objectField(part, 'functionCall')
  const name = stringField(call, 'name')
  if (!name) throw invalid(`${where}.functionCall.name`, 'must be the name of a function.')
  const args = fieldAt(call, 'args')
  if (args !== undefined && args !== null && !isObject(args)) {
    throw invalid(`${where}.functionCall.args`, 'must be an object.')
  }
  // Counted over the whole history, so the same history gives the same ids again.
  const id = stringField(call, 'id') || `call_${reading.calls.length}`
  reading.calls.push({ id, name, answered: false })
  const signature = stringField(part, 'thoughtSignature')
  const proof = signature ? unwrapProof(signature) : undefined
  return {
    type: 'tool_call',
    id,
    name,
    arguments: args ? JSON.stringify(args) : '',
    ...(proof?.signature === undefined ? {} : { signature: proof.signature, issuer: proof.issuer }),
  }
}

function readResult(part: Json, where: string, reading: Reading): ToolResultPart {
  const result = objectField(part, 'functionResponse')
  const call = matchCall(stringField(result, 'id'), stringField(result, 'name'), reading.calls)
  if (!call) {
    throw invalid(`${where}.functionResponse`, 'answers no earlier functionCall: match its id or its name.')
  }
  call.answered = true
  const { text, isError } = readResponse(fieldAt(result, 'response'))
  const parts: (TextPart | MediaPart)[] = text === '' ? [] : [{ type: 'text', text }]
  for (const item of listField(result, 'parts')) {
    const media = readMedia(item)
    if (media) parts.push(media)
    else reading.dropped.add('functionResponse.parts')
  }
  return { type: 'tool_result', callId: call.id, parts, ...(isError ? { isError } : {}) }
}

function matchCall(
  id: string | undefined,
  name: string | undefined,
  calls: SeenCall[],
): SeenCall | undefined {
  const open = calls.filter((call) => !call.answered)
  return (id ? open.find((call) => call.id === id) : undefined) ?? open.find((call) => call.name === name)
}

/** Google documents `output` and `error`; `result` is what its SDKs and most callers write for plain values. */
function readResponse(response: Json | undefined): { text: string; isError: boolean } {
  if (!isObject(response)) return { text: asText(response), isError: false }
  const keys = Object.keys(response)
  const only = keys.length === 1 ? keys[0] : undefined
  if (only === 'error') return { text: asText(response['error']), isError: true }
  if (only === 'output') return { text: asText(response['output']), isError: false }
  if (only === 'result' && typeof response['result'] === 'string') {
    return { text: response['result'], isError: false }
  }
  return { text: JSON.stringify(response), isError: false }
}

function asText(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function invalid(param: string, problem: string): GatewayError {
  return new GatewayError('invalid_body', `${param} ${problem}`, { param })
}
