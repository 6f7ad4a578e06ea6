import { arrayAt, isObject, type Json, type JsonObject, objectAt, stringAt } from '../../../contract/json.ts'
import type { SimulatedTool } from './plan.ts'

const mediaTypes = new Set([
  'image_url',
  'image',
  'input_image',
  'document',
  'input_file',
  'file',
  'input_audio',
])
const resultTypes = new Set(['tool_result', 'function_call_output'])

/** What all message lists have in common, whatever their dialect: text, media, and who spoke last. */
export function promptOf(messages: readonly Json[], system: Json | undefined = undefined) {
  const found: Found = { texts: [], mediaParts: 0 }
  collect(system, found)
  let lastUserText = ''
  let lastAssistantText = ''
  for (const message of messages) {
    const before = found.texts.length
    collect(message, found)
    const role = stringAt(message, 'role')
    if (role === 'user' && !bringsResults(message)) lastUserText = found.texts.slice(before).join(' ')
    if (role === 'assistant' || role === 'model') lastAssistantText = found.texts.slice(before).join('')
  }
  return {
    prompt: found.texts.join('\n'),
    lastUserText,
    lastAssistantText,
    mediaParts: found.mediaParts,
    afterTool: bringsResults(messages.at(-1)),
  }
}

interface Found {
  readonly texts: string[]
  mediaParts: number
}

function collect(value: Json | undefined, found: Found): void {
  if (typeof value === 'string') found.texts.push(value)
  else if (Array.isArray(value)) for (const item of value) collect(item, found)
  else if (isObject(value)) collectObject(value, found)
}

function collectObject(value: JsonObject, found: Found): void {
  if (mediaTypes.has(stringAt(value, 'type') ?? '') || value['inlineData'] || value['fileData'])
    found.mediaParts++
  else for (const key of ['text', 'content', 'parts', 'output', 'thinking']) collect(value[key], found)
}

function bringsResults(message: Json | undefined): boolean {
  if (stringAt(message, 'role') === 'tool' || resultTypes.has(stringAt(message, 'type') ?? '')) return true
  if (arrayAt(message, 'parts').some((part) => objectAt(part, 'functionResponse'))) return true
  return arrayAt(message, 'content').some((part) => stringAt(part, 'type') === 'tool_result')
}

export function readTools(definitions: readonly Json[]): SimulatedTool[] {
  return definitions.flatMap((definition) => {
    const name = stringAt(definition, 'name')
    if (name === undefined) return []
    const parameters =
      objectAt(definition, 'parameters') ??
      objectAt(definition, 'input_schema') ??
      objectAt(definition, 'parametersJsonSchema')
    return [{ name, parameters: parameters ?? {} }]
  })
}
