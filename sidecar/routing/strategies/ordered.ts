import type { Candidate, Route } from '../route.ts'

/** Everything to the first eligible candidate, in the order of the configuration. */
export function ordered(eligible: readonly Candidate[], route: Route): number[] {
  const first = route.candidates.find((candidate) => eligible.includes(candidate))
  return eligible.map((candidate) => (candidate === first ? 1 : 0))
}
