import { GatewayError } from '../../../contract/errors.ts'
import type { Json, JsonObject } from '../../../contract/json.ts'

/** The caller's body breaks a rule of the chat format; `path` is written as callers index it. */
export function invalid(path: string, problem: string): GatewayError {
  return new GatewayError('invalid_body', `${path}: ${problem}.`, { param: path })
}

export function untranslatable(path: string, problem: string): GatewayError {
  return new GatewayError('untranslatable', `${path}: ${problem}.`, { param: path })
}

/** Names of the caller's fields that found no place. Each is reported once. */
export class Dropped {
  readonly #names = new Set<string>()

  add(name: string): void {
    // Field names are the caller's own text: only what looks like an identifier is repeated.
    this.#names.add(/^[\w.\-[\]]{1,80}$/.test(name) ? name : 'unnamed')
  }

  /** Every field of `object` that is set and not among `known`. */
  addUnknown(object: JsonObject, known: ReadonlySet<string>, prefix: string): void {
    for (const key in object) if (!known.has(key) && isSet(object[key])) this.add(prefix + key)
  }

  names(): string[] {
    return [...this.#names]
  }
}

/** Null and empty lists are how SDKs say "nothing" in messages they send back. */
function isSet(value: Json | undefined): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)
}

export function requireString(value: Json | undefined, path: string): string {
  if (typeof value === 'string') return value
  throw invalid(path, `must be a string, not ${typeName(value)}`)
}

export function requireObject(value: Json | undefined, path: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw invalid(path, `must be an object, not ${typeName(value)}`)
}

export function requireArray(value: Json | undefined, path: string): Json[] {
  if (Array.isArray(value)) return value
  throw invalid(path, `must be a list, not ${typeName(value)}`)
}

/** Absent and null are the same thing to OpenAI. */
export function optionalNumber(body: JsonObject, name: string): number | undefined {
  const value = body[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number') return value
  throw invalid(name, `must be a number, not ${typeName(value)}`)
}

export function optionalCount(body: JsonObject, name: string): number | undefined {
  const value = optionalNumber(body, name)
  if (value !== undefined && !(Number.isInteger(value) && value >= 1))
    throw invalid(name, 'must be a positive whole number')
  return value
}

export function optionalString(body: JsonObject, name: string): string | undefined {
  const value = body[name]
  return value === undefined || value === null ? undefined : requireString(value, name)
}

export function optionalBoolean(body: JsonObject, name: string): boolean | undefined {
  const value = body[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'boolean') return value
  throw invalid(name, `must be true or false, not ${typeName(value)}`)
}

export function typeName(value: Json | undefined): string {
  if (value === undefined) return 'absent'
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : typeof value
}
