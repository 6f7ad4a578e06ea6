import type { Answer, Context } from '../../context.ts'
import type { Fault } from '../../conversation/fault.ts'
import type { Delivered } from '../../recovery/delivered.ts'
import type { Candidate, ProviderTarget, Route } from '../../routing/route.ts'
import type { Services } from '../../services.ts'
import { askTarget } from './ask.ts'
import { extraCalls } from './attempt-facts.ts'
import { verdictOn } from './verdict.ts'

/** However quickly its words may follow each other, a model takes a while for the first. As `headers` does. */
const firstWordMs = 15_000

export interface SuccessorAsk {
  /** What the candidate before died of. */
  readonly fault: Fault
  readonly candidate: Candidate
  readonly target: ProviderTarget
  /** What the caller has of the answer; undefined: it is answered from the beginning. */
  readonly continues: Delivered | undefined
  /** The caller has a part of an answer: from here on silence is a stall. */
  readonly isBegun: boolean
  readonly deadlineMs: number
}

/** Another candidate may be asked in place of one whose stream died. */
export function hasSuccessor(context: Context, services: Services, ask: SuccessorAsk): boolean {
  const { rest, route, caller } = context
  if (rest === undefined || route === undefined || caller.isGone || !rest.hasCandidates()) return false
  if (extraCalls(context) >= route.retriesMax || services.nowMs() >= ask.deadlineMs) return false
  return mayGoOn(route, ask)
}

/** What a model says of a request that Sidelight has added to is not said of the caller's. */
function mayGoOn(route: Route, { fault, continues }: SuccessorAsk): boolean {
  return verdictOn(fault, route) !== 'stop' || (fault.class === 'request' && continues !== undefined)
}

/** The next of the chain that answers; undefined when nobody does. */
export async function successor(
  context: Context,
  services: Services,
  ask: SuccessorAsk,
): Promise<Answer | undefined> {
  let from = ask
  while (hasSuccessor(context, services, from)) {
    const { rest, route } = context
    const next = await rest?.next(from, from.continues)
    if (next === undefined || next === 'counted') return undefined
    if (context.caller.isGone) {
      next.trial.dropped()
      return undefined
    }
    services.health.countRetry('next_candidate')
    const isLast = rest?.hasCandidates() !== true || extraCalls(context) + 1 >= (route?.retriesMax ?? 0)
    const outcome = await askTarget(context, services, {
      ...next,
      isLast,
      isFresh: false,
      deadlineMs: from.deadlineMs,
      untilContent: from.isBegun,
      silenceMs: from.isBegun ? Math.max(next.candidate.timeouts.idleMs, firstWordMs) : undefined,
    })
    if (outcome.kind === 'answered') return outcome.answer
    from = { ...from, fault: outcome.fault, candidate: next.candidate, target: next.trial.target }
  }
  return undefined
}
