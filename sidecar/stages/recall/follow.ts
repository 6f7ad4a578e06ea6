import type { Flight } from '../../cache/coalesce.ts'
import type { Context } from '../../context.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { Services } from '../../services.ts'

/**
 * Waits for an equal request that is under way. `served`: there is something to give. A flight: the other failed before
 * anything came, and this one takes its place. Undefined: what came is nobody else's, so this one asks for itself.
 */
export async function follow(
  context: Context,
  services: Services,
  key: string,
): Promise<'served' | Flight<AnswerEvent> | undefined> {
  const { flights } = services.answers
  const gone = new AbortController()
  const forget = context.caller.onGone(() => gone.abort())
  const deadlineMs = services.nowMs() + (context.route?.timeouts.totalMs ?? 0)
  const timer = setTimeout(() => gone.abort(), context.route?.timeouts.totalMs ?? 0)
  try {
    while (!gone.signal.aborted && services.nowMs() < deadlineMs) {
      const flight = flights.join(key)
      if (flight === undefined) return flights.lead(key)
      const end = await arrival(context, flight, gone.signal)
      if (end === 'served') return 'served'
      if (end === 'unfit') return undefined
    }
    return undefined
  } finally {
    clearTimeout(timer)
    forget()
  }
}

/** A stream begins with the first of it; a whole answer waits for the last. */
async function arrival(
  context: Context,
  flight: Flight<AnswerEvent>,
  signal: AbortSignal,
): Promise<'served' | 'unfit' | 'failed'> {
  flight.followers += 1
  let isServed = false
  try {
    let seen = 0
    while (flight.end === undefined && !signal.aborted && !(context.streamed && hasContent(flight.items))) {
      seen = flight.items.length
      await flight.more(seen, signal)
    }
    if (signal.aborted) return 'unfit'
    if (flight.end === 'failed' && !(context.streamed && hasContent(flight.items))) return 'failed'
    if (flight.end === 'unfit' && !context.streamed) return 'unfit'
    isServed = true
  } finally {
    if (!isServed) flight.followers -= 1
  }
  context.cache = 'exact'
  context.cached = {
    verdict: 'exact',
    entry: undefined,
    flight,
    score: null,
    tau: null,
    ageS: 0,
    firstContentAt: undefined,
  }
  return 'served'
}

function hasContent(items: readonly AnswerEvent[]): boolean {
  return items.some(({ type }) => type === 'text' || type === 'thinking' || type === 'finish')
}
