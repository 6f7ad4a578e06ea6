export type Json = string | number | boolean | null | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json | undefined
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Narrowing readers for `unknown` wire data: a value of the wrong type counts as absent. */
export function objectAt(value: unknown, key: string): JsonObject | undefined {
  const found = isObject(value) ? value[key] : undefined
  return isObject(found) ? found : undefined
}

export function arrayAt(value: unknown, key: string): Json[] {
  const found = isObject(value) ? value[key] : undefined
  return Array.isArray(found) ? found : []
}

export function stringAt(value: unknown, key: string): string | undefined {
  const found = isObject(value) ? value[key] : undefined
  return typeof found === 'string' ? found : undefined
}

export function numberAt(value: unknown, key: string): number | undefined {
  const found = isObject(value) ? value[key] : undefined
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined
}

export function booleanAt(value: unknown, key: string): boolean | undefined {
  const found = isObject(value) ? value[key] : undefined
  return typeof found === 'boolean' ? found : undefined
}

/** A token count as providers send it; negative, fractional or non-numeric values count as absent. */
export function countAt(value: unknown, key: string): number | undefined {
  const found = numberAt(value, key)
  return found !== undefined && found >= 0 && Number.isInteger(found) ? found : undefined
}
