import type { Json, JsonObject } from '../../../contract/json.ts'
import type { Shape } from '../walk/shape.ts'
import { type RestoreAsk, restoreJson } from './whole.ts'

/** Restores what stands under one key of an event. Whether there was anything to restore. */
export function restoreInPlace(event: JsonObject, key: string, shape: Shape, ask: RestoreAsk): boolean {
  const value = event[key]
  if (value === undefined) return false
  const json = JSON.stringify(value)
  const restored = restoreJson(json, shape.fields?.[key] ?? shape, ask)
  if (restored === json) return false
  event[key] = JSON.parse(restored) as Json
  return true
}
