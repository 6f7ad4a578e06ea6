import { GatewayError } from '../../../contract/errors.ts'
import type { JsonObject } from '../../../contract/json.ts'
import type { Conversation, OutputFormat, Tool, ToolChoice } from '../../conversation/request.ts'
import type { Target, WrittenRequest } from '../format.ts'
import { inputItems } from './input.ts'
import { reasoningFields } from './reasoning.ts'

/** OpenAI refuses less than this. */
const outputTokensMin = 16

export function writeRequest(conversation: Conversation, target: Target): WrittenRequest {
  if ((conversation.sampling.choices ?? 1) > 1) {
    throw new GatewayError('untranslatable', 'The model gives one answer per request: send `n: 1`.', {
      param: 'n',
    })
  }
  const dropped = new Set<string>()
  const { maxOutputTokens } = conversation
  const body: JsonObject = {
    model: target.model,
    input: inputItems(conversation, target, dropped),
    ...(maxOutputTokens === undefined
      ? {}
      : { max_output_tokens: Math.max(maxOutputTokens, outputTokensMin) }),
    ...samplingFields(conversation, target, dropped),
    ...toolFields(conversation, target, dropped),
    ...(conversation.output === undefined ? {} : { text: { format: textFormat(conversation.output) } }),
    ...reasoningFields(conversation, target, dropped),
    ...accountFields(conversation, target, dropped),
    ...(target.quirks.store ? { store: false } : {}),
    stream: conversation.stream,
  }
  return { body, dropped: [...dropped] }
}

function samplingFields(conversation: Conversation, target: Target, dropped: Set<string>): JsonObject {
  const { sampling } = conversation
  const absent = {
    top_k: sampling.topK,
    seed: sampling.seed,
    stop: sampling.stop?.length ? sampling.stop : undefined,
    frequency_penalty: sampling.frequencyPenalty || undefined,
    presence_penalty: sampling.presencePenalty || undefined,
  }
  const taken = { temperature: sampling.temperature, top_p: sampling.topP }
  const refused = target.noSampling ? { ...absent, ...taken } : absent
  for (const [name, value] of Object.entries(refused)) if (value !== undefined) dropped.add(name)
  return target.noSampling ? {} : present(taken)
}

function toolFields(conversation: Conversation, target: Target, dropped: Set<string>): JsonObject {
  const { tools, toolChoice, parallelToolCalls } = conversation
  if (tools.length === 0) return {}
  return {
    tools: tools.map((tool) => toolObject(tool, target, dropped)),
    ...(toolChoice === undefined ? {} : { tool_choice: choiceValue(toolChoice) }),
    ...(parallelToolCalls === undefined ? {} : { parallel_tool_calls: parallelToolCalls }),
  }
}

function toolObject(tool: Tool, target: Target, dropped: Set<string>): JsonObject {
  if (tool.cache !== undefined) dropped.add('cache_control')
  if (!target.quirks.strictTools && tool.strict === true) dropped.add('strict')
  return {
    type: 'function',
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    parameters: tool.parameters ?? { type: 'object', properties: {} },
    // Unlike elsewhere, tools are strict here unless they say otherwise, and then schemas may be refused.
    ...(target.quirks.strictTools ? { strict: tool.strict ?? false } : {}),
  }
}

function choiceValue(choice: ToolChoice): string | JsonObject {
  switch (choice.type) {
    case 'named':
      return { type: 'function', name: choice.name }
    case 'allowed': {
      const tools = choice.names.map((name) => ({ type: 'function', name }))
      return { type: 'allowed_tools', mode: choice.mode, tools }
    }
    default:
      return choice.type
  }
}

function textFormat(output: OutputFormat): JsonObject {
  if (output.type === 'json') return { type: 'json_object' }
  const { name, schema, description, strict } = output
  return { type: 'json_schema', name, schema, ...present({ description, strict }) }
}

const tiers: ReadonlySet<string> = new Set([
  'auto',
  'default',
  'flex',
  'priority',
  'scale',
  'fast',
  'ultrafast',
])

function accountFields(conversation: Conversation, target: Target, dropped: Set<string>): JsonObject {
  const { endUser, metadata, serviceTier } = conversation
  const tier = serviceTier === 'standard_only' || serviceTier === 'standard' ? 'default' : serviceTier
  const isKnownTier = tier !== undefined && tiers.has(tier)
  if (tier !== undefined && !isKnownTier) dropped.add('service_tier')
  // What a host does not store it cannot label; and only OpenAI has the newer name of `user`.
  const isOpenai = target.quirks.store
  if (metadata !== undefined && !isOpenai) dropped.add('metadata')
  return present({
    [isOpenai ? 'safety_identifier' : 'user']: endUser,
    metadata: isOpenai ? metadata : undefined,
    service_tier: isKnownTier ? tier : undefined,
  })
}

function present(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
