import type { Context } from '../../context.ts'
import type { Fault } from '../../conversation/fault.ts'
import { clientRetries } from '../../hints.ts'
import type { Route } from '../../routing/route.ts'
import type { Services } from '../../services.ts'
import { allFailed } from './all-failed.ts'
import { extraCalls } from './attempt-facts.ts'
import { backoffMs, wait } from './backoff.ts'
import { Chain, type Next } from './chain.ts'
import { askHedged } from './hedge.ts'
import { startPings } from './pings.ts'
import type { Prepared } from './prepare.ts'
import { isRepeatable } from './repeatable.ts'
import { triesTargetsFirst, type Verdict, verdictOn } from './verdict.ts'

/** Retry-After beyond this is not waited for: the caller is told instead. */
const retryWaitMsMax = 2000

/** What one request has spent of what it may. */
interface Run {
  readonly context: Context
  readonly services: Services
  readonly route: Route
  readonly chain: Chain
  readonly deadlineMs: number
  /** Attempts after the first, whatever their kind. */
  extra: number
  /** Of these, how many went to the current target. */
  sameTries: number
  wasFiltered: boolean
}

/** Asks the candidates of the chain, one after the other, until one answers. */
export async function dispatch(context: Context, services: Services): Promise<void> {
  const { route } = context
  if (context.cached !== undefined) return
  if (context.refusal !== undefined) throw context.refusal
  if (route === undefined || context.chain.length === 0) return
  startPings(context, services)
  const chain = new Chain(context, services, route)
  context.rest = chain
  const deadlineMs = services.nowMs() + route.timeouts.totalMs
  const run: Run = { context, services, route, chain, deadlineMs, extra: 0, sameTries: 0, wasFiltered: false }
  const first = chain.next()
  let current = first instanceof Promise ? await first : first
  if (current === undefined) throw chain.refusal
  while (current !== undefined && current !== 'counted') {
    const fault: Fault | 'over' = await attempt(run, current)
    if (fault === 'over') return
    current = await following(run, current, fault)
    if (current === undefined) leave(run, fault)
  }
  if (current === undefined) return
  context.countedTokens = context.estimatedInputTokens
  context.fault = undefined
}

/** Nobody is left: what the caller is told. */
function leave({ context, services, route }: Run, last: Fault): void {
  const fault = allFailed(context, services, { route, last })
  if (fault === undefined) return
  context.fault = fault
  context.faultAnswer = undefined
}

/** One attempt, and a free second one where a connection had gone stale. `over`: there is nothing left to do. */
async function attempt(run: Run, current: Prepared): Promise<Fault | 'over'> {
  const { context, services, route, chain, deadlineMs } = run
  for (let isFresh = false; ; isFresh = true) {
    if (context.caller.isGone) {
      current.trial.dropped()
      return 'over'
    }
    const isLast = run.extra >= route.retriesMax || !chain.hasMore(current)
    const outcome = await askHedged(context, services, { ...current, isLast, isFresh, deadlineMs }, chain)
    if (outcome.kind === 'answered') {
      context.answer = outcome.answer
      context.fault = undefined
      context.faultAnswer = undefined
      return 'over'
    }
    context.fault = outcome.fault
    if (context.caller.isGone || outcome.fault.class === 'aborted') return 'over'
    if (!outcome.isFree) return outcome.fault
    services.health.countRetry('fresh_socket')
  }
}

/** Who is asked after this failure. Undefined: nobody, and the fault is what the caller gets. */
async function following(run: Run, failed: Prepared, fault: Fault): Promise<Next> {
  const { context, services, route } = run
  if (fault.class === 'context_length') learnSize(context, services, failed)
  const verdict = verdictOn(fault, route, run.wasFiltered)
  run.wasFiltered ||= fault.class === 'content_filter'
  run.extra = extraCalls(context)
  if (verdict === 'stop' || run.extra >= route.retriesMax || services.nowMs() >= run.deadlineMs)
    return undefined
  if (!isRepeatable(context, context.attempts.at(-1))) return undefined
  run.extra += 1
  const next = (await elsewhere(run, failed, fault)) ?? (await again(run, failed, { fault, verdict }))
  if (next !== undefined && next !== 'counted' && next.trial.target !== failed.trial.target) run.sameTries = 0
  return next
}

/** It was longer than it looked: next time such a prompt is known for what it is before anybody is asked. */
function learnSize({ promptBytes }: Context, { ratios }: Services, { candidate }: Prepared): void {
  const { servedBy, contextTokens } = candidate
  if (contextTokens === undefined || ratios.tokens(servedBy, 'prompt', promptBytes) > contextTokens) return
  ratios.learn(servedBy, 'prompt', { size: promptBytes, tokens: contextTokens })
}

/**
 * Another key or address of the same candidate, then another candidate: the model that was drawn is the one that
 * is wanted. But the last attempt that is left goes to another candidate where there is one.
 */
async function elsewhere(run: Run, failed: Prepared, fault: Fault): Promise<Next> {
  const { chain, route, services } = run
  const { candidate, trial } = failed
  const hasSpare = run.extra < route.retriesMax || !chain.hasCandidates()
  const ownFirst = hasSpare && triesTargetsFirst(fault) ? chain.otherTarget(failed, fault) : undefined
  const next = ownFirst ?? (await chain.next({ fault, candidate, target: trial.target }))
  const found = next ?? chain.otherTarget(failed, fault)
  if (found === undefined || found === 'counted') return found
  services.health.countRetry(found.candidate === candidate ? 'other_target' : 'next_candidate')
  return found
}

/** The same target once more, after a pause: where nobody else is left, and its budget for that is not used up. */
async function again(
  run: Run,
  failed: Prepared,
  { fault, verdict }: { fault: Fault; verdict: Verdict },
): Promise<Prepared | undefined> {
  const { context, services, route, chain } = run
  // What its caller already retries is not retried here as well: the two would multiply.
  if (verdict === 'next' || clientRetries(context.req) > 0) return undefined
  const { health } = services
  const pauseMs = pauseBefore(run, failed, fault)
  if (pauseMs === undefined || services.nowMs() + pauseMs >= run.deadlineMs) return undefined
  if (!health.spendRetry(failed.trial.target, route.retryBudget)) return undefined
  run.sameTries += 1
  if (!(await wait(pauseMs, context.caller))) return undefined
  const next = chain.again(failed)
  if (next !== undefined) health.countRetry('same_target')
  return next
}

/** Undefined: it is not worth waiting for. */
function pauseBefore(run: Run, failed: Prepared, fault: Fault): number | undefined {
  const { services } = run
  const waitMs = services.health.coolsFor(failed.candidate, failed.trial.target)
  if (waitMs === undefined) return undefined
  const ownMs = fault.retryAfterMs ?? backoffMs(run.sameTries, services.random)
  const pauseMs = Math.max(ownMs, waitMs)
  // Timers may fire a moment early, and nothing is sent before the time that was stated.
  return pauseMs > retryWaitMsMax ? undefined : Math.ceil(pauseMs) + 1
}
