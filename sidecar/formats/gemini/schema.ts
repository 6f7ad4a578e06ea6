import { isObject, type Json, type JsonObject } from '../../../contract/json.ts'

/**
 * JSON schema as the OpenAPI subset that older models and some hosts read: no `$ref` (inlined), no null
 * types (`nullable`), no `const` (an enum of one), upper-case type names. What the subset cannot say is
 * left out; it never changes what is required.
 */
export function toOpenApiSubset(schema: JsonObject): JsonObject | undefined {
  const converted = convert(schema, { root: schema, path: [] })
  // An object without properties is refused at the root: leaving it out means no arguments.
  return isEmptyObject(converted) ? undefined : converted
}

interface Place {
  readonly root: JsonObject
  /** The references that lead here: a schema that contains itself stops at its second turn. */
  readonly path: readonly string[]
}

const kept = [
  'title',
  'description',
  'format',
  'default',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
  'minimum',
  'maximum',
  'pattern',
  'required',
  'propertyOrdering',
] as const

const formats = new Set([
  'enum',
  'date-time',
  'date',
  'time',
  'int32',
  'int64',
  'float',
  'double',
  'email',
  'byte',
])

function convert(schema: JsonObject, place: Place): JsonObject {
  const reference = schema['$ref']
  if (typeof reference === 'string') return convertReference(schema, reference, place)
  const result: JsonObject = {}
  for (const key of kept) if (schema[key] !== undefined) result[key] = schema[key]
  if (typeof schema['format'] === 'string' && !formats.has(schema['format'])) delete result['format']
  writeType(schema, result)
  writeValues(schema, result)
  writeChildren(schema, result, place)
  writeAlternatives(schema, result, place)
  return result
}

function convertReference(schema: JsonObject, reference: string, place: Place): JsonObject {
  const target = resolve(reference, place.root)
  const description = schema['description']
  const told = description === undefined ? {} : { description }
  if (!target || place.path.includes(reference)) return { type: 'OBJECT', ...told }
  return { ...convert(target, { root: place.root, path: [...place.path, reference] }), ...told }
}

/** `#/$defs/Name` and any other pointer into the same schema. */
function resolve(reference: string, root: JsonObject): JsonObject | undefined {
  if (!reference.startsWith('#')) return undefined
  let found: Json | undefined = root
  for (const step of reference.slice(1).split('/')) {
    if (step === '') continue
    if (!isObject(found)) return undefined
    found = found[step.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return isObject(found) ? found : undefined
}

function writeType(schema: JsonObject, result: JsonObject): void {
  const type = schema['type']
  const names = (Array.isArray(type) ? type : [type]).filter((name) => typeof name === 'string')
  const [first, second] = names.filter((name) => name !== 'null')
  if (names.includes('null') && first !== undefined) result['nullable'] = true
  if (schema['nullable'] === true) result['nullable'] = true
  if (second !== undefined)
    result['anyOf'] = names.filter((name) => name !== 'null').map((name) => ({ type: upper(name) }))
  else if (first !== undefined) result['type'] = upper(first)
  else if (names.includes('null')) result['type'] = 'NULL'
  else if (isObject(schema['properties'])) result['type'] = 'OBJECT'
}

const upper = (name: string): string => name.toUpperCase()

/** Enums hold texts alone in the subset. */
function writeValues(schema: JsonObject, result: JsonObject): void {
  const constant = schema['const']
  const values = Array.isArray(schema['enum'])
    ? schema['enum']
    : constant === undefined
      ? undefined
      : [constant]
  if (!values) return
  if (values.includes(null)) result['nullable'] = true
  const texts = values.filter((value) => typeof value === 'string')
  if (texts.length === 0) return
  result['enum'] = texts
  result['type'] ??= 'STRING'
}

function writeChildren(schema: JsonObject, result: JsonObject, place: Place): void {
  const items =
    schema['items'] ?? (Array.isArray(schema['prefixItems']) ? schema['prefixItems'][0] : undefined)
  if (isObject(items)) result['items'] = convert(items, place)
  else if (result['type'] === 'ARRAY') result['items'] = { type: 'STRING' }
  const properties = schema['properties']
  if (!isObject(properties)) return
  const converted: JsonObject = {}
  for (const name in properties) {
    const property = properties[name]
    converted[name] = isObject(property) ? convert(property, place) : { type: 'STRING' }
  }
  result['properties'] = converted
}

function writeAlternatives(schema: JsonObject, result: JsonObject, place: Place): void {
  const options = [schema['anyOf'], schema['oneOf']].find(Array.isArray)?.filter(isObject)
  if (options) {
    const real = options.filter((option) => option['type'] !== 'null')
    if (real.length < options.length) result['nullable'] = true
    const [only] = real
    if (only && real.length === 1) Object.assign(result, convert(only, place), isNullable(result))
    else if (real.length > 1) result['anyOf'] = real.map((option) => convert(option, place))
  }
  const all = schema['allOf']
  if (Array.isArray(all)) for (const part of all) if (isObject(part)) merge(result, convert(part, place))
}

const isNullable = (result: JsonObject): JsonObject => (result['nullable'] === true ? { nullable: true } : {})

function merge(result: JsonObject, part: JsonObject): void {
  for (const key in part) {
    const own = result[key]
    const other = part[key]
    if (own === undefined) result[key] = other
    else if (key === 'properties' && isObject(own) && isObject(other)) result[key] = { ...own, ...other }
    else if (key === 'required' && Array.isArray(own) && Array.isArray(other)) {
      result[key] = [...new Set([...own, ...other])]
    }
  }
}

function isEmptyObject(schema: JsonObject): boolean {
  const properties = schema['properties']
  const isObjectType = schema['type'] === 'OBJECT' || schema['type'] === undefined
  if (!isObjectType || schema['anyOf'] !== undefined) return false
  return !isObject(properties) || Object.keys(properties).length === 0
}
