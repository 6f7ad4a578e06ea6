import { promptFingerprint } from '../../contract/fingerprint.ts'
import { promptBytes } from '../body/prompt-size.ts'
import type { Context } from '../context.ts'
import { Facts } from '../routing/facts.ts'
import { segmentUnder } from '../routing/segments.ts'
import type { Services } from '../services.ts'

/** Names the prompt by a hash and estimates its size; the text itself goes no further. */
export function fingerprint(context: Context, services: Services): void {
  const { body, route } = context
  if (body !== undefined) {
    context.promptFingerprint = promptFingerprint(body)
    context.promptBytes = promptBytes(body)
    // Who will serve it is not known yet; most routes begin with the one that serves most.
    const model = route?.candidates[0]?.servedBy ?? ''
    context.estimatedInputTokens = services.ratios.tokens(model, 'prompt', context.promptBytes)
  }
  if (route === undefined) return
  const facts = new Facts(circumstancesOf(context), body)
  context.facts = facts
  // Read once: a policy that comes into force meanwhile is for the next request.
  context.policy = services.policies.of(route.name)
  context.segment = segmentUnder(context.policy, route.segmentBy, facts)
}

function circumstancesOf(context: Context): Facts['given'] {
  const { hints, callerKey } = context
  const { identity } = context.snapshot.config
  return {
    dialect: context.dialectName,
    operation: context.operation,
    streamed: context.streamed,
    app: callerKey?.app ?? identity.app,
    team: callerKey?.team ?? identity.team,
    env: identity.env,
    keyName: callerKey?.name ?? '',
    customer: hints.customer,
    tier: hints.tier || (callerKey?.tier ?? ''),
    feature: hints.feature,
    prompt: hints.promptName,
    promptVersion: hints.promptVersion,
    tags: hints.tags,
    session: hints.session,
    requestId: context.requestId,
    inputTokens: context.estimatedInputTokens,
    promptBytes: context.promptBytes,
    atMs: context.arrivedMs,
  }
}
