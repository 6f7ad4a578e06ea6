import type { JsonObject } from '../../../contract/json.ts'
import type { Conversation, Tool, ToolChoice } from '../../conversation/request.ts'
import type { ModelTraits } from './models.ts'
import { cacheControl } from './turns.ts'

/** `tools` and `tool_choice`; neither when the caller offers no tools, as a choice alone is refused. */
export function writeTools(
  conversation: Conversation,
  traits: ModelTraits,
  dropped: Set<string>,
): JsonObject {
  const offered = offeredTools(conversation)
  if (offered.length === 0) return {}
  const choice = writeChoice(conversation.toolChoice, traits, dropped)
  const one = conversation.parallelToolCalls === false && choice?.['type'] !== 'none'
  const toolChoice = one ? { type: 'auto', ...choice, disable_parallel_tool_use: true } : choice
  return {
    tools: offered.map((tool) => writeTool(tool, traits, dropped)),
    ...(toolChoice === undefined ? {} : { tool_choice: toolChoice }),
  }
}

function offeredTools({ tools, toolChoice }: Conversation): readonly Tool[] {
  if (toolChoice?.type !== 'allowed') return tools
  return tools.filter((tool) => toolChoice.names.includes(tool.name))
}

function writeTool(tool: Tool, traits: ModelTraits, dropped: Set<string>): JsonObject {
  if (tool.strict === true && !traits.structuredOutput) dropped.add('strict')
  return {
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    input_schema: { type: 'object', ...(tool.parameters ?? { properties: {} }) },
    ...(tool.strict === true && traits.structuredOutput ? { strict: true } : {}),
    ...cacheControl(tool.cache),
  }
}

function writeChoice(
  choice: ToolChoice | undefined,
  traits: ModelTraits,
  dropped: Set<string>,
): JsonObject | undefined {
  const written = choice === undefined ? undefined : plainChoice(choice)
  const isForced = written?.['type'] === 'any' || written?.['type'] === 'tool'
  if (!isForced || traits.forcedTools) return written
  dropped.add('tool_choice')
  return { type: 'auto' }
}

function plainChoice(choice: ToolChoice): JsonObject {
  switch (choice.type) {
    case 'auto':
    case 'none':
      return { type: choice.type }
    case 'required':
      return { type: 'any' }
    case 'named':
      return { type: 'tool', name: choice.name }
    case 'allowed':
      return { type: choice.mode === 'required' ? 'any' : 'auto' }
  }
}
