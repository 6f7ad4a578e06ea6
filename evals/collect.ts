import { estimate } from './estimators/estimate.ts'
import type { Estimates } from './estimators/estimates.ts'
import { added } from './estimators/moments.ts'
import { type Cell, type Evidence, noCell } from './evidence.ts'
import type { Member } from './policy/weights.ts'
import { type Merge, mergedInto, mergeOf } from './segments.ts'

/** The evidence by the segments that a policy will have. */
export interface Collected {
  readonly merge: Merge
  readonly segments: readonly string[]
  /** Of each segment, those it is made of. */
  readonly groups: readonly (readonly Member[])[]
  readonly requests: number
  readonly estimates: Estimates
}

export function collect(
  evidence: Evidence,
  of: { readonly candidates: readonly string[]; readonly baseline: string; readonly merged: Merge },
): Collected {
  const merge = mergeOf(evidence.traffic, of.merged)
  const members = new Map<string, Member[]>()
  for (const [segment, requests] of [...evidence.traffic].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = mergedInto(merge, segment)
    members.set(name, [...(members.get(name) ?? []), { segment, requests }])
  }
  const segments = [...members.keys()].sort()
  const groups = segments.map((segment) => members.get(segment) ?? [])
  const sizes = groups.map((group) => group.reduce((sum, { requests }) => sum + requests, 0))
  const requests = sizes.reduce((sum, size) => sum + size, 0)
  const cell = (segment: string, candidate: string): Cell =>
    (members.get(segment) ?? [])
      .map((member) => evidence.cell(member.segment, candidate))
      .reduce(joined, noCell)
  const share = sizes.map((size) => (requests > 0 ? size / requests : 0))
  return {
    merge,
    segments,
    groups,
    requests,
    estimates: estimate({ ...of, segments, share, cell }, evidence),
  }
}

function joined(a: Cell, b: Cell): Cell {
  return {
    live: added(a.live, b.live),
    paired: added(a.paired, b.paired),
    cost: added(a.cost, b.cost),
    delivered: added(a.delivered, b.delivered),
  }
}
