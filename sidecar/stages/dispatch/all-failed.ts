import type { Attempt, Context } from '../../context.ts'
import type { Fault } from '../../conversation/fault.ts'
import { nameOf } from '../../routing/nobody.ts'
import type { Route } from '../../routing/route.ts'
import type { Services } from '../../services.ts'

/** What passes by itself, and what does not but is no fault of the request either. */
const passing: ReadonlySet<string> = new Set(['outage', 'overloaded', 'slow', 'rate_limit'])
const lasting: ReadonlySet<string> = new Set(['money', 'credentials', 'model_missing'])
const limits: ReadonlySet<string> = new Set(['rate_limit', 'cooling_down'])

/** Nobody knows when a provider is well again; a breaker that is about to open would say no more. */
const waitMsMin = 1000

/**
 * Several candidates and none of them answered: that is what the caller is told, with the time to come back, and
 * not whatever the last of them happened to say. Undefined: the last fault says it best.
 */
export function allFailed(
  { attempts, unfit }: Context,
  { health }: Services,
  { route, last }: { route: Route; last: Fault },
): Fault | undefined {
  const reasons = new Map(Object.entries(unfit))
  for (const attempt of attempts) reasons.set(attempt.candidate.id, reasonOf(attempt))
  const outcomes = attempts.map(({ outcome }) => outcome)
  const arePassing = outcomes.every((outcome) => passing.has(outcome) || lasting.has(outcome))
  if (reasons.size < 2 || !arePassing || !outcomes.some((outcome) => passing.has(outcome))) return undefined
  const isLimit = [...outcomes, ...Object.values(unfit)].every((reason) => limits.has(reason))
  const list = [...reasons].map(([id, reason]) => `${nameOf(route, id)}: ${reason}`).join(', ')
  return {
    class: isLimit ? 'rate_limit' : 'overloaded',
    status: isLimit ? 429 : 503,
    code: 'no_candidate',
    message: `no candidate of route ${route.name} answered (${list}). The last one: ${last.message}`,
    retryAfterMs: Math.max(waitMsMin, soonestMs(route, reasons, health)),
  }
}

function reasonOf({ outcome, httpStatus, errorCode }: Attempt): string {
  return `${outcome} ${httpStatus >= 400 ? httpStatus : errorCode}`
}

/** Until the first of them may be asked again. */
function soonestMs(route: Route, reasons: ReadonlyMap<string, string>, health: Services['health']): number {
  const nowAt = performance.now()
  const asked = route.candidates.filter(({ id }) => reasons.has(id))
  const ends = asked.map((candidate) => health.illnessOf(candidate, route.regions, nowAt)?.untilAt ?? nowAt)
  return Math.min(...ends) - nowAt
}
