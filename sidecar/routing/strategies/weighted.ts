import type { Weights } from '../../../contract/policy.ts'
import type { Candidate } from '../route.ts'
import type { Outlook, Plan } from '../strategy.ts'

/**
 * Shares of the policy, else as configured, renormalised over who is eligible. Where the policy gives those who are
 * left nothing, the configured shares hold; where these are zero too, all are equal.
 */
export function weighted(
  eligible: readonly Candidate[],
  { route }: Pick<Outlook, 'route'>,
  weights: Weights | undefined,
): Plan {
  const probabilities =
    (weights && shares(eligible, (candidate) => own(weights, candidate.id))) ??
    shares(eligible, (candidate) => candidate.weight) ??
    eligible.map(() => 1 / eligible.length)
  return { eligible, probabilities, explore: route.explore ?? 0 }
}

function own(weights: Readonly<Record<string, number>>, id: string): number {
  return (Object.hasOwn(weights, id) ? weights[id] : undefined) ?? 0
}

function shares(
  eligible: readonly Candidate[],
  weightOf: (candidate: Candidate) => number,
): number[] | undefined {
  let total = 0
  for (const candidate of eligible) total += weightOf(candidate)
  return total > 0 ? eligible.map((candidate) => weightOf(candidate) / total) : undefined
}
