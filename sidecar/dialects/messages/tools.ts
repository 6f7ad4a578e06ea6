import type { JsonObject } from '../../../contract/json.ts'
import type { Conversation, Tool, ToolChoice } from '../../conversation/request.ts'
import {
  asObject,
  booleanField,
  cacheOf,
  type DroppedFields,
  invalid,
  listField,
  objectField,
  required,
  textField,
} from './fields.ts'

const toolFields = new Set(['type', 'name', 'description', 'input_schema', 'strict', 'cache_control'])

export function readTools(body: JsonObject, dropped: DroppedFields): readonly Tool[] {
  return (listField(body, 'tools') ?? []).flatMap((item, index) => {
    const path = `tools.${index}`
    const tool = asObject(item, path)
    const type = textField(tool, 'type', `${path}.type`) ?? 'custom'
    if (type === 'custom') return [readTool(tool, path, dropped)]
    // Anthropic runs these itself; nobody else has them.
    dropped.add(`tools.${type}`)
    return []
  })
}

function readTool(tool: JsonObject, path: string, dropped: DroppedFields): Tool {
  dropped.addUnread(tool, toolFields, 'tools.')
  const description = textField(tool, 'description', `${path}.description`)
  const parameters = objectField(tool, 'input_schema', `${path}.input_schema`)
  const strict = booleanField(tool, 'strict', `${path}.strict`)
  return {
    name: required(textField(tool, 'name', `${path}.name`), `${path}.name`, 'a string'),
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(strict === undefined ? {} : { strict }),
    ...cacheOf(tool, path),
  }
}

type Choice = Pick<Conversation, 'toolChoice' | 'parallelToolCalls'>

export function readToolChoice(body: JsonObject, tools: readonly Tool[], dropped: DroppedFields): Choice {
  const choice = objectField(body, 'tool_choice')
  if (choice === undefined) return {}
  const disabled = booleanField(choice, 'disable_parallel_tool_use', 'tool_choice.disable_parallel_tool_use')
  const parallel = disabled === undefined ? {} : { parallelToolCalls: !disabled }
  const toolChoice = readChoice(choice)
  if (toolChoice.type === 'named' && !tools.some((tool) => tool.name === toolChoice.name)) {
    // The tool was one of Anthropic's own, and went.
    dropped.add('tool_choice')
    return parallel
  }
  return { toolChoice, ...parallel }
}

function readChoice(choice: JsonObject): ToolChoice {
  switch (choice['type']) {
    case 'auto':
    case 'none':
      return { type: choice['type'] }
    case 'any':
      return { type: 'required' }
    case 'tool': {
      const name = textField(choice, 'name', 'tool_choice.name')
      return { type: 'named', name: required(name, 'tool_choice.name', 'a string') }
    }
    default:
      throw invalid('tool_choice.type', 'auto, any, tool or none')
  }
}
