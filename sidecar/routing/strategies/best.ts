import type { Candidate } from '../route.ts'
import { allTo, type Outlook, type Plan } from '../strategy.ts'

/**
 * The highest quality that is certain by the evidence of the policy; without evidence the baseline, and without one
 * the most expensive: it never guesses that a cheap model is good enough.
 */
export function best(eligible: readonly Candidate[], outlook: Outlook): Plan {
  const { route } = outlook
  const explore = route.explore ?? 0
  const proven = highest(eligible, (candidate) => outlook.evidenceOf(candidate)?.lower)
  if (proven !== undefined)
    return allTo(proven, eligible, { explore, notes: ['highest lower bound of quality'] })
  if (route.baseline !== undefined && eligible.includes(route.baseline))
    return allTo(route.baseline, eligible, { explore, notes: ['no evidence yet: the baseline'] })
  const dearest = highest(eligible, (candidate) => outlook.listPriceOf(candidate))
  if (dearest !== undefined)
    return allTo(dearest, eligible, {
      explore,
      notes: ['no evidence and no baseline: the highest list price'],
    })
  const first = route.candidates.find((candidate) => eligible.includes(candidate)) as Candidate
  return allTo(first, eligible, { explore, notes: ['no evidence, no baseline, no prices: the first one'] })
}

/** Of equals the first by id, whatever the order of the configuration: sidecars must agree. */
function highest(
  eligible: readonly Candidate[],
  figureOf: (candidate: Candidate) => number | undefined,
): Candidate | undefined {
  let winner: Candidate | undefined
  let most = Number.NEGATIVE_INFINITY
  for (const candidate of eligible) {
    const value = figureOf(candidate)
    if (value !== undefined && value > most) [winner, most] = [candidate, value]
  }
  return winner
}
