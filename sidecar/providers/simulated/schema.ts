import {
  arrayAt,
  isObject,
  type Json,
  type JsonObject,
  numberAt,
  objectAt,
  stringAt,
} from '../../../contract/json.ts'
import { type Draw, prose } from './text.ts'

const depthMax = 6

interface Making {
  readonly root: JsonObject
  readonly draw: Draw
  readonly depth: number
}

/** A value that satisfies a simple JSON schema: types, enums, bounds, references, required properties. */
export function exampleOf(schema: JsonObject, draw: Draw): Json {
  return make(schema, { root: schema, draw, depth: 0 })
}

function make(schema: Json | undefined, making: Making): Json {
  if (!isObject(schema)) return {}
  if ('const' in schema) return schema['const'] ?? null
  const choices = arrayAt(schema, 'enum')
  if (choices.length > 0) return choices[making.draw(choices.length)] ?? null
  const reference = stringAt(schema, '$ref')
  if (reference !== undefined) return make(resolve(reference, making.root), deeper(making))
  const variant = arrayAt(schema, 'anyOf')[0] ?? arrayAt(schema, 'oneOf')[0]
  if (variant !== undefined) return make(variant, deeper(making))
  const parts = arrayAt(schema, 'allOf')
  if (parts.length > 0) return Object.assign({}, ...parts.map((part) => make(part, deeper(making))))
  return ofType(schema, making)
}

function deeper(making: Making): Making {
  return { ...making, depth: making.depth + 1 }
}

function resolve(reference: string, root: JsonObject): JsonObject | undefined {
  let at: JsonObject | undefined = root
  for (const key of reference.replace(/^#\/?/, '').split('/')) if (key !== '') at = objectAt(at, key)
  return at
}

function ofType(schema: JsonObject, making: Making): Json {
  const named = schema['type']
  const type = Array.isArray(named) ? named[0] : named
  switch (String(type ?? (objectAt(schema, 'properties') ? 'object' : 'string')).toLowerCase()) {
    case 'object':
      return objectFor(schema, making)
    case 'array':
      return arrayFor(schema, making)
    case 'integer':
      return Math.ceil(numberFor(schema, making.draw))
    case 'number':
      return numberFor(schema, making.draw)
    case 'boolean':
      return making.draw(2) === 1
    case 'null':
      return null
    default:
      return stringFor(schema, making.draw)
  }
}

function objectFor(schema: JsonObject, making: Making): JsonObject {
  const required = new Set(arrayAt(schema, 'required'))
  const made: JsonObject = {}
  for (const [name, property] of Object.entries(objectAt(schema, 'properties') ?? {})) {
    // Recursive schemas end here: what is not required is left out once it is deep enough.
    if (making.depth < depthMax || required.has(name)) {
      if (making.depth < depthMax * 3) made[name] = make(property, deeper(making))
    }
  }
  return made
}

function arrayFor(schema: JsonObject, making: Making): Json[] {
  const least = numberAt(schema, 'minItems') ?? (making.depth < depthMax ? 1 : 0)
  return Array.from({ length: Math.min(least, 100) }, () => make(schema['items'], deeper(making)))
}

function numberFor(schema: JsonObject, draw: Draw): number {
  const step = numberAt(schema, 'multipleOf') ?? 1
  const above = numberAt(schema, 'exclusiveMinimum')
  const below = numberAt(schema, 'exclusiveMaximum')
  const most = numberAt(schema, 'maximum') ?? (below === undefined ? undefined : below - step)
  const least = numberAt(schema, 'minimum') ?? (above === undefined ? undefined : above + step)
  const from = least ?? (most === undefined ? 0 : most - 10 * step)
  const room = most === undefined ? 100 : Math.floor((most - from) / step) + 1
  return Math.ceil(from / step) * step + draw(Math.max(1, Math.min(room, 100))) * step
}

const formatted: Readonly<Record<string, string>> = {
  'date-time': '2026-01-02T03:04:05Z',
  date: '2026-01-02',
  time: '03:04:05Z',
  email: 'someone@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
  ipv4: '192.0.2.1',
}

function stringFor(schema: JsonObject, draw: Draw): string {
  const fixed = formatted[stringAt(schema, 'format') ?? '']
  if (fixed !== undefined) return fixed
  const text = prose(`string ${draw(2 ** 30)}`, 4).join('')
  const padded = text.padEnd(numberAt(schema, 'minLength') ?? 0, ' more')
  return padded.slice(0, numberAt(schema, 'maxLength') ?? padded.length)
}
