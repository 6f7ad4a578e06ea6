import type { GatewayError } from '../../contract/errors.ts'
import { type Choice, type Context, noChoice } from '../context.ts'
import { clientRetries } from '../hints.ts'
import { type Decided, decide, noneExcluded, usualSalt } from '../routing/decide.ts'
import { detailsOf } from '../routing/details.ts'
import type { Facts } from '../routing/facts.ts'
import { nobodyLeft } from '../routing/nobody.ts'
import { RequestOutlook } from '../routing/outlook.ts'
import type { Candidate, Route } from '../routing/route.ts'
import { type Screened, screen } from '../routing/screen.ts'
import { onceFor, type Unit } from '../routing/units.ts'
import type { Services } from '../services.ts'

/** Who serves the request, and who after that, so that anyone can recompute why from the record. */
export function choose(context: Context, services: Services): void {
  const { route, facts } = context
  if (route === undefined || facts === undefined) return
  const nowAt = performance.now()
  const inputTokensOf = (candidate: Candidate) =>
    services.ratios.tokens(candidate.servedBy, 'prompt', context.promptBytes)
  const screened = screen({
    route,
    facts,
    isPinned: context.override !== '',
    inputTokensOf,
    illnessOf: (candidate) => services.health.illnessOf(candidate, route.regions, nowAt),
    complexity: () => levelOf(route, facts, services),
  })
  if (screened.eligible.length === 0) {
    const refusal = nobody(context, screened, nowAt)
    if (route.cache === undefined) throw refusal
    context.refusal = refusal
    return
  }
  const assigned =
    context.override === ''
      ? drawn(context, services, { route, facts, screened, inputTokensOf, nowAt })
      : pinned(context, screened)
  context.chain = chainFrom(assigned, screened, route)
}

function levelOf(route: Route, facts: Facts, { routing }: Services) {
  const { score } = facts.complexity
  const level = routing.terciles.level(route.name, score)
  routing.terciles.add(route.name, score)
  return level
}

function nobody(context: Context, left: Screened, nowAt: number): GatewayError {
  context.choice = { ...noChoice, excluded: left.excluded }
  return nobodyLeft(context.route as Route, left, nowAt)
}

const onlyOne: readonly number[] = [1]

/** A request that names its model leaves nothing to draw. */
function pinned(context: Context, screened: Screened): Candidate {
  const [only] = screened.eligible as readonly [Candidate]
  // Written out: a spread costs more than all the rest of a request that is pinned.
  context.choice = {
    candidates: [only.id],
    probabilities: onlyOne,
    excluded: screened.excluded,
    drawU: 0,
    drawN: 0,
    unitKind: 'request',
    unitHash: '',
    saltId: usualSalt,
    assigned: only.id,
    propensity: 1,
    policyId: '',
    policyVersion: 0,
    policyRole: 'override',
    stickyVersion: 0,
    stickyHit: false,
    overrideSource: '',
    details: undefined,
  }
  return only
}

interface DrawAsk {
  readonly route: Route
  readonly facts: Facts
  readonly screened: Screened
  readonly inputTokensOf: (candidate: Candidate) => number
  readonly nowAt: number
}

function drawn(context: Context, services: Services, ask: DrawAsk): Candidate {
  const { route, facts, screened, nowAt } = ask
  const { routing } = services
  const outlook = outlookOn(context, services, ask)
  const unit = unitOf(route, facts, services)
  const stronger = escalated(context, services, { ...ask, unit })
  const eligible = stronger ?? screened.eligible
  const isEscalated = stronger !== undefined
  const decision = decide(
    { route, eligible, policy: context.policy, segment: context.segment, unit, outlook, isEscalated, nowAt },
    routing.sticky,
  )
  const excluded =
    decision.excluded === noneExcluded ? screened.excluded : { ...screened.excluded, ...decision.excluded }
  if (decision.kind === 'nobody') throw nobody(context, { ...screened, excluded }, nowAt)
  // Where there is no choice there is nothing to explain.
  const details =
    route.candidates.length === 1 ? undefined : detailsOf({ facts, screened, outlook, decision, route })
  context.choice = choiceOf(decision, { excluded, isEscalated, details })
  return decision.assigned
}

function outlookOn(context: Context, { routing }: Services, ask: DrawAsk): RequestOutlook {
  const { route, facts, inputTokensOf, nowAt } = ask
  const { learned, affinity } = routing
  const sources = { catalog: context.snapshot.catalog, learned, affinity, inputTokensOf }
  const { segment, policy } = context
  return new RequestOutlook({ route, facts, segment, policy, sources, nowAt })
}

/** With one candidate nothing is drawn that a unit could keep; its conversation need not be found. */
function unitOf(route: Route, facts: Facts, { routing }: Services): Unit {
  return route.candidates.length === 1 && facts.given.session === ''
    ? onceFor(facts.given.requestId)
    : routing.units.of(route.sticky, route.name, facts)
}

function choiceOf(
  decision: Decided,
  more: Pick<Choice, 'excluded' | 'details'> & { isEscalated: boolean },
): Choice {
  const { drawn: draw, isKept } = decision
  return {
    ...draw,
    excluded: more.excluded,
    stickyVersion: draw.policyVersion,
    stickyHit: isKept,
    overrideSource: more.isEscalated ? 'escalation' : '',
    details: more.details,
  }
}

/** The stronger candidates, where the user of this conversation had to ask again too often; they stay for its rest. */
function escalated(
  context: Context,
  services: Services,
  { route, facts, screened, unit, nowAt }: DrawAsk & { unit: Unit },
): readonly Candidate[] | undefined {
  const { escalate } = route
  if (escalate === undefined) return undefined
  const { sticky, sessions } = services.routing
  const isRetry = clientRetries(context.req) > 0
  const wasEscalated = sticky.find(route.name, unit.hash, nowAt)?.isEscalated === true
  if (
    !wasEscalated &&
    (isRetry || sessions.again(facts.sessionKey(unit.hash), facts.outline) < escalate.after)
  )
    return undefined
  const stronger = screened.eligible.filter((candidate) => escalate.to.includes(candidate.id))
  // While none of them may be asked the others go on, and the conversation stays what it is.
  return stronger.length === 0 ? screened.eligible : stronger
}

/** The assigned candidate, then the route's fallback order, no one twice. Default: the others, heaviest first. */
function chainFrom(assigned: Candidate, screened: Screened, route: Route): readonly Candidate[] {
  const { eligible, lastResort } = screened
  if (eligible.length === 1 && lastResort.length === 0) return eligible
  const next = route.fallback.filter((candidate) => candidate !== assigned && eligible.includes(candidate))
  return [assigned, ...next, ...route.fallback.filter((candidate) => lastResort.includes(candidate))]
}
