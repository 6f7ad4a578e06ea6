import { promptFingerprint } from '../../contract/fingerprint.ts'
import { promptBytes } from '../body/prompt-size.ts'
import type { Context } from '../context.ts'

/** Bytes per token: a first guess for every model, ±10 % for English prose. */
const bytesPerToken = 4

/** Names the prompt by a hash and estimates its size; the text itself goes no further. */
export function fingerprint(context: Context): void {
  const { body } = context
  if (body === undefined) return
  context.promptFingerprint = promptFingerprint(body)
  context.estimatedInputTokens = Math.ceil(promptBytes(body) / bytesPerToken)
}
