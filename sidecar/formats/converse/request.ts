import { GatewayError } from '../../../contract/errors.ts'
import type { JsonObject } from '../../../contract/json.ts'
import type { Conversation, OutputFormat } from '../../conversation/request.ts'
import type { Target, WrittenRequest } from '../format.ts'
import { type WrittenReasoning, writeReasoning } from './reasoning.ts'
import { writeTools } from './tools.ts'
import { writeTurns } from './turns.ts'
import { Writing } from './writing.ts'

/** The body of Converse and ConverseStream alike; model and streaming are in the path. */
export function writeRequest(conversation: Conversation, target: Target): WrittenRequest {
  const writing = new Writing(target, conversation.dropped)
  dropInexpressible(conversation, writing)
  // In the order the provider reads the prompt, so that cache points beyond the limit are the last ones.
  const toolConfig = writeTools(conversation, writing)
  const system = writeSystem(conversation, writing)
  const messages = writeTurns(conversation.turns, writing)
  const reasoning = writeReasoning(conversation, writing)
  const outputConfig = writeOutput(conversation.output, reasoning, writing)
  const inferenceConfig = writeInference(conversation, reasoning, writing)
  const fields = { ...reasoning.fields, ...writeTopK(conversation, reasoning, writing) }
  const body: JsonObject = {
    ...(system.length > 0 ? { system } : {}),
    messages,
    ...(toolConfig === undefined ? {} : { toolConfig }),
    ...someOf('inferenceConfig', inferenceConfig),
    ...someOf('outputConfig', outputConfig),
    ...someOf('additionalModelRequestFields', fields),
    ...someOf('requestMetadata', writeMetadata(conversation, writing)),
    ...someOf('serviceTier', writeTier(conversation, writing)),
  }
  return { body, dropped: [...writing.dropped] }
}

function someOf(key: string, value: JsonObject): JsonObject {
  return Object.keys(value).length > 0 ? { [key]: value } : {}
}

function dropInexpressible({ sampling, endUser }: Conversation, writing: Writing): void {
  if (sampling.choices !== undefined && sampling.choices > 1) {
    throw new GatewayError('untranslatable', 'Bedrock gives one answer per request: ask with n = 1.', {
      param: 'n',
    })
  }
  if (sampling.seed !== undefined) writing.drop('seed')
  if (sampling.frequencyPenalty) writing.drop('frequency_penalty')
  if (sampling.presencePenalty) writing.drop('presence_penalty')
  if (endUser !== undefined) writing.drop('user')
}

function writeSystem({ system, output }: Conversation, writing: Writing): JsonObject[] {
  const blocks = system.flatMap((part) =>
    part.text.trim() === '' ? [] : [{ text: part.text }, ...writing.cachePoint(part.cache)],
  )
  const instruction = jsonInstruction(output, writing)
  return instruction === undefined ? blocks : [...blocks, { text: instruction }]
}

/** What a model without structured output is told instead. */
function jsonInstruction(output: OutputFormat | undefined, writing: Writing): string | undefined {
  if (output?.type === 'json') return 'Answer with one JSON object and nothing else.'
  if (output?.type !== 'schema' || writing.traits.structuredOutput) return undefined
  writing.drop('response_format')
  const schema = JSON.stringify(output.schema)
  return `Answer with one JSON value and nothing else. It must be valid against this JSON schema: ${schema}`
}

function writeOutput(
  output: OutputFormat | undefined,
  reasoning: WrittenReasoning,
  writing: Writing,
): JsonObject {
  const effort = reasoning.effort === undefined ? {} : { effort: reasoning.effort }
  if (output?.type !== 'schema' || !writing.traits.structuredOutput) return effort
  const jsonSchema = {
    // The schema is text here, the one place in the body where JSON is.
    schema: JSON.stringify(output.schema),
    name: output.name,
    ...(output.description ? { description: output.description } : {}),
  }
  return { ...effort, textFormat: { type: 'json_schema', structure: { jsonSchema } } }
}

function writeInference(
  conversation: Conversation,
  reasoning: WrittenReasoning,
  writing: Writing,
): JsonObject {
  const { sampling, maxOutputTokens } = conversation
  const { traits } = writing
  const isRefused = writing.target.noSampling || (traits.family === 'claude' && reasoning.isOn)
  const { temperature, topP } = sampling
  const bothRefused = traits.oneSampling && temperature !== undefined && topP !== undefined
  if (isRefused && temperature !== undefined) writing.drop('temperature')
  if ((isRefused || bothRefused) && topP !== undefined) writing.drop('top_p')
  // Whitespace alone is refused as a stop sequence.
  const stop = sampling.stop?.filter((text) => text.trim() !== '') ?? []
  if (stop.length < (sampling.stop?.length ?? 0)) writing.drop('stop')
  return {
    ...(maxOutputTokens === undefined ? {} : { maxTokens: maxOutputTokens }),
    // Other dialects go up to 2; Bedrock's scale ends at 1.
    ...(isRefused || temperature === undefined ? {} : { temperature: Math.min(temperature, 1) }),
    ...(isRefused || bothRefused || topP === undefined ? {} : { topP }),
    ...(stop.length > 0 ? { stopSequences: stop } : {}),
  }
}

function writeTopK({ sampling }: Conversation, reasoning: WrittenReasoning, writing: Writing): JsonObject {
  const { topK } = sampling
  if (topK === undefined) return {}
  const { family } = writing.traits
  if (family === 'nova') return { inferenceConfig: { topK } }
  if (family === 'claude' && !reasoning.isOn && !writing.target.noSampling) return { top_k: topK }
  writing.drop('top_k')
  return {}
}

/** Shows up in the account's invocation log, so it takes only what Bedrock's pattern takes. */
function writeMetadata({ metadata }: Conversation, writing: Writing): JsonObject {
  const entries = Object.entries(metadata ?? {})
  const isPlain = (text: string, min: number) =>
    text.length >= min && /^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/.test(text)
  const taken = entries.filter(([key, value]) => isPlain(key, 1) && isPlain(value, 0)).slice(0, 16)
  if (taken.length < entries.length) writing.drop('metadata')
  return Object.fromEntries(taken)
}

function writeTier({ serviceTier }: Conversation, writing: Writing): JsonObject {
  if (serviceTier === undefined || serviceTier === 'auto') return {}
  if (['default', 'flex', 'priority', 'reserved'].includes(serviceTier)) return { type: serviceTier }
  writing.drop('service_tier')
  return {}
}
