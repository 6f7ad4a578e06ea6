import { makePolicy } from '../../contract/policy/make.ts'
import type { ReadPolicy } from '../../contract/policy/read.ts'
import type { CandidateEvidence, PolicyDocument } from '../../contract/policy.ts'
import { type Estimates, standardError } from '../estimators/estimates.ts'
import { nurseryShare } from '../optimiser/bounds.ts'
import { at, type Matrix, sumOf } from '../optimiser/matrix.ts'
import type { Outlook } from '../optimiser/propose.ts'
import type { Merge } from '../segments.ts'
import { documentWeights } from './weights.ts'

/** Standard errors of the bounds that `best` and `cheapest` go by. */
const z = 1.64

/** The next version of a route's policy. Same arguments, same bytes. */
export function nextPolicy(of: {
  readonly route: string
  readonly segmentBy: readonly string[]
  readonly estimates: Estimates
  readonly weights: Matrix
  readonly outlook: Outlook
  readonly merge: Merge
  readonly parent: PolicyDocument | undefined
  readonly saltId: string
  readonly runId: string
  readonly nowMs: number
}): ReadPolicy {
  const { estimates, weights, parent, outlook } = of
  const { segments, candidates, baseline } = estimates
  const named = (row: readonly number[]) => documentWeights(row, candidates, baseline)
  return makePolicy({
    route: of.route,
    version: (parent?.version ?? 0) + 1,
    parent: parent?.version ?? 0,
    created_at: new Date(of.nowMs).toISOString(),
    salt_id: parent?.salt_id ?? of.saltId,
    segment_by: of.segmentBy,
    merge: of.merge,
    segments: Object.fromEntries(segments.map((segment, s) => [segment, named(weights[s] ?? [])])),
    default: named(unknownSegment(candidates.length, baseline)),
    evidence: {
      run_id: of.runId,
      n: Math.round(sumOf(estimates.share, (_, s) => sumOf(estimates.count[s] ?? [], (count) => count))),
      quality: rounded(outlook.difference),
      lower: rounded(outlook.lower),
      cost: rounded(outlook.cost),
      candidates: Object.fromEntries(candidates.map((candidate, a) => [candidate, evidenceOf(estimates, a)])),
    },
  })
}

/** Of a segment nobody has seen nothing is known: the baseline, and enough of the others to learn. */
function unknownSegment(count: number, baseline: number): number[] {
  const share = nurseryShare(count)
  return Array.from({ length: count }, (_, a) => (a === baseline ? 1 - share * (count - 1) : share))
}

function evidenceOf(estimates: Estimates, a: number): CandidateEvidence {
  const { share, quality, count } = estimates
  const mean = sumOf(share, (part, s) => part * at(quality, s, a))
  const error = Math.sqrt(sumOf(share, (part, s) => (part * standardError(estimates, s, a)) ** 2))
  const bounded = (value: number) => rounded(Math.min(1, Math.max(0, value)))
  return {
    n: Math.round(sumOf(share, (_, s) => at(count, s, a))),
    quality: bounded(mean),
    lower: bounded(mean - z * error),
    upper: bounded(mean + z * error),
  }
}

/** Nobody reads more digits, and the last ones differ between processors. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6
}
