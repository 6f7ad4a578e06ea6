import type { JsonObject } from '../../../contract/json.ts'

export function writeTokenCount(totalTokens: number): JsonObject {
  return { totalTokens }
}
