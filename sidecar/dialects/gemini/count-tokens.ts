import type { JsonObject } from '../../../contract/json.ts'
import { fieldAt, objectField } from './fields.ts'

export function writeTokenCount(totalTokens: number): JsonObject {
  return { totalTokens }
}

/** A countTokens body holds the contents themselves or a whole request; this is what is counted. */
export function countedRequest(body: JsonObject): JsonObject {
  return objectField(body, 'generateContentRequest') ?? (fieldAt(body, 'contents') === undefined ? {} : body)
}
