import type { JsonObject } from '../../../contract/json.ts'
import type { Conversation, OutputFormat, Sampling } from '../../conversation/request.ts'
import type { Target, WrittenRequest } from '../format.ts'
import { writeContents } from './contents.ts'
import { combinesToolsAndSchema, type GeminiModel, geminiModel, readsJsonSchema } from './models.ts'
import { writeThinking } from './reasoning.ts'
import { toOpenApiSubset } from './schema.ts'
import { writeTools } from './tools.ts'

/** Writes a generateContent body. Model and streaming are in the address. */
export function writeRequest(conversation: Conversation, target: Target): WrittenRequest {
  const model = geminiModel(target.model)
  const dropped = new Set<string>()
  const system = conversation.system.filter((part) => part.text !== '')
  if (conversation.system.some((part) => part.cache !== undefined)) dropped.add('cache_control')
  if (conversation.endUser !== undefined) dropped.add('user')
  if (conversation.metadata !== undefined) dropped.add('metadata')
  const config = writeConfig(conversation, { target, model, dropped })
  const body: JsonObject = {
    ...(system.length > 0 ? { systemInstruction: { parts: system.map(({ text }) => ({ text })) } } : {}),
    contents: writeContents(conversation, model, dropped),
    ...writeTools(conversation, model, dropped),
    ...(Object.keys(config).length > 0 ? { generationConfig: config } : {}),
    ...writeTier(conversation.serviceTier, dropped),
  }
  return { body, dropped: [...dropped] }
}

interface ConfigPlace {
  readonly target: Target
  readonly model: GeminiModel
  readonly dropped: Set<string>
}

function writeConfig(conversation: Conversation, place: ConfigPlace): JsonObject {
  const thinking = writeThinking(conversation.reasoning, place.target)
  for (const name of thinking.dropped) place.dropped.add(name)
  const { maxOutputTokens } = conversation
  return {
    ...writeSampling(conversation.sampling, place),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...writeOutput(conversation, place),
    ...(thinking.config === undefined ? {} : { thinkingConfig: thinking.config }),
  }
}

const randomness = [
  ['temperature', 'temperature', 'temperature'],
  ['topP', 'topP', 'top_p'],
  ['topK', 'topK', 'top_k'],
] as const

/** Google takes five stop sequences and a 32-bit seed. */
const stopMax = 5
const seedMax = 2 ** 31

function writeSampling(sampling: Sampling, { target, dropped }: ConfigPlace): JsonObject {
  const config: JsonObject = {}
  for (const [name, wire, told] of randomness) {
    const value = sampling[name]
    if (value === undefined) continue
    if (target.noSampling) dropped.add(told)
    else config[wire] = value
  }
  const { seed, frequencyPenalty, presencePenalty, choices } = sampling
  if (seed !== undefined) {
    if (Number.isInteger(seed) && seed >= -seedMax && seed < seedMax) config['seed'] = seed
    else dropped.add('seed')
  }
  if (frequencyPenalty !== undefined) config['frequencyPenalty'] = frequencyPenalty
  if (presencePenalty !== undefined) config['presencePenalty'] = presencePenalty
  if (choices !== undefined && choices > 1) config['candidateCount'] = choices
  const stop = (sampling.stop ?? []).filter((text) => text !== '')
  if (stop.length > stopMax) dropped.add('stop')
  if (stop.length > 0) config['stopSequences'] = stop.slice(0, stopMax)
  return config
}

function writeOutput(conversation: Conversation, { model, dropped }: ConfigPlace): JsonObject {
  const { output, tools } = conversation
  if (!output) return {}
  if (tools.length > 0 && !combinesToolsAndSchema(model)) {
    dropped.add('response_format')
    return {}
  }
  return { responseMimeType: 'application/json', ...writeSchema(output, model) }
}

function writeSchema(output: OutputFormat, model: GeminiModel): JsonObject {
  if (output.type === 'json') return {}
  if (readsJsonSchema(model)) return { responseJsonSchema: output.schema }
  const subset = toOpenApiSubset(output.schema)
  return subset ? { responseSchema: subset } : {}
}

/** The standard tier is what is served when nothing is said. */
const unsaidTiers: ReadonlySet<string | undefined> = new Set([
  undefined,
  'auto',
  'default',
  'standard',
  'standard_only',
])

function writeTier(tier: string | undefined, dropped: Set<string>): JsonObject {
  if (tier === 'flex' || tier === 'priority') return { serviceTier: tier }
  if (!unsaidTiers.has(tier)) dropped.add('service_tier')
  return {}
}
