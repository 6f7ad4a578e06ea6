import type { JsonObject } from '../../../contract/json.ts'
import type { Conversation, Tool, ToolChoice } from '../../conversation/request.ts'
import { type GeminiModel, readsJsonSchema } from './models.ts'
import { toOpenApiSubset } from './schema.ts'

/** `tools` and `toolConfig` of a request, or nothing when it has no tools. */
export function writeTools(conversation: Conversation, model: GeminiModel, dropped: Set<string>): JsonObject {
  const { tools, toolChoice } = conversation
  if (conversation.parallelToolCalls === false && tools.length > 0) dropped.add('parallel_tool_calls')
  if (tools.length === 0) return {}
  if (tools.some((tool) => tool.cache !== undefined)) dropped.add('cache_control')
  const calling = writeChoice(
    toolChoice,
    tools.some((tool) => tool.strict === true),
  )
  return {
    tools: [{ functionDeclarations: tools.map((tool) => writeTool(tool, model)) }],
    ...(calling === undefined ? {} : { toolConfig: { functionCallingConfig: calling } }),
  }
}

function writeTool(tool: Tool, model: GeminiModel): JsonObject {
  return {
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    ...writeParameters(tool.parameters, model),
  }
}

function writeParameters(schema: JsonObject | undefined, model: GeminiModel): JsonObject {
  if (!schema) return {}
  if (readsJsonSchema(model)) return { parametersJsonSchema: schema }
  const subset = toOpenApiSubset(schema)
  return subset ? { parameters: subset } : {}
}

/** VALIDATED holds the model to the schema and still lets it answer in text. */
function writeChoice(choice: ToolChoice | undefined, isStrict: boolean): JsonObject | undefined {
  switch (choice?.type) {
    case 'required':
      return { mode: 'ANY' }
    case 'none':
      return { mode: 'NONE' }
    case 'named':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] }
    case 'allowed':
      return {
        mode: choice.mode === 'required' ? 'ANY' : 'VALIDATED',
        allowedFunctionNames: [...choice.names],
      }
    case 'auto':
      return { mode: isStrict ? 'VALIDATED' : 'AUTO' }
    default:
      return isStrict ? { mode: 'VALIDATED' } : undefined
  }
}
