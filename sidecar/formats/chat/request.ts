import type { JsonObject } from '../../../contract/json.ts'
import type { Conversation, OutputFormat, Sampling, Tool, ToolChoice } from '../../conversation/request.ts'
import type { HostQuirks, Target, WrittenRequest } from '../format.ts'
import { writeMessages } from './messages.ts'
import { writeReasoning } from './reasoning.ts'

/** Builds a body and notes what the host cannot be told. */
export function writeRequest(conversation: Conversation, target: Target): WrittenRequest {
  const dropped = new Set<string>()
  const { quirks } = target
  const tools = toolsInReach(conversation)
  const body: JsonObject = {
    model: target.model,
    messages: writeMessages(conversation, quirks, dropped),
    ...writeStream(conversation, quirks),
    ...writeTools(conversation, { tools, quirks, dropped }),
    ...writeOutput(conversation.output, quirks, dropped),
    ...(conversation.maxOutputTokens === undefined
      ? {}
      : { [quirks.maxField]: conversation.maxOutputTokens }),
    ...writeSampling(conversation.sampling, target, dropped),
    ...writeReasoning(conversation.reasoning, target, dropped),
    ...writeAccount(conversation, quirks, dropped),
  }
  return { body, dropped: [...dropped] }
}

function writeStream(conversation: Conversation, quirks: HostQuirks): JsonObject {
  if (!conversation.stream) return {}
  // Always asked for: the record needs the provider's own count, whether the caller wants to see it or not.
  return { stream: true, ...(quirks.streamOptions ? { stream_options: { include_usage: true } } : {}) }
}

/** Few hosts know allowed_tools; sending only those tools means the same everywhere. */
function toolsInReach(conversation: Conversation): readonly Tool[] {
  const choice = conversation.toolChoice
  if (choice?.type !== 'allowed') return conversation.tools
  return conversation.tools.filter((tool) => choice.names.includes(tool.name))
}

function writeTools(
  conversation: Conversation,
  from: { tools: readonly Tool[]; quirks: HostQuirks; dropped: Set<string> },
): JsonObject {
  const { tools } = from
  if (tools.length === 0) return {}
  const choice = writeToolChoice(conversation.toolChoice)
  const parallel = conversation.parallelToolCalls
  return {
    tools: tools.map((tool) => writeTool(tool, from.quirks, from.dropped)),
    ...(choice === undefined ? {} : { tool_choice: choice }),
    ...(parallel === undefined ? {} : { parallel_tool_calls: parallel }),
  }
}

function writeTool(tool: Tool, quirks: HostQuirks, dropped: Set<string>): JsonObject {
  if (tool.strict === true && !quirks.strictTools) dropped.add('tools.strict')
  if (tool.cache !== undefined && quirks.cacheMarks !== 'cache_control') dropped.add('cache_control')
  const isMarked = tool.cache !== undefined && quirks.cacheMarks === 'cache_control'
  return {
    type: 'function',
    function: {
      name: tool.name,
      ...(tool.description === undefined ? {} : { description: tool.description }),
      // Several hosts refuse a tool without parameters.
      parameters: tool.parameters ?? { type: 'object', properties: {} },
      ...(tool.strict === undefined || !quirks.strictTools ? {} : { strict: tool.strict }),
    },
    ...(isMarked ? { cache_control: { type: 'ephemeral' } } : {}),
  }
}

function writeToolChoice(choice: ToolChoice | undefined): JsonObject | string | undefined {
  switch (choice?.type) {
    case 'named':
      return { type: 'function', function: { name: choice.name } }
    case 'allowed':
      return choice.mode
    default:
      return choice?.type
  }
}

function writeOutput(output: OutputFormat | undefined, quirks: HostQuirks, dropped: Set<string>): JsonObject {
  if (output === undefined) return {}
  if (output.type === 'json') return { response_format: { type: 'json_object' } }
  if (quirks.jsonSchema === false) {
    // The schema itself stands in the instructions: see writeMessages.
    dropped.add('response_format.json_schema')
    return { response_format: { type: 'json_object' } }
  }
  const { name, description, schema, strict } = output
  return {
    response_format: {
      type: 'json_schema',
      json_schema: {
        name,
        ...(description === undefined ? {} : { description }),
        schema,
        ...(strict === undefined ? {} : { strict }),
      },
    },
  }
}

function writeSampling(sampling: Sampling, target: Target, dropped: Set<string>): JsonObject {
  const { quirks } = target
  const body: JsonObject = {}
  const put = (name: string, value: number | undefined, isTaken: boolean) => {
    if (value === undefined) return
    if (isTaken) body[name] = value
    else dropped.add(name)
  }
  put('temperature', sampling.temperature, !target.noSampling)
  put('top_p', sampling.topP, !target.noSampling)
  put('top_k', sampling.topK, !target.noSampling && quirks.topK === true)
  put(quirks.seedField, sampling.seed, true)
  put('frequency_penalty', sampling.frequencyPenalty, true)
  put('presence_penalty', sampling.presencePenalty, true)
  put('n', sampling.choices, true)
  if (sampling.stop !== undefined && sampling.stop.length > 0) body['stop'] = [...sampling.stop]
  return body
}

/** Anthropic's word for "no priority" is OpenAI's default. */
const tierWords: Readonly<Record<string, string>> = { standard_only: 'default', standard: 'default' }

function writeAccount(conversation: Conversation, quirks: HostQuirks, dropped: Set<string>): JsonObject {
  const body: JsonObject = {}
  const { endUser, serviceTier } = conversation
  if (endUser !== undefined) {
    if (quirks.endUserField === undefined) dropped.add('user')
    else body[quirks.endUserField] = endUser
  }
  if (serviceTier !== undefined) {
    const tier = tierWords[serviceTier] ?? serviceTier
    if (quirks.serviceTiers?.includes(tier)) body['service_tier'] = tier
    else dropped.add('service_tier')
  }
  // Only stored answers may carry metadata, and Sidelight does not make a provider store anything.
  if (conversation.metadata !== undefined) dropped.add('metadata')
  return body
}
