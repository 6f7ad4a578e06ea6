import type { Candidate, Route } from '../route.ts'
import { allTo, type Outlook, type Plan } from '../strategy.ts'

/**
 * The lowest expected cost of this request among those that are good enough. No evidence excludes nobody; who has
 * no known price can't be called cheap.
 */
export function cheapest(eligible: readonly Candidate[], outlook: Outlook): Plan {
  const { route } = outlook
  const excluded: Record<string, string> = {}
  const floor = floorOf(route, outlook)
  let winner: Candidate | undefined
  let lowest = Number.POSITIVE_INFINITY
  const left = eligible.filter((candidate) => {
    const cost = outlook.costOf(candidate)
    const reason = cost === undefined ? 'no_price' : isBelow(candidate, floor, outlook)
    if (reason !== undefined) {
      excluded[candidate.id] = reason
      return false
    }
    // Equal costs go to the one that is configured first.
    if (cost !== undefined && (cost < lowest || (cost === lowest && isBefore(route, candidate, winner))))
      [winner, lowest] = [candidate, cost]
    return true
  })
  if (winner === undefined) return { eligible: [], probabilities: [], explore: 0, excluded }
  return allTo(winner, left, { explore: route.explore ?? 0, excluded })
}

/** Quality that the route asks for: the baseline's, less the loss it may take. */
function floorOf(route: Route, outlook: Outlook): number | undefined {
  if (route.maxLoss === undefined || route.baseline === undefined) return undefined
  const evidence = outlook.evidenceOf(route.baseline)
  return evidence === undefined ? undefined : evidence.quality * (1 - route.maxLoss)
}

function isBelow(candidate: Candidate, floor: number | undefined, outlook: Outlook): string | undefined {
  if (floor === undefined || candidate === outlook.route.baseline) return undefined
  const evidence = outlook.evidenceOf(candidate)
  return evidence !== undefined && evidence.upper < floor ? 'below_quality_floor' : undefined
}

function isBefore(route: Route, candidate: Candidate, other: Candidate | undefined): boolean {
  return other === undefined || route.candidates.indexOf(candidate) < route.candidates.indexOf(other)
}
