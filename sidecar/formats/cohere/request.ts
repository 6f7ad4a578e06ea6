import { GatewayError } from '../../../contract/errors.ts'
import { arrayAt, type JsonObject } from '../../../contract/json.ts'
import type { Conversation, Effort, Tool } from '../../conversation/request.ts'
import type { Target, WrittenRequest } from '../format.ts'
import { isReasoningModel, writeMessages } from './messages.ts'

/** Cohere's own limit. */
const stopSequencesMax = 5

/** The body of POST /v2/chat. */
export function writeRequest(conversation: Conversation, target: Target): WrittenRequest {
  const dropped = new Set(conversation.dropped)
  dropInexpressible(conversation, dropped)
  const { system, turns, maxOutputTokens, stream } = conversation
  const body: JsonObject = {
    model: target.model,
    ...(stream ? { stream } : {}),
    messages: writeMessages(system, turns, { target, dropped }),
    ...writeTools(conversation, dropped),
    ...writeOutput(conversation, dropped),
    ...writeThinking(conversation, target, dropped),
    ...(maxOutputTokens === undefined ? {} : { max_tokens: maxOutputTokens }),
    ...writeSampling(conversation, target, dropped),
  }
  return { body, dropped: [...dropped] }
}

function dropInexpressible(conversation: Conversation, dropped: Set<string>): void {
  const { sampling, serviceTier } = conversation
  if (sampling.choices !== undefined && sampling.choices > 1) {
    throw new GatewayError('untranslatable', 'Cohere gives one answer per request: ask with n = 1.', {
      param: 'n',
    })
  }
  if (conversation.endUser !== undefined) dropped.add('user')
  if (conversation.metadata !== undefined) dropped.add('metadata')
  if (serviceTier !== undefined && serviceTier !== 'auto' && serviceTier !== 'default') {
    dropped.add('service_tier')
  }
  if (conversation.parallelToolCalls === false && conversation.tools.length > 0) {
    dropped.add('parallel_tool_calls')
  }
}

function writeTools(conversation: Conversation, dropped: Set<string>): JsonObject {
  const { toolChoice } = conversation
  const tools = offeredTools(conversation)
  if (tools.length === 0) return {}
  if (tools.some((tool) => tool.cache !== undefined)) dropped.add('cache_control')
  const isForced =
    toolChoice?.type === 'required' ||
    toolChoice?.type === 'named' ||
    (toolChoice?.type === 'allowed' && toolChoice.mode === 'required')
  const choice = isForced ? 'REQUIRED' : toolChoice?.type === 'none' ? 'NONE' : undefined
  return {
    tools: tools.map(writeTool),
    ...writeStrict(tools, dropped),
    ...(choice === undefined ? {} : { tool_choice: choice }),
  }
}

/** There is no way to name a tool, so the others are left out. */
function offeredTools({ tools, toolChoice }: Conversation): readonly Tool[] {
  if (toolChoice?.type === 'named') return tools.filter((tool) => tool.name === toolChoice.name)
  if (toolChoice?.type === 'allowed') return tools.filter((tool) => toolChoice.names.includes(tool.name))
  return tools
}

function writeTool(tool: Tool): JsonObject {
  return {
    type: 'function',
    function: {
      name: tool.name,
      ...(tool.description === undefined ? {} : { description: tool.description }),
      parameters: tool.parameters ?? { type: 'object', properties: {} },
    },
  }
}

/** Strict is one switch for all tools, and a tool without a required parameter is a 400 under it. */
function writeStrict(tools: readonly Tool[], dropped: Set<string>): JsonObject {
  if (!tools.some((tool) => tool.strict)) return {}
  const isForAll = tools.every((tool) => tool.strict && arrayAt(tool.parameters, 'required').length > 0)
  if (isForAll) return { strict_tools: true }
  dropped.add('tools.strict')
  return {}
}

function writeOutput(conversation: Conversation, dropped: Set<string>): JsonObject {
  const { output } = conversation
  if (output === undefined) return {}
  if (offeredTools(conversation).length > 0) {
    // Documented as not supported together.
    dropped.add('response_format')
    return {}
  }
  const schema = output.type === 'schema' ? { json_schema: output.schema } : {}
  return { response_format: { type: 'json_object', ...schema } }
}

const budgetOf: Readonly<Partial<Record<Effort, number>>> = {
  minimal: 1024,
  low: 1024,
  medium: 4096,
  high: 16_384,
}

/** Reasoning models think unless told not to; the others know no such field. */
function writeThinking({ reasoning }: Conversation, target: Target, dropped: Set<string>): JsonObject {
  if (reasoning === undefined) return {}
  const isOff = reasoning.mode === 'off' || reasoning.effort === 'none'
  if (!isReasoningModel(target)) {
    if (!isOff) dropped.add('reasoning_effort')
    return {}
  }
  if (isOff) return { thinking: { type: 'disabled' } }
  const budget = reasoning.budgetTokens ?? (reasoning.effort && budgetOf[reasoning.effort])
  return { thinking: { type: 'enabled', ...(budget === undefined ? {} : { token_budget: budget }) } }
}

function writeSampling({ sampling }: Conversation, target: Target, dropped: Set<string>): JsonObject {
  const { temperature, topP, topK, seed } = sampling
  const written = writePenalties(sampling, dropped)
  const stop = sampling.stop ?? []
  if (stop.length > stopSequencesMax) dropped.add('stop')
  if (stop.length > 0) written['stop_sequences'] = stop.slice(0, stopSequencesMax)
  if (seed !== undefined) written['seed'] = seed
  if (target.noSampling) {
    if (temperature !== undefined) dropped.add('temperature')
    if (topP !== undefined) dropped.add('top_p')
    if (topK !== undefined) dropped.add('top_k')
    return written
  }
  if (temperature !== undefined) written['temperature'] = temperature
  // Cohere's own bounds; a top_p of 1 is common and means no more than 0.99 does.
  if (topP !== undefined) written['p'] = Math.min(Math.max(topP, 0.01), 0.99)
  if (topK !== undefined) written['k'] = Math.min(topK, 500)
  return written
}

/** From 0 to 1, and only one of the two. */
function writePenalties(
  { frequencyPenalty, presencePenalty }: Conversation['sampling'],
  dropped: Set<string>,
): JsonObject {
  const frequency = frequencyPenalty ?? 0
  const presence = presencePenalty ?? 0
  if (frequency < 0) dropped.add('frequency_penalty')
  if (presence < 0 || (presence > 0 && frequency > 0)) dropped.add('presence_penalty')
  if (frequency > 0) return { frequency_penalty: Math.min(frequency, 1) }
  return presence > 0 ? { presence_penalty: Math.min(presence, 1) } : {}
}
