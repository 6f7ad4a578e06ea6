import { tokenColumns } from '../../contract/usage.ts'
import type { Attempt, Context } from '../context.ts'
import { clientRetries } from '../hints.ts'
import type { Facts } from '../routing/facts.ts'
import type { RoutingMemory } from '../routing/memory.ts'
import type { Route } from '../routing/route.ts'
import type { Services } from '../services.ts'

/** What later requests go by: how text counts, how long and fast answers are, who sticks to whom, what was asked again. */
export function learn(context: Context, services: Services): void {
  learnCost(context)
  if (context.job.role === 'audit' || context.cached !== undefined) return
  // Of an answer that two have written, neither prompt nor length is what a request like this one has.
  const isWhole = context.recovery.mode !== 'stitch'
  if (isWhole) learnRatios(context, services)
  const { route, facts } = context
  if (route === undefined || facts === undefined) return
  noticeAgain(context, services.routing, facts)
  const attempt = context.answer?.attempt
  if (attempt !== undefined && context.outcome === 'ok' && isWhole)
    learnAnswer(context, services.routing, { route, facts, attempt })
  // Whoever left is no sign that nobody could have answered.
  else if (context.outcome === 'error' && context.fault !== undefined)
    services.routing.sticky.forget(route.name, context.choice.unitHash)
}

/** Where no provider stated its usage, what an answer costs is known only when it is counted. */
function learnCost({ kept, cost }: Context): void {
  if (kept?.costUsd === null) kept.costUsd = cost?.costUsd ?? null
}

/** From answers that state their usage: how much text makes a token, for those that don't. */
function learnRatios(context: Context, services: Services): void {
  const attempt = context.answer?.attempt
  if (attempt?.usageSource !== 'provider' || attempt.usage === undefined) return
  const { usage } = attempt
  const { servedBy } = attempt.candidate
  const { input_tokens: input, output_tokens: output } = tokenColumns(usage)
  if (context.promptBytes > 0 && usage.classes.input_image === undefined)
    services.ratios.learn(servedBy, 'prompt', { size: context.promptBytes, tokens: input })
  // Thinking that is billed but not shown makes the words look few.
  if (attempt.deliveredChars > 0 && usage.reasoning === undefined)
    services.ratios.learn(servedBy, 'answer', { size: attempt.deliveredChars, tokens: output })
}

interface Answered {
  readonly route: Route
  readonly facts: Facts
  readonly attempt: Attempt
}

function learnAnswer(context: Context, { learned, affinity }: RoutingMemory, answered: Answered): void {
  const { route, facts, attempt } = answered
  const { candidate, usage } = attempt
  const tokens = tokenColumns(usage)
  if (context.operation === 'generate') {
    const { output_tokens: outputTokens } = tokens
    if (outputTokens > 0) learned.addOutput(candidate.hash, context.segment, outputTokens, context.arrivedMs)
    learned.addSpeed(candidate.hash, { ...paceOf(context, attempt), outputTokens }, context.arrivedMs)
  }
  // Only a strategy that compares costs asks what is still in somebody's cache.
  if (route.strategy !== 'cheapest' || facts.prefixBlocks.length === 0) return
  const nowAt = performance.now()
  const share = 1 / facts.prefixBlocks.length
  const expected = affinity.cachedBlocks(candidate.hash, facts.prefixBlocks, nowAt) * share
  affinity.learn(candidate.hash, expected, tokens.cached_input_tokens / Math.max(1, tokens.input_tokens))
  affinity.sent(candidate.hash, facts.prefixBlocks, nowAt)
}

function paceOf({ streamed }: Context, { startedAt, endedAt, firstContentAt }: Attempt) {
  const durationMs = (endedAt ?? performance.now()) - startedAt
  const isStream = streamed && firstContentAt !== undefined
  return { durationMs, firstTokenMs: isStream ? firstContentAt - startedAt : undefined }
}

/** A turn that says again, in other words, what the turn before it said: that answer was no help. */
function noticeAgain(context: Context, { sessions }: RoutingMemory, facts: Facts): void {
  const { choice, operation, req } = context
  if (operation !== 'generate' || context.outcome !== 'ok') return
  // Without a name, only what was recognised as a conversation is one.
  if (facts.given.session === '' && choice.unitKind !== 'conversation') return
  if (clientRetries(req) > 0) return
  const key = facts.sessionKey(choice.unitHash)
  const previous = sessions.previous(key)
  if (previous !== undefined && sessions.newest(key, facts.outline) === 'rephrase')
    context.rephrased = previous.requestId
  sessions.remember(key, context.requestId, facts.outline)
}
