import type { Candidate } from '../route.ts'

/** Shares as configured, renormalised over who is eligible. All weights zero: equal shares. */
export function weighted(eligible: readonly Candidate[]): number[] {
  let total = 0
  for (const candidate of eligible) total += candidate.weight
  return eligible.map((candidate) => (total > 0 ? candidate.weight / total : 1 / eligible.length))
}
