import { holdoutShare } from '../../contract/draw.ts'
import type { PolicyDocument, Weights } from '../../contract/policy.ts'
import type { Matrix } from '../optimiser/matrix.ts'

/**
 * The loop reckons in shares of the traffic. Sidecars put the holdout in front of what a document says, so a document
 * holds what is left of the shares behind it.
 */
export function documentWeights(
  shares: readonly number[],
  candidates: readonly string[],
  baseline: number,
): Weights {
  const rest = shares.map((share, a) => Math.max(0, share - (a === baseline ? holdoutShare : 0)))
  const sum = rest.reduce((total, value) => total + value, 0)
  return Object.fromEntries(candidates.map((candidate, a) => [candidate, (rest[a] ?? 0) / sum]))
}

/** What share of the traffic each candidate gets by a document's weights. */
export function trafficShares(weights: Weights, candidates: readonly string[], baseline: number): number[] {
  const own = candidates.map((candidate) =>
    Object.hasOwn(weights, candidate) ? (weights[candidate] ?? 0) : 0,
  )
  const sum = own.reduce((total, weight) => total + weight, 0)
  return own.map((weight, a) => {
    // Where a document names nobody that is left, the baseline serves.
    const share = sum > 0 ? weight / sum : a === baseline ? 1 : 0
    return share * (1 - holdoutShare) + (a === baseline ? holdoutShare : 0)
  })
}

/** Weights of a segment as recorded. */
export function weightsIn(
  policy: Pick<PolicyDocument, 'merge' | 'segments' | 'default'>,
  segment: string,
): Weights {
  const merged = Object.hasOwn(policy.merge, segment) ? (policy.merge[segment] ?? segment) : segment
  return (Object.hasOwn(policy.segments, merged) ? policy.segments[merged] : undefined) ?? policy.default
}

export interface Member {
  readonly segment: string
  readonly requests: number
}

/** What is in force, by merged segment: the members of one may still have had weights of their own. */
export function currentShares(
  groups: readonly (readonly Member[])[],
  sharesOf: (segment: string) => readonly number[],
): Matrix {
  return groups.map((members) => {
    const requests = members.reduce((sum, member) => sum + member.requests, 0)
    const row: number[] = []
    for (const member of members)
      for (const [a, share] of sharesOf(member.segment).entries())
        row[a] = (row[a] ?? 0) + (share * member.requests) / Math.max(requests, Number.MIN_VALUE)
    return row
  })
}
