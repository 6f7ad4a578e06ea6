import { GatewayError } from '../../../contract/errors.ts'
import type { JsonObject } from '../../../contract/json.ts'
import type { Conversation, Sampling } from '../../conversation/request.ts'
import type { Target, WrittenRequest } from '../format.ts'
import { limitCacheMarks } from './cache-marks.ts'
import { type ModelTraits, modelTraits } from './models.ts'
import { type WrittenOutput, writeOutput } from './output.ts'
import { type WrittenThinking, writeThinking } from './reasoning.ts'
import { writeTools } from './tools.ts'
import { writeText, writeTurns } from './turns.ts'

/** `max_tokens` is required. Every Claude model, the first ones included, can write this much. */
const maxTokensDefault = 4096

export function writeRequest(conversation: Conversation, target: Target): WrittenRequest {
  refuseChoices(conversation.sampling)
  const traits = modelTraits(target.model)
  const dropped = new Set<string>()
  const maxTokens = maxTokensFor(conversation, target)
  const thinking = writeThinking(conversation, traits, maxTokens)
  for (const name of thinking.dropped) dropped.add(name)
  const output = writeOutput(conversation.output, traits, dropped)
  const sampled = !(target.noSampling || traits.noSampling || thinking.isOn)
  const body: JsonObject = {
    model: target.model,
    max_tokens: maxTokens,
    ...writeSystem(conversation, output),
    messages: [...writeTurns(conversation.turns, traits, dropped)],
    ...writeTools(conversation, traits, dropped),
    ...(thinking.thinking === undefined ? {} : { thinking: thinking.thinking }),
    ...outputConfig(thinking, output),
    ...writeSampling(conversation.sampling, { sampled, traits, dropped }),
    ...writeStop(conversation.sampling, dropped),
    ...writeAttribution(conversation, dropped),
    ...(conversation.stream ? { stream: true } : {}),
  }
  if (limitCacheMarks(body)) dropped.add('cache_control')
  return { body, dropped: [...dropped] }
}

function refuseChoices({ choices }: Sampling): void {
  if (choices === undefined || choices <= 1) return
  const message = 'Anthropic gives one answer per request: leave out `n`, or send the request that often.'
  throw new GatewayError('untranslatable', message, { param: 'n' })
}

/** More than the model can write is a 400; a caller that asks for more means as much as possible. */
function maxTokensFor({ maxOutputTokens }: Conversation, target: Target): number {
  if (maxOutputTokens === undefined) return target.maxOutputTokens ?? maxTokensDefault
  return Math.min(maxOutputTokens, target.maxOutputTokens ?? maxOutputTokens)
}

function writeSystem({ system }: Conversation, { instruction }: WrittenOutput): JsonObject {
  const blocks = system.flatMap(writeText)
  // At the end, so that what stands before it is the same prompt as without it, and cached as such.
  if (instruction !== undefined) blocks.push({ type: 'text', text: instruction })
  return blocks.length === 0 ? {} : { system: blocks }
}

function outputConfig({ effort }: WrittenThinking, { format }: WrittenOutput): JsonObject {
  if (effort === undefined && format === undefined) return {}
  return { output_config: { ...(effort ? { effort } : {}), ...(format ? { format } : {}) } }
}

function writeSampling(
  sampling: Sampling,
  { sampled, traits, dropped }: { sampled: boolean; traits: ModelTraits; dropped: Set<string> },
): JsonObject {
  const { temperature, topP, topK } = sampling
  if (sampling.seed !== undefined) dropped.add('seed')
  // Zero is what leaving them out means.
  if (sampling.frequencyPenalty) dropped.add('frequency_penalty')
  if (sampling.presencePenalty) dropped.add('presence_penalty')
  const written: JsonObject = {}
  if (temperature !== undefined) written['temperature'] = Math.min(1, Math.max(0, temperature))
  if (topP !== undefined) written['top_p'] = topP
  if (topK !== undefined) written['top_k'] = topK
  for (const name in written) {
    const isSecond = name === 'top_p' && temperature !== undefined && traits.oneSampling
    if (sampled && !isSecond) continue
    delete written[name]
    dropped.add(name)
  }
  return written
}

function writeStop({ stop = [] }: Sampling, dropped: Set<string>): JsonObject {
  // Blank stop sequences are refused.
  const sequences = stop.filter((sequence) => sequence.trim() !== '')
  if (sequences.length < stop.length) dropped.add('stop')
  return sequences.length === 0 ? {} : { stop_sequences: sequences }
}

const tiers: Readonly<Record<string, string>> = {
  auto: 'auto',
  default: 'standard_only',
  standard_only: 'standard_only',
}

function writeAttribution(conversation: Conversation, dropped: Set<string>): JsonObject {
  const { serviceTier, endUser, metadata } = conversation
  const tier = serviceTier !== undefined && Object.hasOwn(tiers, serviceTier) ? tiers[serviceTier] : undefined
  if (serviceTier !== undefined && tier === undefined) dropped.add('service_tier')
  if (metadata !== undefined && Object.keys(metadata).length > 0) dropped.add('metadata')
  return {
    ...(tier === undefined ? {} : { service_tier: tier }),
    ...(endUser === undefined ? {} : { metadata: { user_id: endUser } }),
  }
}
