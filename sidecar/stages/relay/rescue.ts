import { ageMs } from '../../cache/store/entry.ts'
import type { Context } from '../../context.ts'
import type { FaultClass } from '../../conversation/fault.ts'
import type { Services } from '../../services.ts'

/** Faults that are nobody's in particular: an answer past its life is better than none. */
const passing: ReadonlySet<FaultClass> = new Set(['outage', 'slow', 'overloaded', 'rate_limit'])

/** Puts an old answer in the place of an error, where the route allows it. */
export function rescue(context: Context, services: Services): void {
  const { recalled, fault, error } = context
  const entry = recalled?.rescue
  if (entry === undefined || entry.isGone || context.caller.isCommitted) return
  const isPassing =
    fault === undefined ? error !== undefined && error === context.refusal : passing.has(fault.class)
  if (!isPassing) return
  services.answers.store.hit(entry)
  context.cache = 'stale'
  context.error = undefined
  context.cached = {
    verdict: 'stale',
    entry,
    flight: undefined,
    score: null,
    tau: null,
    ageS: Math.floor(ageMs(entry, services.nowMs()) / 1000),
    firstContentAt: undefined,
  }
}
