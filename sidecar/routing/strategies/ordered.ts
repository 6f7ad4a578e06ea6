import type { Candidate } from '../route.ts'
import { allTo, type Outlook, type Plan } from '../strategy.ts'

/** Everything to the first eligible candidate, in the order of the configuration. */
export function ordered(eligible: readonly Candidate[], { route }: Outlook): Plan {
  const first = route.candidates.find((candidate) => eligible.includes(candidate)) as Candidate
  return allTo(first, eligible, { explore: route.explore ?? 0 })
}
