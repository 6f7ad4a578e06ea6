import { arrayAt, booleanAt, type JsonObject, numberAt, objectAt, stringAt } from '../../../contract/json.ts'
import type {
  Conversation,
  Effort,
  OutputFormat,
  Reasoning,
  Sampling,
  TextPart,
} from '../../conversation/request.ts'
import { readInput } from './input.ts'
import { required } from './parts.ts'
import { invalid, optional, untranslatable } from './refuse.ts'
import { readToolChoice, readTools } from './tools.ts'

/** Fields that need what OpenAI keeps on its side. */
const stateful: Readonly<Record<string, string>> = {
  previous_response_id: 'refers to an answer stored at OpenAI; send the whole conversation in `input`',
  conversation: 'refers to a conversation stored at OpenAI; send the whole conversation in `input`',
  background: 'needs an answer stored at OpenAI; send the request without it, or with `stream: true`',
  prompt: 'refers to a prompt stored at OpenAI; send its text in `instructions` and `input`',
}

/** Fields that are read, or that change nothing elsewhere. Any other that is set is named in `dropped`. */
const handled: ReadonlySet<string> = new Set([
  ...Object.keys(stateful),
  ...['model', 'input', 'instructions', 'tools', 'tool_choice', 'parallel_tool_calls', 'text', 'reasoning'],
  ...['max_output_tokens', 'temperature', 'top_p', 'user', 'safety_identifier', 'service_tier', 'stream'],
  ...['metadata', 'store', 'include', 'truncation', 'top_logprobs', 'stream_options'],
])

export function readRequest(body: JsonObject, path: { model?: string; stream?: boolean }): Conversation {
  refuseState(body)
  const dropped = new Set<string>()
  const input = readInput(body['input'])
  const toolChoice = readToolChoice(body['tool_choice'])
  const parallelToolCalls = optional(body, 'parallel_tool_calls', 'boolean')
  const output = readOutput(objectAt(body, 'text'), dropped)
  const reasoning = readReasoning(objectAt(body, 'reasoning'), dropped)
  const maxOutputTokens = optional(body, 'max_output_tokens', 'number')
  const endUser = optional(body, 'safety_identifier', 'string') ?? optional(body, 'user', 'string')
  const serviceTier = optional(body, 'service_tier', 'string')
  const metadata = readMetadata(objectAt(body, 'metadata'))
  const tools = readTools(body, dropped)
  for (const name of lostFields(body)) dropped.add(name)
  return {
    model: path.model ?? readModel(body),
    stream: path.stream ?? optional(body, 'stream', 'boolean') ?? false,
    // The terminal event always carries usage.
    wantsStreamUsage: true,
    system: [...readInstructions(body), ...input.system],
    turns: input.turns,
    tools,
    sampling: readSampling(body),
    ...(toolChoice && { toolChoice }),
    ...(parallelToolCalls !== undefined && { parallelToolCalls }),
    ...(output && { output }),
    ...(reasoning && { reasoning }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(endUser !== undefined && { endUser }),
    ...(serviceTier !== undefined && { serviceTier }),
    ...(metadata && { metadata }),
    dropped: [...dropped, ...input.dropped],
  }
}

function refuseState(body: JsonObject): void {
  for (const [field, why] of Object.entries(stateful)) {
    const value = body[field]
    if (value !== undefined && value !== null && value !== false) throw untranslatable(field, why)
  }
}

function readModel(body: JsonObject): string {
  const model = stringAt(body, 'model')
  if (model === undefined) throw invalid('model', 'must be a string')
  return model
}

function readInstructions(body: JsonObject): TextPart[] {
  const instructions = body['instructions']
  if (instructions === undefined || instructions === null || instructions === '') return []
  if (typeof instructions !== 'string') throw invalid('instructions', 'must be a string')
  return [{ type: 'text', text: instructions }]
}

function readSampling(body: JsonObject): Sampling {
  const temperature = optional(body, 'temperature', 'number')
  const topP = optional(body, 'top_p', 'number')
  return { ...(temperature !== undefined && { temperature }), ...(topP !== undefined && { topP }) }
}

function readMetadata(metadata: JsonObject | undefined): Record<string, string> | undefined {
  if (metadata === undefined) return undefined
  return Object.fromEntries(
    Object.entries(metadata).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function readOutput(text: JsonObject | undefined, dropped: Set<string>): OutputFormat | undefined {
  if (stringAt(text, 'verbosity') !== undefined) dropped.add('text.verbosity')
  const format = objectAt(text, 'format')
  const type = stringAt(format, 'type')
  if (format === undefined || type === 'text') return undefined
  if (type === 'json_object') return { type: 'json' }
  if (type !== 'json_schema') throw invalid('text.format.type', 'must be text, json_object or json_schema')
  const schema = objectAt(format, 'schema')
  if (schema === undefined) throw invalid('text.format.schema', 'must be an object')
  const description = stringAt(format, 'description')
  const strict = booleanAt(format, 'strict')
  return {
    type: 'schema',
    name: required(format, 'name', 'text.format'),
    schema,
    ...(description !== undefined && { description }),
    ...(strict !== undefined && { strict }),
  }
}

const efforts: readonly string[] = [
  'none',
  'minimal',
  'low',
  'medium',
  'high',
  'xhigh',
  'max',
] satisfies Effort[]

function readReasoning(reasoning: JsonObject | undefined, dropped: Set<string>): Reasoning | undefined {
  for (const key of ['context', 'mode']) {
    if (stringAt(reasoning, key) !== undefined) dropped.add(`reasoning.${key}`)
  }
  const effort = stringAt(reasoning, 'effort')
  if (effort !== undefined && !efforts.includes(effort)) {
    throw invalid('reasoning.effort', `must be one of ${efforts.join(', ')}`)
  }
  const summary = stringAt(reasoning, 'summary') ?? stringAt(reasoning, 'generate_summary')
  if (effort === undefined && summary === undefined) return undefined
  // Without an effort the model decides how much to think; the caller only wants to see it.
  const mode = effort === undefined ? 'adaptive' : effort === 'none' ? 'off' : 'on'
  return {
    mode,
    ...(effort !== undefined && { effort: effort as Effort }),
    ...(summary !== undefined && { visible: true }),
  }
}

function lostFields(body: JsonObject): string[] {
  const lost = Object.keys(body).filter((key) => {
    const isSet = body[key] !== null && body[key] !== undefined && body[key] !== false
    return isSet && !handled.has(key) && /^\w{1,40}$/.test(key)
  })
  if (body['store'] === true) lost.push('store')
  if (body['truncation'] === 'auto') lost.push('truncation')
  if ((numberAt(body, 'top_logprobs') ?? 0) > 0) lost.push('top_logprobs')
  // Encrypted reasoning is always sent along; the other values concern logprobs and hosted tools.
  if (arrayAt(body, 'include').some((value) => value !== 'reasoning.encrypted_content')) lost.push('include')
  return lost
}
