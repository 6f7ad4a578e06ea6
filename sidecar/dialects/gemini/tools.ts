import { GatewayError } from '../../../contract/errors.ts'
import { isObject, type Json, type JsonObject } from '../../../contract/json.ts'
import type { Tool, ToolChoice } from '../../conversation/request.ts'
import { fieldAt, listField, objectField, stringField, unreadFields } from './fields.ts'
import { isStrictSchema, toJsonSchema } from './json-schema.ts'

export interface ReadTools {
  readonly tools: Tool[]
  readonly toolChoice?: ToolChoice
}

const readOfTool = new Set(['functionDeclarations'])
const readOfDeclaration = new Set(['name', 'description', 'parameters', 'parametersJsonSchema'])
const readOfToolConfig = new Set(['functionCallingConfig'])

/** Function declarations become tools; tools that Google runs itself are reported as dropped. */
export function readTools(body: Json, dropped: Set<string>): ReadTools {
  const config = objectField(body, 'toolConfig')
  for (const name of unreadFields(config, readOfToolConfig)) dropped.add(`toolConfig.${name}`)
  const calling = objectField(config, 'functionCallingConfig')
  const mode = stringField(calling, 'mode')?.toUpperCase()
  const tools: Tool[] = []
  for (const tool of listField(body, 'tools')) {
    if (isObject(tool)) for (const name of unreadFields(tool, readOfTool)) dropped.add(`tools.${name}`)
    for (const declaration of listField(tool, 'functionDeclarations')) {
      tools.push(readTool(declaration, mode === 'VALIDATED', dropped))
    }
  }
  const toolChoice = readChoice(mode, allowedNames(calling))
  return toolChoice ? { tools, toolChoice } : { tools }
}

function readTool(declaration: Json, strict: boolean, dropped: Set<string>): Tool {
  const name = stringField(declaration, 'name')
  if (!isObject(declaration) || !name) {
    const param = 'tools.functionDeclarations.name'
    throw new GatewayError('invalid_body', `${param} must be the name of a function.`, { param })
  }
  for (const field of unreadFields(declaration, readOfDeclaration)) {
    dropped.add(`tools.functionDeclarations.${field}`)
  }
  const description = stringField(declaration, 'description')
  const parameters = readParameters(declaration)
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(strict && parameters && isStrictSchema(parameters) ? { strict } : {}),
  }
}

function readParameters(declaration: JsonObject): JsonObject | undefined {
  const schema = objectField(declaration, 'parametersJsonSchema')
  if (schema) return schema
  const subset = objectField(declaration, 'parameters')
  return subset ? toJsonSchema(subset) : undefined
}

function allowedNames(calling: JsonObject | undefined): string[] {
  const names = fieldAt(calling, 'allowedFunctionNames')
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
}

function readChoice(mode: string | undefined, names: string[]): ToolChoice | undefined {
  switch (mode) {
    case 'NONE':
      return { type: 'none' }
    case 'ANY': {
      const [only] = names
      if (only === undefined) return { type: 'required' }
      return names.length === 1 ? { type: 'named', name: only } : { type: 'allowed', mode: 'required', names }
    }
    case 'VALIDATED':
      return names.length > 0 ? { type: 'allowed', mode: 'auto', names } : { type: 'auto' }
    case 'AUTO':
      return { type: 'auto' }
    default:
      return undefined
  }
}
