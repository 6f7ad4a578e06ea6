import { GatewayError } from '../../../contract/errors.ts'
import type { Context } from '../../context.ts'
import type { Services } from '../../services.ts'
import { attemptCall } from './attempt.ts'
import { backoffMs, wait } from './backoff.ts'
import { type Verdict, verdictOn } from './verdict.ts'

/** Retry-After beyond this is not waited for: the caller is told instead. */
const retryWaitMsMax = 2000

/** Asks the candidates of the chain, one after the other, until one answers. */
export async function dispatch(context: Context, services: Services): Promise<void> {
  const { route, chain } = context
  if (route === undefined || chain.length === 0) return
  const extraMax = route.retriesMax
  const deadlineMs = services.nowMs() + route.timeouts.totalMs
  let extra = 0
  let at = 0
  let sameTries = 0
  for (;;) {
    const candidate = chain[at]
    if (candidate === undefined) return
    const isLast = at === chain.length - 1 || extra >= extraMax
    const outcome = await attemptCall(context, services, { candidate, isLast, deadlineMs })
    if (outcome.kind === 'answered') {
      context.answer = outcome.answer
      context.fault = undefined
      context.faultAnswer = undefined
      return
    }
    context.fault = outcome.fault
    if (context.caller.isGone || outcome.fault.class === 'aborted') return
    if (outcome.isFree) continue
    const verdict: Verdict = verdictOn(outcome.fault, {
      hasNext: at + 1 < chain.length,
      route,
      body: context.body !== undefined || context.operation === 'models',
      clientRetries: clientRetries(context),
    })
    if (verdict === 'stop' || extra >= extraMax) return
    extra += 1
    if (verdict === 'next') {
      at += 1
      sameTries = 0
      continue
    }
    const pauseMs = outcome.fault.retryAfterMs ?? backoffMs(sameTries, services.random)
    if (pauseMs > retryWaitMsMax || services.nowMs() + pauseMs >= deadlineMs) return
    sameTries += 1
    if (!(await wait(pauseMs, context.caller))) return
  }
}

/** A request that its caller already retries is not retried here as well: the two would multiply. */
function clientRetries(context: Context): number {
  return Number(context.req.headers['x-stainless-retry-count'] ?? 0) || 0
}

/** Called by the pipeline's closing stages when nobody answered. */
export function exhausted(context: Context): GatewayError {
  const fault = context.fault
  if (fault === undefined) return new GatewayError('no_candidate')
  if (fault.class === 'slow') return new GatewayError('upstream_timeout')
  return new GatewayError('upstream_unreachable')
}
