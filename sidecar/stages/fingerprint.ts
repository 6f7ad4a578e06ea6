import { promptFingerprint } from '../../contract/fingerprint.ts'
import { promptBytes } from '../body/prompt-size.ts'
import type { Context } from '../context.ts'
import type { Services } from '../services.ts'

/** Names the prompt by a hash and estimates its size; the text itself goes no further. */
export function fingerprint(context: Context, services: Services): void {
  const { body } = context
  if (body === undefined) return
  context.promptFingerprint = promptFingerprint(body)
  context.promptBytes = promptBytes(body)
  // Who will serve it is not known yet; most routes begin with the one that serves most.
  const model = context.route?.candidates[0]?.servedBy ?? ''
  context.estimatedInputTokens = services.ratios.tokens(model, 'prompt', context.promptBytes)
}
