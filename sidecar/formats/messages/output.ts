import { isObject, type Json, type JsonObject } from '../../../contract/json.ts'
import type { OutputFormat } from '../../conversation/request.ts'
import type { ModelTraits } from './models.ts'

export interface WrittenOutput {
  /** For `output_config.format`. */
  readonly format?: JsonObject
  /** For the end of the system prompt, where the API has no field for it. */
  readonly instruction?: string
}

export function writeOutput(
  output: OutputFormat | undefined,
  traits: ModelTraits,
  dropped: Set<string>,
): WrittenOutput {
  if (output === undefined) return {}
  if (output.type === 'json') return { instruction: 'Answer with one JSON object and nothing else.' }
  if (traits.structuredOutput) return { format: { type: 'json_schema', schema: closed(output.schema) } }
  // Without the guarantee of the API it is a request to the model, and the caller should know.
  dropped.add('json_schema')
  const schema = JSON.stringify(output.schema)
  return { instruction: `Answer with JSON that fits this JSON schema, and nothing else:\n${schema}` }
}

/** Anthropic refuses object schemas that do not close themselves; other vendors take that for granted. */
function closed(schema: JsonObject): JsonObject {
  const copy: JsonObject = {}
  for (const key in schema) {
    const value = schema[key]
    copy[key] = keepsNames.has(key) && isObject(value) ? closedEach(value) : closedValue(value, key)
  }
  const isObjectSchema = schema['type'] === 'object' || isObject(schema['properties'])
  if (isObjectSchema && schema['additionalProperties'] === undefined) copy['additionalProperties'] = false
  return copy
}

/** Keys whose value maps names to schemas. */
const keepsNames = new Set(['properties', '$defs', 'definitions'])
/** Keys that hold plain values, which only look like schemas. */
const holdsValues = new Set(['const', 'enum', 'default', 'examples', 'required'])

function closedEach(schemas: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, closedValue(schema, '')]))
}

function closedValue(value: Json | undefined, key: string): Json | undefined {
  if (holdsValues.has(key)) return value
  if (Array.isArray(value)) return value.map((item) => (isObject(item) ? closed(item) : item))
  return isObject(value) ? closed(value) : value
}
