import { isObject, type Json, type JsonObject, objectAt } from '../../../contract/json.ts'
import type { Conversation, Sampling } from '../../conversation/request.ts'
import { readMessages } from './messages.ts'
import { readReasoning, reasoningKeys } from './reasoning.ts'
import { readOutputFormat, readToolChoice, readTools } from './tools.ts'
import {
  Dropped,
  invalid,
  optionalBoolean,
  optionalCount,
  optionalNumber,
  optionalString,
  requireString,
} from './wire.ts'

const bodyKeys = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'tools',
  'functions',
  'tool_choice',
  'function_call',
  'parallel_tool_calls',
  'response_format',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'top_k',
  'seed',
  'stop',
  'frequency_penalty',
  'presence_penalty',
  'n',
  'user',
  'safety_identifier',
  'service_tier',
  'metadata',
  ...reasoningKeys,
])

export function readRequest(body: JsonObject): Conversation {
  const dropped = new Dropped()
  dropped.addUnknown(body, bodyKeys, '')
  const streamOptions = objectAt(body, 'stream_options') ?? {}
  dropped.addUnknown(streamOptions, new Set(['include_usage']), 'stream_options.')
  const { system, turns } = readMessages(body['messages'], dropped)
  const tools = readTools(body, dropped)
  return {
    model: requireString(body['model'], 'model'),
    stream: optionalBoolean(body, 'stream') ?? false,
    wantsStreamUsage: streamOptions['include_usage'] === true,
    system,
    turns,
    tools,
    ...given('toolChoice', readToolChoice(body)),
    ...given('parallelToolCalls', optionalBoolean(body, 'parallel_tool_calls')),
    ...given('output', readOutputFormat(body['response_format'])),
    ...given(
      'maxOutputTokens',
      optionalCount(body, 'max_completion_tokens') ?? optionalCount(body, 'max_tokens'),
    ),
    sampling: readSampling(body),
    ...given('reasoning', readReasoning(body)),
    ...given('endUser', readEndUser(body, dropped)),
    ...given('serviceTier', optionalString(body, 'service_tier')),
    ...given('metadata', readMetadata(body['metadata'], dropped)),
    dropped: dropped.names(),
  }
}

/** An optional field, left out altogether when there is nothing to say. */
function given<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value })
}

function readSampling(body: JsonObject): Sampling {
  return {
    ...given('temperature', optionalNumber(body, 'temperature')),
    ...given('topP', optionalNumber(body, 'top_p')),
    ...given('topK', optionalNumber(body, 'top_k')),
    ...given('seed', optionalNumber(body, 'seed')),
    ...given('stop', readStop(body['stop'])),
    ...given('frequencyPenalty', optionalNumber(body, 'frequency_penalty')),
    ...given('presencePenalty', optionalNumber(body, 'presence_penalty')),
    ...given('choices', optionalCount(body, 'n')),
  }
}

function readStop(value: Json | undefined): string[] | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return [value]
  if (!Array.isArray(value)) throw invalid('stop', 'must be a string or a list of strings')
  return value.map((word, index) => requireString(word, `stop[${index}]`))
}

function readEndUser(body: JsonObject, dropped: Dropped): string | undefined {
  const identifier = optionalString(body, 'safety_identifier')
  const user = optionalString(body, 'user')
  if (identifier !== undefined && user !== undefined && user !== identifier) dropped.add('user')
  return identifier ?? user
}

function readMetadata(value: Json | undefined, dropped: Dropped): Record<string, string> | undefined {
  if (value === undefined || value === null) return undefined
  if (!isObject(value)) throw invalid('metadata', 'must be an object of strings')
  const metadata: Record<string, string> = {}
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry === 'string') metadata[key] = entry
    else dropped.add('metadata')
  }
  return metadata
}
