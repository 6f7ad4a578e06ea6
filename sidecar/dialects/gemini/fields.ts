import { isObject, type Json, type JsonObject } from '../../../contract/json.ts'

/**
 * Google reads protobuf JSON, where every field may be written in camelCase or in snake_case. Only field
 * names of the API are read this way: keys of arguments, responses and schemas belong to the caller.
 */
export function fieldAt(value: unknown, name: string): Json | undefined {
  if (!isObject(value)) return undefined
  return value[name] ?? value[snakeCase(name)]
}

export function objectField(value: unknown, name: string): JsonObject | undefined {
  const found = fieldAt(value, name)
  return isObject(found) ? found : undefined
}

/** A list; a single object where a list belongs counts as a list of one, as Vertex reads it. */
export function listField(value: unknown, name: string): Json[] {
  const found = fieldAt(value, name)
  if (Array.isArray(found)) return found
  return isObject(found) ? [found] : []
}

export function stringField(value: unknown, name: string): string | undefined {
  const found = fieldAt(value, name)
  return typeof found === 'string' ? found : undefined
}

/** Protobuf JSON also writes 64-bit numbers as strings. */
export function numberField(value: unknown, name: string): number | undefined {
  const found = fieldAt(value, name)
  const number = typeof found === 'string' && found.trim() !== '' ? Number(found) : found
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

export function booleanField(value: unknown, name: string): boolean | undefined {
  const found = fieldAt(value, name)
  return typeof found === 'boolean' ? found : undefined
}

export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** The fields of an object that are set and not in the list, in camelCase: what nobody read. */
export function unreadFields(value: JsonObject | undefined, read: ReadonlySet<string>): string[] {
  const names: string[] = []
  for (const key in value) {
    const name = camelCase(key)
    if (!read.has(name) && value[key] !== undefined && value[key] !== null) names.push(name)
  }
  return names
}
