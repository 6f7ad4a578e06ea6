import { isObject, type Json, type JsonObject } from '../../../contract/json.ts'
import { camelCase } from './fields.ts'

/** Where a schema holds the caller's own names or values: nothing in there is renamed. */
const schemaMaps = new Set(['properties', '$defs', 'definitions', 'patternProperties'])
const schemaLists = new Set(['anyOf', 'allOf', 'oneOf', 'prefixItems'])
const schemaValues = new Set(['items', 'additionalProperties', 'not'])
/** Protobuf JSON writes these 64-bit counts as strings. */
const counts = new Set(['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties'])

/**
 * Turns Google's OpenAPI subset (`type: "STRING"`, `nullable`, `format: "enum"`) into JSON schema, which
 * every other provider speaks. A schema that already is JSON schema comes out as it went in.
 */
export function toJsonSchema(schema: JsonObject, depth = 0): JsonObject {
  const result: JsonObject = {}
  for (const key in schema) {
    const value = schema[key]
    if (value === undefined) continue
    const name = key.startsWith('$') ? key : camelCase(key)
    if (name === 'nullable' || name === 'propertyOrdering') continue
    if (name === 'format' && value === 'enum') continue
    if (name === 'example') result['examples'] = [value]
    else result[name] = convert(name, value, depth)
  }
  return schema['nullable'] === true ? nullable(result) : result
}

// Bodies nest at most 256 levels; the guard only keeps a schema made in memory from looping.
const depthMax = 300

function convert(name: string, value: Json, depth: number): Json {
  if (depth > depthMax) return value
  if (name === 'type') return typeName(value)
  if (counts.has(name) && typeof value === 'string') return Number(value)
  if (schemaMaps.has(name) && isObject(value)) {
    const result: JsonObject = {}
    for (const key in value) result[key] = subschema(value[key], depth)
    return result
  }
  if (schemaLists.has(name) && Array.isArray(value)) return value.map((item) => subschema(item, depth))
  return schemaValues.has(name) ? subschema(value, depth) : value
}

function subschema(value: Json | undefined, depth: number): Json {
  return isObject(value) ? toJsonSchema(value, depth + 1) : (value ?? null)
}

function typeName(value: Json): Json {
  if (Array.isArray(value)) return value.map(typeName)
  return typeof value === 'string' ? value.toLowerCase() : value
}

function nullable(schema: JsonObject): JsonObject {
  const type = schema['type']
  if (typeof type === 'string') {
    const values = schema['enum']
    return {
      ...schema,
      type: [type, 'null'],
      ...(Array.isArray(values) && !values.includes(null) ? { enum: [...values, null] } : {}),
    }
  }
  const options = schema['anyOf']
  if (Array.isArray(options)) return { ...schema, anyOf: [...options, { type: 'null' }] }
  return schema
}

/**
 * Whether a schema may be sent as strict: OpenAI refuses strict schemas whose objects are open or have
 * optional properties, so asking for strictness there would turn a good request into an error.
 */
export function isStrictSchema(schema: Json | undefined, depth = 0): boolean {
  if (!isObject(schema) || depth > depthMax) return true
  const properties = schema['properties']
  if (schema['type'] === 'object' || isObject(properties)) {
    const names = isObject(properties) ? Object.keys(properties) : []
    const required = schema['required']
    if (schema['additionalProperties'] !== false) return false
    if (!names.every((name) => Array.isArray(required) && required.includes(name))) return false
  }
  const inner = [schema['items'], ...Object.values(isObject(properties) ? properties : {})]
  for (const key of schemaLists) inner.push(...(Array.isArray(schema[key]) ? schema[key] : []))
  return inner.every((item) => isStrictSchema(item, depth + 1))
}
