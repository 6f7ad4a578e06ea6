import {
  booleanAt,
  isObject,
  type Json,
  type JsonObject,
  objectAt,
  stringAt,
} from '../../../contract/json.ts'
import type { OutputFormat, Tool, ToolChoice } from '../../conversation/request.ts'
import { readCacheMark } from './parts.ts'
import { type Dropped, invalid, requireArray, requireObject, requireString, untranslatable } from './wire.ts'

/** Tools, and the `functions` of the time before tools. */
export function readTools(body: JsonObject, dropped: Dropped): Tool[] {
  const tools: Tool[] = []
  const listed = requireArray(body['tools'] ?? [], 'tools')
  for (const [index, value] of listed.entries()) {
    const path = `tools[${index}]`
    const tool = requireObject(value, path)
    if (tool['type'] === undefined || tool['type'] === 'function')
      tools.push(functionTool(tool, path, dropped))
    else dropped.add(`tools.${stringAt(tool, 'type') ?? 'type'}`)
  }
  if (listed.length > 0 && tools.length === 0)
    throw untranslatable('tools', 'only function tools can go to a provider that speaks another format')
  for (const [index, value] of requireArray(body['functions'] ?? [], 'functions').entries()) {
    tools.push(definition(requireObject(value, `functions[${index}]`), `functions[${index}]`, dropped))
  }
  return tools
}

function functionTool(tool: JsonObject, path: string, dropped: Dropped): Tool {
  const defined = requireObject(tool['function'], `${path}.function`)
  const cache = readCacheMark(tool) ?? readCacheMark(defined)
  return { ...definition(defined, `${path}.function`, dropped), ...(cache === undefined ? {} : { cache }) }
}

const definitionKeys = new Set(['name', 'description', 'parameters', 'strict', 'cache_control'])

function definition(defined: JsonObject, path: string, dropped: Dropped): Tool {
  dropped.addUnknown(defined, definitionKeys, 'tools.function.')
  const description = stringAt(defined, 'description')
  const parameters = defined['parameters'] ?? undefined
  const strict = booleanAt(defined, 'strict')
  return {
    name: requireString(defined['name'], `${path}.name`),
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters: requireObject(parameters, `${path}.parameters`) }),
    ...(strict === undefined ? {} : { strict }),
  }
}

export function readToolChoice(body: JsonObject): ToolChoice | undefined {
  const choice = body['tool_choice'] ?? legacyChoice(body['function_call'])
  if (choice === undefined || choice === null) return undefined
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { type: choice }
  // Mistral's word for required.
  if (choice === 'any') return { type: 'required' }
  if (isObject(choice)) return objectChoice(choice)
  throw invalid('tool_choice', 'must be none, auto, required or an object')
}

function legacyChoice(value: Json | undefined): Json | undefined {
  return isObject(value) ? { type: 'function', function: value } : value
}

function objectChoice(choice: JsonObject): ToolChoice {
  switch (choice['type']) {
    case 'function':
      return {
        type: 'named',
        name: requireString(objectAt(choice, 'function')?.['name'], 'tool_choice.function.name'),
      }
    case 'allowed_tools':
      return allowedTools(requireObject(choice['allowed_tools'], 'tool_choice.allowed_tools'))
    case 'auto':
    case 'none':
    case 'required':
      return { type: choice['type'] }
    case 'custom':
      throw untranslatable('tool_choice', 'custom tools can only go to a provider that speaks this format')
    default:
      throw invalid('tool_choice.type', 'must be function, allowed_tools or custom')
  }
}

function allowedTools(allowed: JsonObject): ToolChoice {
  const path = 'tool_choice.allowed_tools'
  const names = requireArray(allowed['tools'], `${path}.tools`).map((tool, index) => {
    const name = stringAt(objectAt(tool, 'function'), 'name') ?? stringAt(tool, 'name')
    return requireString(name, `${path}.tools[${index}].function.name`)
  })
  return { type: 'allowed', mode: allowed['mode'] === 'required' ? 'required' : 'auto', names }
}

export function readOutputFormat(value: Json | undefined): OutputFormat | undefined {
  if (value === undefined || value === null) return undefined
  const format = requireObject(value, 'response_format')
  switch (format['type']) {
    case 'text':
      return undefined
    case 'json_object':
      return { type: 'json' }
    case 'json_schema':
      return schemaFormat(requireObject(format['json_schema'], 'response_format.json_schema'))
    default:
      throw invalid('response_format.type', 'must be text, json_object or json_schema')
  }
}

function schemaFormat(wanted: JsonObject): OutputFormat {
  const description = stringAt(wanted, 'description')
  const strict = booleanAt(wanted, 'strict')
  return {
    type: 'schema',
    name: stringAt(wanted, 'name') ?? 'response',
    schema: requireObject(wanted['schema'] ?? {}, 'response_format.json_schema.schema'),
    ...(description === undefined ? {} : { description }),
    ...(strict === undefined ? {} : { strict }),
  }
}
