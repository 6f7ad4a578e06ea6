import { type EligibilityAsk, eligibility } from './eligibility.ts'
import { isRefusal } from './health/health.ts'
import type { Candidate } from './route.ts'
import { applyRules, type RuleSight } from './rules.ts'

/** Who is left to choose from, and why the others are not. */
export interface Screened {
  /** Sorted by id. */
  readonly eligible: readonly Candidate[]
  /** Asked when nobody else is left: the prompt may be too long for them by a little. */
  readonly lastResort: readonly Candidate[]
  readonly excluded: Readonly<Record<string, string>>
  readonly notes: Readonly<Record<string, string>>
  readonly soonestAt: number | undefined
  /** The rule that narrowed, counted from 1. */
  readonly rule: number | undefined
}

export type ScreenAsk = Omit<EligibilityAsk, 'candidates'> & Pick<RuleSight, 'complexity'>

/**
 * Who may serve the request, narrowed by the first rule that matches. Where only refused keys and empty accounts
 * are left they are asked all the same: their provider says best what is wrong, and a mended key works at once.
 */
export function screen(ask: ScreenAsk): Screened {
  const screened = screenOnce(ask)
  if (screened.eligible.length > 0 || !areRefused(Object.values(screened.excluded))) return screened
  return screenOnce({
    ...ask,
    illnessOf: (candidate) => {
      const illness = ask.illnessOf(candidate)
      return illness !== undefined && isRefusal(illness.reason) ? undefined : illness
    },
  })
}

/** Somebody whose illness passes by itself is worth the wait. */
function areRefused(reasons: readonly string[]): boolean {
  const waits = reasons.some((reason) => reason === 'circuit_open' || reason === 'cooling_down')
  return !waits && reasons.some(isRefusal)
}

function screenOnce(ask: ScreenAsk): Screened {
  const { route, facts, complexity } = ask
  const judged = eligibility({ ...ask, candidates: route.byId })
  const ruled = applyRules(route, judged.eligible, { facts, complexity })
  const { notes, tight, soonestAt } = judged
  const excluded = ruled.excluded === undefined ? judged.excluded : { ...judged.excluded, ...ruled.excluded }
  const screened = { excluded, notes, soonestAt, rule: ruled.rule }
  if (tight.size === 0) return { ...screened, eligible: ruled.eligible, lastResort: [] }
  const roomy = ruled.eligible.filter((candidate) => !tight.has(candidate))
  if (roomy.length === 0) return { ...screened, eligible: ruled.eligible, lastResort: [] }
  const lastResort = ruled.eligible.filter((candidate) => tight.has(candidate))
  const tooLong = Object.fromEntries(lastResort.map((candidate) => [candidate.id, 'context_too_long']))
  return { ...screened, eligible: roomy, lastResort, excluded: { ...excluded, ...tooLong } }
}
