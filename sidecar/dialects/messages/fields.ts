import { GatewayError } from '../../../contract/errors.ts'
import { isObject, type Json, type JsonObject } from '../../../contract/json.ts'
import type { CacheMark } from '../../conversation/request.ts'

/** Readers that answer a wrong type with a 400 naming the path. `null` counts as absent, as Anthropic has it. */
export function invalid(path: string, must: string): GatewayError {
  return new GatewayError('invalid_body', `${path}: must be ${must}`, { param: path })
}

export function textField(body: JsonObject, key: string, path = key): string | undefined {
  const value = body[key] ?? undefined
  if (value === undefined || typeof value === 'string') return value
  throw invalid(path, 'a string')
}

export function numberField(body: JsonObject, key: string, path = key): number | undefined {
  const value = body[key] ?? undefined
  if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value
  throw invalid(path, 'a number')
}

export function integerField(body: JsonObject, key: string, path = key): number | undefined {
  const value = numberField(body, key, path)
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value
  throw invalid(path, 'a whole number, zero or more')
}

export function booleanField(body: JsonObject, key: string, path = key): boolean | undefined {
  const value = body[key] ?? undefined
  if (value === undefined || typeof value === 'boolean') return value
  throw invalid(path, 'true or false')
}

export function objectField(body: JsonObject, key: string, path = key): JsonObject | undefined {
  const value = body[key] ?? undefined
  if (value === undefined || isObject(value)) return value
  throw invalid(path, 'an object')
}

export function listField(body: JsonObject, key: string, path = key): readonly Json[] | undefined {
  const value = body[key] ?? undefined
  if (value === undefined || Array.isArray(value)) return value
  throw invalid(path, 'an array')
}

export function required<T>(value: T | undefined, path: string, must: string): T {
  if (value === undefined) throw invalid(path, must)
  return value
}

export function asObject(value: Json | undefined, path: string): JsonObject {
  if (!isObject(value)) throw invalid(path, 'an object')
  return value
}

export function cacheOf(block: JsonObject, path: string): { cache?: CacheMark } {
  const control = objectField(block, 'cache_control', `${path}.cache_control`)
  if (control === undefined) return {}
  const ttl = control['ttl']
  return { cache: ttl === '1h' || ttl === '5m' ? { ttl } : {} }
}

/**
 * Names of fields that nobody reads here. They go into a header, so what no API would call a field is not
 * repeated.
 */
export class DroppedFields {
  readonly names = new Set<string>()

  add(name: string): void {
    this.names.add(/^[A-Za-z0-9_.-]{1,80}$/.test(name) ? name : 'unknown_field')
  }

  /** Everything set in an object that is not in the list of what was read. */
  addUnread(object: JsonObject, read: ReadonlySet<string>, prefix = ''): void {
    for (const key in object) {
      const value = object[key]
      if (!read.has(key) && value !== undefined && value !== null) this.add(prefix + key)
    }
  }
}
