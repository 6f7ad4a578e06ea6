import type { Json } from '../../../contract/json.ts'
import type { Answer, Context } from '../../context.ts'
import type { Services } from '../../services.ts'
import { relayCached } from './cached.ts'
import { relayCount } from './count.ts'
import { answerWithError, answerWithFault } from './error.ts'
import { relayFeedback } from './feedback.ts'
import { relayModels } from './models.ts'
import { relayOpaque } from './opaque.ts'
import { rescue } from './rescue.ts'
import { relayStream } from './stream.ts'
import { relayWhole } from './whole.ts'

/** Gives the caller what there is to give: an answer, a stream, or an error it understands. */
export function relay(context: Context, services: Services): void | Promise<void> {
  if (context.snapshot.config.durability === 'strict') context.caller.holdEnd()
  // Of all answers only a stream can fall silent again.
  if (context.error !== undefined || context.answer?.kind !== 'stream') context.pinger?.stop()
  const pending = deliver(context, services)
  if (pending !== undefined) return pending.then(() => conclude(context))
  return conclude(context)
}

/** Whether anyone was there to take it. */
function conclude(context: Context): void | Promise<void> {
  const { caller } = context
  if (caller.hasHungUp) return caller.whenOver().then(() => noteAbort(context))
  noteAbort(context)
}

function noteAbort(context: Context): void {
  const { caller } = context
  if (caller.isGone && (context.outcome !== 'ok' || caller.hasHungUp)) context.outcome = 'client_abort'
}

function deliver(context: Context, services: Services): void | Promise<void> {
  if (context.caller.isGone) {
    giveUp(context)
    return
  }
  if (context.answer === undefined && context.cached === undefined) rescue(context, services)
  if (context.cached !== undefined) return relayCached(context, services, context.cached)
  if (context.error !== undefined) return answerWithError(context, services, context.error)
  if (context.isFeedback) return relayFeedback(context)
  if (context.operation === 'models') return relayModels(context)
  if (context.countedTokens !== undefined) return relayCount(context, context.countedTokens)
  const { answer } = context
  if (answer === undefined) return answerWithFault(context, services)
  switch (answer.kind) {
    case 'whole':
      captureWhole(context, answer)
      return relayWhole(context, services, answer)
    case 'stream':
      return relayStream(context, services, answer)
    case 'opaque':
      return relayOpaque(context, answer)
    default: {
      const unknown: never = answer
      return unknown
    }
  }
}

/** A large answer was only looked at so far. */
function captureWhole({ recalled, operation }: Context, answer: Extract<Answer, { kind: 'whole' }>): void {
  if (recalled === undefined || answer.body.length > capturedBytesMax) return
  try {
    const json = JSON.parse(answer.body.toString()) as Json
    const { lane } = answer
    if (operation === 'embeddings') recalled.capture.whole([], lane.translateAnswer(json) ?? json)
    else recalled.capture.whole(lane.eventsOf(json), undefined)
  } catch {
    recalled.capture.spoil()
  }
}

const capturedBytesMax = 1_048_576

function giveUp(context: Context): void {
  context.outcome = 'client_abort'
  context.pinger?.stop()
  const { answer } = context
  if (answer !== undefined && answer.kind !== 'whole') answer.exchange.abort('aborted')
}
