import { GatewayError } from '../../../contract/errors.ts'
import type { JsonObject } from '../../../contract/json.ts'

/** A field no provider could take. The message names the field and what it must be, never its value. */
export function invalid(param: string, must: string): GatewayError {
  return new GatewayError('invalid_body', `\`${param}\` ${must}.`, { param })
}

/** A field that only OpenAI's own Responses endpoint understands. */
export function untranslatable(param: string, why: string): GatewayError {
  return new GatewayError('untranslatable', `\`${param}\` ${why}.`, { param })
}

interface Kinds {
  readonly string: string
  readonly number: number
  readonly boolean: boolean
}

/** An optional field: null is absent, the wrong type is the caller's mistake, not something to pass over. */
export function optional<K extends keyof Kinds>(
  body: JsonObject,
  key: string,
  kind: K,
): Kinds[K] | undefined {
  const value = body[key]
  if (value === undefined || value === null) return undefined
  if (typeof value === kind) return value as unknown as Kinds[K]
  throw invalid(key, `must be a ${kind}`)
}
