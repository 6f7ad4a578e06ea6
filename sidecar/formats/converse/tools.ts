import type { JsonObject } from '../../../contract/json.ts'
import type { Conversation, Tool, Turn } from '../../conversation/request.ts'
import type { Writing } from './writing.ts'

const anyArguments: JsonObject = { type: 'object', properties: {} }

/**
 * Converse has no tool choice `none`: leaving the tools out says the same. But a history with calls or
 * results in it is a 400 without any tools; then they stay, free to be called, and the choice is reported.
 */
export function writeTools(conversation: Conversation, writing: Writing): JsonObject | undefined {
  const { turns, toolChoice } = conversation
  const called = toolNamesIn(turns)
  if (conversation.parallelToolCalls === false && conversation.tools.length > 0) {
    writing.drop('parallel_tool_calls')
  }
  if (toolChoice?.type === 'none') {
    if (called.length === 0) return undefined
    if (conversation.tools.length > 0) writing.drop('tool_choice')
  }
  const offered = offeredTools(conversation)
  const tools = offered.length > 0 ? offered : called.map((name) => ({ name }))
  if (tools.length === 0) return undefined
  const choice = conversation.tools.length === 0 ? undefined : writeChoice(conversation)
  return {
    tools: tools.flatMap((tool) => writeTool(tool, writing)),
    ...(choice === undefined ? {} : { toolChoice: choice }),
  }
}

function offeredTools({ tools, toolChoice }: Conversation): readonly Tool[] {
  if (toolChoice?.type !== 'allowed') return tools
  return tools.filter((tool) => toolChoice.names.includes(tool.name))
}

function writeTool(tool: Tool, writing: Writing): JsonObject[] {
  const takesStrict = writing.traits.structuredOutput
  if (tool.strict && !takesStrict) writing.drop('tools.strict')
  const toolSpec = {
    name: tool.name,
    ...(tool.description ? { description: tool.description } : {}),
    inputSchema: { json: tool.parameters ?? anyArguments },
    ...(tool.strict && takesStrict ? { strict: true } : {}),
  }
  return [{ toolSpec }, ...writing.cachePoint(tool.cache)]
}

/** Auto is the default and stays unsaid: some models refuse any choice at all. */
function writeChoice({ toolChoice }: Conversation): JsonObject | undefined {
  switch (toolChoice?.type) {
    case 'required':
      return { any: {} }
    case 'named':
      return { tool: { name: toolChoice.name } }
    case 'allowed':
      return toolChoice.mode === 'required' ? { any: {} } : undefined
    default:
      return undefined
  }
}

function toolNamesIn(turns: readonly Turn[]): readonly string[] {
  const parts = turns.flatMap((turn) => turn.parts)
  const names = parts.flatMap((part) => (part.type === 'tool_call' ? [part.name] : []))
  if (names.length > 0) return [...new Set(names)]
  // A result whose call is not in the history needs some tool to belong to.
  return parts.some((part) => part.type === 'tool_result') ? ['tool'] : []
}

/** The caller insists on a call, which Claude refuses together with a budget for thinking. */
export function forcesTool({ toolChoice, tools }: Conversation): boolean {
  if (toolChoice === undefined || tools.length === 0) return false
  if (toolChoice.type === 'allowed') return toolChoice.mode === 'required'
  return toolChoice.type === 'required' || toolChoice.type === 'named'
}
