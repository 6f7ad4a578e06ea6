import { toJsonSchema } from '@valibot/to-json-schema'
import { type GenericSchema, getDescription } from 'valibot'
import { configSchema } from '../contract/config/schema.ts'
import { below, innermost, type Shape } from '../contract/config/shape.ts'
import { arrayAt, isObject, type Json, type JsonObject, objectAt, stringAt } from '../contract/json.ts'

/** What editors validate a file against: the values as they are written, with their units. */
export function jsonSchema(): JsonObject {
  const schema = toJsonSchema(configSchema, {
    typeMode: 'input',
    errorMode: 'ignore',
  }) as unknown as JsonObject
  return { ...described(schema, configSchema), title: 'Sidelight configuration' }
}

/** Of a value that is transformed, such as a duration, what follows the transformation was left out: its description. */
function described(json: JsonObject, schema: unknown): JsonObject {
  const shape = innermost(schema)
  const within = (key: string, value: Json | undefined) =>
    isObject(value) ? described(value, below(shape, key)) : (value ?? null)
  const told = descriptionOf(schema)
  const properties = objectAt(json, 'properties')
  return {
    ...json,
    ...(json['description'] === undefined && told !== undefined ? { description: told } : {}),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, value]) => [key, within(key, value)]),
          ),
        }),
    ...(isObject(json['items']) ? { items: within('', json['items']) } : {}),
    ...(isObject(json['additionalProperties'])
      ? { additionalProperties: within('', json['additionalProperties']) }
      : {}),
  }
}

function descriptionOf(schema: unknown): string | undefined {
  if (schema === undefined) return undefined
  const { wrapped } = schema as Shape
  return getDescription(schema as GenericSchema) ?? descriptionOf(wrapped)
}

export interface KeyRow {
  readonly key: string
  readonly type: string
  readonly fallback: string
  readonly help: string
}

/** Every key of the file, flattened, in the order of the schema. */
export function keyRows(): readonly KeyRow[] {
  return rowsOf('', jsonSchema())
}

function rowsOf(path: string, schema: JsonObject): KeyRow[] {
  const properties = objectAt(schema, 'properties') ?? {}
  const rows = Object.entries(properties).flatMap(([name, value]) =>
    rowOf(path === '' ? name : `${path}.${name}`, value),
  )
  const each = schema['additionalProperties']
  if (isObject(each)) rows.push(...rowOf(path === '' ? '<name>' : `${path}.<name>`, each))
  return rows
}

function rowOf(key: string, value: Json | undefined): KeyRow[] {
  if (!isObject(value)) return []
  const items = value['items']
  if (stringAt(value, 'type') === 'object') return rowsOf(key, value)
  if (isObject(items) && stringAt(items, 'type') === 'object') return rowsOf(`${key}[]`, items)
  const fallback = value['default']
  return [
    {
      key,
      type: typeText(value),
      fallback: fallback === undefined ? '' : `\`${JSON.stringify(fallback)}\``,
      help: stringAt(value, 'description') ?? '',
    },
  ]
}

function typeText(value: JsonObject): string {
  const choices = arrayAt(value, 'enum')
  if (choices.length > 0) return choices.map((choice) => `\`${String(choice)}\``).join(', ')
  const either = arrayAt(value, 'anyOf').filter(isObject)
  if (either.length > 0) return [...new Set(either.map(typeText))].join(' or ')
  const items = value['items']
  if (isObject(items)) return `list of ${typeText(items)}`
  return stringAt(value, 'type') ?? 'any'
}
