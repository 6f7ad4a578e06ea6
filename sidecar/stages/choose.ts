import { GatewayError } from '../../contract/errors.ts'
import { type Choice, type Context, noChoice } from '../context.ts'
import { drawNumber, pick, unitHash } from '../routing/draw.ts'
import { eligibility } from '../routing/eligibility.ts'
import { strategies } from '../routing/registry.ts'
import type { Candidate, Route } from '../routing/route.ts'
import { applyRules } from '../routing/rules.ts'

/** The draw must be the same on every sidecar and after every restart. */
export const salt = 's1'

/** Who serves the request, and who after that, so that anyone can recompute why from the record. */
export function choose(context: Context): void {
  const { route } = context
  if (route === undefined) return
  const { eligible, excluded } = eligibility(route, {
    operation: context.operation,
    dialect: context.dialectName,
  })
  const ruled = applyRules(route, eligible, context)
  const excludedAll = ruled.excluded === undefined ? excluded : { ...excluded, ...ruled.excluded }
  context.choice = { ...noChoice, excluded: excludedAll }
  if (ruled.eligible.length === 0) throw nobody(route, excludedAll)
  context.choice = choiceOf(context, route, ruled.eligible, excludedAll)
  const assigned = ruled.eligible.find((candidate) => candidate.id === context.choice.assigned)
  context.chain = assigned === undefined ? [] : chainFrom(assigned, ruled.eligible, route)
}

function choiceOf(
  context: Context,
  route: Route,
  eligible: readonly Candidate[],
  excluded: Choice['excluded'],
): Choice {
  const sorted = eligible.length > 1 ? [...eligible].sort((a, b) => (a.id < b.id ? -1 : 1)) : eligible
  const probabilities = sorted.length === 1 ? [1] : strategies[route.strategy](sorted, route)
  const { kind, unit } = unitOf(context)
  // A request that names its model leaves nothing to draw.
  const isDrawn = context.override === ''
  const drawU = isDrawn ? drawNumber({ salt, route: route.name, unit, n: 0 }) : 0
  const index = pick(probabilities, drawU)
  return {
    ...noChoice,
    candidates: sorted.map((candidate) => candidate.id),
    probabilities,
    excluded,
    drawU,
    drawN: 0,
    unitKind: kind,
    unitHash: isDrawn ? unitHash(unit) : '',
    assigned: sorted[index]?.id ?? '',
    propensity: probabilities[index] ?? 0,
  }
}

function unitOf(context: Context): { kind: string; unit: string } {
  const { hints } = context
  if (hints.session !== '') return { kind: 'conversation', unit: hints.session }
  if (hints.customer !== '') return { kind: 'customer', unit: hints.customer }
  return { kind: 'request', unit: context.requestId }
}

/** The assigned candidate, then the route's fallback order, no one twice. Default: the others, heaviest first. */
function chainFrom(assigned: Candidate, eligible: readonly Candidate[], route: Route): readonly Candidate[] {
  if (eligible.length === 1) return eligible
  const others = route.fallback ?? [...eligible].sort((a, b) => b.weight - a.weight)
  return [assigned, ...others.filter((candidate) => candidate !== assigned && eligible.includes(candidate))]
}

function nobody(route: Route, excluded: Choice['excluded']): GatewayError {
  const reasons = Object.entries(excluded).map(([id, reason]) => `${id}: ${reason}`)
  const list = reasons.slice(0, 20).join(', ')
  const kinds = new Set(Object.values(excluded))
  if ([...kinds].every((reason) => reason === 'endpoint_unsupported')) {
    return new GatewayError(
      'endpoint_unsupported',
      `no candidate of route ${route.name} offers this endpoint (${list})`,
    )
  }
  const isPolicy = [...kinds].some((reason) => reason.startsWith('region') || reason === 'retention')
  return new GatewayError(
    'no_candidate',
    `no candidate of route ${route.name} may serve this request (${list})`,
    isPolicy ? { status: 403, kind: 'permission' } : { status: 400, kind: 'invalid_request' },
  )
}
