import { GatewayError } from '../../../contract/errors.ts'
import type { Context } from '../../context.ts'
import type { Services } from '../../services.ts'
import { attemptCall } from './attempt.ts'
import { backoffMs, wait } from './backoff.ts'
import { Chain } from './chain.ts'
import { startPings } from './pings.ts'
import { verdictOn } from './verdict.ts'

/** Retry-After beyond this is not waited for: the caller is told instead. */
const retryWaitMsMax = 2000

/** Asks the candidates of the chain, one after the other, until one answers. */
export async function dispatch(context: Context, services: Services): Promise<void> {
  const { route } = context
  if (route === undefined || context.chain.length === 0) return
  startPings(context, services)
  const deadlineMs = services.nowMs() + route.timeouts.totalMs
  const chain = new Chain(context, services)
  const first = chain.next()
  let current = first instanceof Promise ? await first : first
  if (current === undefined) throw chain.refusal ?? new GatewayError('no_candidate')
  let extra = 0
  let sameTries = 0
  let isFresh = false
  while (current !== 'counted') {
    if (context.caller.isGone) return
    const isLast = chain.isAtEnd || extra >= route.retriesMax
    const outcome = await attemptCall(context, services, { ...current, isLast, isFresh, deadlineMs })
    if (outcome.kind === 'answered') {
      context.answer = outcome.answer
      context.fault = undefined
      context.faultAnswer = undefined
      return
    }
    const { fault } = outcome
    context.fault = fault
    if (context.caller.isGone || fault.class === 'aborted') return
    isFresh = outcome.isFree
    if (outcome.isFree) continue
    const verdict = verdictOn(fault, route)
    if (verdict === 'stop' || !isRepeatable(context) || extra >= route.retriesMax) return
    if (services.nowMs() >= deadlineMs) return
    extra += 1
    const next = await chain.next({ fault, candidate: current.candidate })
    if (next !== undefined) {
      current = next
      sameTries = 0
      continue
    }
    if (verdict === 'next' || clientRetries(context) > 0) return
    const pauseMs = fault.retryAfterMs ?? backoffMs(sameTries, services.random)
    if (pauseMs > retryWaitMsMax || services.nowMs() + pauseMs >= deadlineMs) return
    sameTries += 1
    if (!(await wait(pauseMs, context.caller))) return
  }
  context.countedTokens = context.estimatedInputTokens
  context.fault = undefined
}

/** A body that was passed on as it came is gone; it can't be sent twice. */
function isRepeatable(context: Context): boolean {
  return context.body !== undefined
}

/** A request that its caller already retries is not retried here as well: the two would multiply. */
function clientRetries(context: Context): number {
  return Number(context.req.headers['x-stainless-retry-count'] ?? 0) || 0
}
