import { canaryNumber, drawNumber, pick, pickHeldOut, withHoldout } from '../../contract/draw.ts'
import type { PolicyDocument, Weights } from '../../contract/policy.ts'
import { strategies } from './registry.ts'
import type { Candidate, Route } from './route.ts'
import type { StickyUnits } from './sticky.ts'
import type { Outlook } from './strategy.ts'
import type { Unit } from './units.ts'

/** A draw as it is kept and recorded: with it anyone finds the winner again. */
export interface Drawn {
  readonly candidates: readonly string[]
  readonly probabilities: readonly number[]
  readonly drawU: number
  readonly drawN: number
  readonly unitKind: Unit['kind']
  readonly unitHash: string
  readonly saltId: string
  readonly assigned: string
  readonly propensity: number
  readonly policyId: string
  readonly policyVersion: number
  readonly policyRole: 'active' | 'candidate' | 'control' | 'holdout' | 'override'
}

export interface DecisionAsk {
  readonly route: Route
  /** Sorted by id. */
  readonly eligible: readonly Candidate[]
  readonly policy: PolicyDocument | undefined
  readonly segment: string
  readonly unit: Unit
  /** What the strategy goes by. */
  readonly outlook: Outlook
  readonly isEscalated: boolean
  readonly nowAt: number
}

export type Decision =
  | Decided
  /** The strategy left nobody. */
  | { readonly kind: 'nobody'; readonly excluded: Readonly<Record<string, string>> }

export interface Decided {
  readonly kind: 'decided'
  readonly drawn: Drawn
  readonly assigned: Candidate
  /** An earlier draw of the unit was kept. */
  readonly isKept: boolean
  /** Candidates the strategy itself left out. */
  readonly excluded: Readonly<Record<string, string>>
  readonly notes: readonly string[]
}

/** The salt of routes that no policy rules: the same on every sidecar and after every restart. */
export const usualSalt = 's1'

/** Who serves the request: the candidate its unit was drawn before, else a new draw. */
export function decide(ask: DecisionAsk, sticky: StickyUnits): Decision {
  const { route, unit, eligible, nowAt, isEscalated } = ask
  const { hash } = unit
  const kept = unit.kind === 'request' ? undefined : sticky.find(route.name, hash, nowAt)
  if (kept !== undefined && kept.isEscalated === isEscalated) {
    const assigned = eligible.find((candidate) => candidate.id === kept.drawn.assigned)
    if (assigned !== undefined) {
      kept.lastAt = nowAt
      return { kind: 'decided', drawn: kept.drawn, assigned, isKept: true, excluded: noneExcluded, notes: [] }
    }
  }
  // Using the number again would send all who lose their candidate to one neighbour.
  const n = kept === undefined ? 0 : kept.drawn.drawN + 1
  const decision = draw(ask, n)
  if (decision.kind === 'decided' && unit.isLasting && route.strategy !== 'ordered')
    sticky.keep(route.name, hash, { drawn: decision.drawn, nowAt, isEscalated })
  return decision
}

export const noneExcluded: Readonly<Record<string, string>> = {}

function draw(ask: DecisionAsk, n: number): Decision {
  const { route, unit, policy } = ask
  const ruling = rulingFor(ask)
  const planned = strategies[route.strategy](ask.eligible, ask.outlook, ruling.weights)
  const { eligible } = planned
  const excluded = planned.excluded ?? noneExcluded
  if (eligible.length === 0) return { kind: 'nobody', excluded }
  const plan = explored(planned.probabilities, planned.explore)
  const baseline =
    policy === undefined || route.strategy !== 'weighted' || route.baseline === undefined
      ? -1
      : eligible.indexOf(route.baseline)
  const probabilities = baseline < 0 ? plan : withHoldout(plan, baseline)
  const saltId = policy?.salt_id ?? usualSalt
  const u = drawNumber({ salt: saltId, route: route.name, unit: unit.id, n })
  const { index, isHoldout } =
    baseline < 0
      ? { index: pick(probabilities, u), isHoldout: false }
      : pickHeldOut(probabilities, u, baseline)
  const assigned = eligible[index]
  if (assigned === undefined) return { kind: 'nobody', excluded }
  const drawn: Drawn = {
    candidates: eligible.map((candidate) => candidate.id),
    probabilities,
    drawU: u,
    drawN: n,
    unitKind: unit.kind,
    unitHash: unit.hash,
    saltId,
    assigned: assigned.id,
    // Pinned requests take no part in estimates.
    propensity: ask.isEscalated ? 1 : (probabilities[index] ?? 0),
    policyId: ruling.id,
    policyVersion: ruling.version,
    policyRole: ask.isEscalated ? 'override' : isHoldout ? 'holdout' : ruling.role,
  }
  return { kind: 'decided', drawn, assigned, isKept: false, excluded, notes: planned.notes ?? [] }
}

interface Ruling {
  readonly weights: Weights | undefined
  readonly id: string
  readonly version: number
  readonly role: 'active' | 'candidate' | 'control'
}

const unruled: Ruling = { weights: undefined, id: '', version: 0, role: 'active' }

/** The weights that hold for this unit, and under what name. */
function rulingFor({ policy, segment, unit }: DecisionAsk): Ruling {
  if (policy === undefined) return unruled
  const { canary, id } = policy
  if (canary === undefined)
    return { weights: weightsIn(policy, segment), id, version: policy.version, role: 'active' }
  return canaryNumber(canary.salt, unit.id) < canary.fraction
    ? { weights: weightsIn(policy, segment), id, version: policy.version, role: 'candidate' }
    : { weights: weightsIn(canary.control, segment), id, version: canary.control.version, role: 'control' }
}

function weightsIn(from: Pick<PolicyDocument, 'segments' | 'default'>, segment: string): Weights {
  return (Object.hasOwn(from.segments, segment) ? from.segments[segment] : undefined) ?? from.default
}

/** Part of the traffic spread evenly over those who would get nothing else, or over all where all get something. */
function explored(probabilities: readonly number[], share: number): readonly number[] {
  const winner = probabilities.indexOf(1)
  const others = probabilities.length - (winner < 0 ? 0 : 1)
  if (share <= 0 || others === 0) return probabilities
  return probabilities.map((probability, index) =>
    index === winner ? 1 - share : probability * (1 - share) + share / others,
  )
}
