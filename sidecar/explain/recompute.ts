import { drawNumber, holdoutShare, unitHash } from '../../contract/draw.ts'
import type { RequestRow } from '../../contract/record.ts'

/** The draw, done once more from the row. */
export interface Recomputed {
  /** `unknown`: the unit was named by an earlier request of its conversation, which is not in this row. */
  readonly u: 'same' | 'differs' | 'unknown' | 'not_drawn'
  readonly winner: 'same' | 'differs' | 'not_drawn'
  /** Whose part of [0, 1) u falls into. */
  readonly falls_into: Part | null
}

export interface Part {
  readonly candidate: string
  readonly from: number
  readonly to: number
  readonly is_holdout: boolean
}

type Drawn = Pick<
  RequestRow,
  | 'request_id'
  | 'session'
  | 'customer'
  | 'route'
  | 'candidates'
  | 'probabilities'
  | 'candidate_assigned'
  | 'draw_u'
  | 'draw_n'
  | 'unit_kind'
  | 'unit_hash'
  | 'salt_id'
  | 'policy_id'
  | 'policy_role'
  | 'override_source'
>

/** As it was then; from the warehouse, as it is now. */
export interface RouteThen {
  readonly strategy: string
  readonly baseline: string | undefined
}

const notDrawn: Recomputed = { u: 'not_drawn', winner: 'not_drawn', falls_into: null }

export function recompute(row: Drawn, route: RouteThen | undefined): Recomputed {
  const isPinned = row.override_source !== '' && row.override_source !== 'escalation'
  if (isPinned || row.candidates.length === 0) return notDrawn
  const part = partOf(row, heldIn(row, route))
  const isWinner = part?.candidate === row.candidate_assigned
  return { u: compareU(row), winner: isWinner ? 'same' : 'differs', falls_into: part ?? null }
}

/** Of a weighted route under a policy the baseline's holdout stands in front of the others; see `decide`. */
function heldIn(row: Drawn, route: RouteThen | undefined): string | undefined {
  if (row.policy_role === 'holdout') return row.candidate_assigned
  // What the warehouse tells of a route is marked as that of now.
  const isWeighted = /^weighted\b/.test(route?.strategy ?? '')
  if (row.policy_id === '' || !isWeighted || route?.baseline === undefined) return undefined
  const share = row.probabilities[row.candidates.indexOf(route.baseline)] ?? 0
  return share < holdoutShare ? undefined : route.baseline
}

function partOf(row: Drawn, held: string | undefined): Part | undefined {
  const plain = walk(row, undefined)
  if (held === undefined) return plain
  const withHoldout = walk(row, held)
  // A route may have had another baseline then.
  return withHoldout?.candidate === row.candidate_assigned ? withHoldout : plain
}

function walk(
  { candidates, probabilities, draw_u: u }: Drawn,
  baseline: string | undefined,
): Part | undefined {
  if (baseline !== undefined && u < holdoutShare)
    return { candidate: baseline, from: 0, to: holdoutShare, is_holdout: true }
  let sum = baseline === undefined ? 0 : holdoutShare
  let last: Part | undefined
  for (const [index, candidate] of candidates.entries()) {
    const from = sum
    const held = candidate === baseline ? holdoutShare : 0
    sum += (probabilities[index] ?? 0) - held
    const part = { candidate, from, to: sum, is_holdout: false }
    if (sum > u) return part
    if ((probabilities[index] ?? 0) > held) last = part
  }
  // Rounding left a gap below 1.
  return last
}

function compareU(row: Drawn): Recomputed['u'] {
  const { route, salt_id: salt, draw_n: n } = row
  // What a unit may be named by; a conversation that was recognised by its opening is its own hash.
  const names = [row.request_id, row.session, row.customer, row.unit_hash].filter((name) => name !== '')
  if (names.some((unit) => drawNumber({ salt, route, unit, n }) === row.draw_u)) return 'same'
  const isHere = names.some((name) => unitHash(name) === row.unit_hash)
  return isHere ? 'differs' : 'unknown'
}
