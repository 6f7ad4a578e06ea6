import {
  arrayAt,
  booleanAt,
  isObject,
  type Json,
  type JsonObject,
  objectAt,
  stringAt,
} from '../../../contract/json.ts'
import type { Tool, ToolChoice } from '../../conversation/request.ts'
import { required } from './parts.ts'
import { invalid, untranslatable } from './refuse.ts'

const hosted =
  'is not a function tool: hosted and custom tools run only at OpenAI; use functions, or an OpenAI model'
const known: ReadonlySet<string> = new Set(['type', 'name', 'description', 'parameters', 'strict'])

export function readTools(body: JsonObject, dropped: Set<string>): Tool[] {
  return arrayAt(body, 'tools').map((tool, index) => {
    const param = `tools[${index}]`
    if (!isObject(tool)) throw invalid(param, 'must be an object')
    if (tool['type'] !== 'function') throw untranslatable(param, hosted)
    for (const key of lostKeys(tool)) dropped.add(`tools.${key}`)
    return readTool(tool, param)
  })
}

function readTool(tool: JsonObject, param: string): Tool {
  const description = stringAt(tool, 'description')
  const parameters = objectAt(tool, 'parameters')
  const strict = booleanAt(tool, 'strict')
  return {
    name: required(tool, 'name', param),
    ...(description !== undefined && { description }),
    ...(parameters !== undefined && { parameters }),
    ...(strict !== undefined && { strict }),
  }
}

function lostKeys(tool: JsonObject): string[] {
  return Object.keys(tool).filter((key) => {
    const isSet = tool[key] !== null && tool[key] !== undefined && tool[key] !== false
    return isSet && !known.has(key) && /^\w{1,40}$/.test(key)
  })
}

export function readToolChoice(choice: Json | undefined): ToolChoice | undefined {
  if (choice === undefined || choice === null) return undefined
  if (choice === 'auto' || choice === 'required' || choice === 'none') return { type: choice }
  const name = stringAt(choice, 'name')
  if (isObject(choice) && choice['type'] === 'function' && name !== undefined) return { type: 'named', name }
  if (isObject(choice) && choice['type'] === 'allowed_tools') return readAllowed(choice)
  throw untranslatable(
    'tool_choice',
    'names a tool that is no function; use auto, required, none or a function',
  )
}

function readAllowed(choice: JsonObject): ToolChoice {
  const names = arrayAt(choice, 'tools').map((tool, index) => {
    const name = stringAt(tool, 'name')
    if (stringAt(tool, 'type') === 'function' && name !== undefined) return name
    throw untranslatable(`tool_choice.tools[${index}]`, hosted)
  })
  return { type: 'allowed', mode: choice['mode'] === 'required' ? 'required' : 'auto', names }
}
