import type { JsonObject } from '../contract/json.ts'
import type { PolicyDocument } from '../contract/policy.ts'
import { JsonBody } from '../sidecar/body/json-body.ts'
import { singleRoute, sortedById } from '../sidecar/routing/candidate.ts'
import type { DecisionAsk } from '../sidecar/routing/decide.ts'
import { type Circumstances, Facts } from '../sidecar/routing/facts.ts'
import type { Candidate, Route } from '../sidecar/routing/route.ts'
import type { Outlook } from '../sidecar/routing/strategy.ts'
import { onceFor } from '../sidecar/routing/units.ts'

/** What routing is asked about, without a socket: plain values where the real thing would need a configuration. */

const given: Circumstances = {
  dialect: 'chat',
  operation: 'generate',
  streamed: false,
  app: 'app',
  team: 'team',
  env: 'env',
  keyName: 'key',
  customer: '',
  tier: '',
  feature: '',
  prompt: '',
  promptVersion: '',
  tags: {},
  session: '',
  requestId: 'request',
  inputTokens: 100,
  promptBytes: 400,
  atMs: Date.UTC(2026, 10, 28),
}

export function factsOf(body: JsonObject, own: Partial<Circumstances> = {}): Facts {
  return new Facts({ ...given, ...own }, JsonBody.read(Buffer.from(JSON.stringify(body))))
}

/** `user` and `assistant` by turns, as chat writes them. */
export function chatBody(...turns: readonly string[]): JsonObject {
  return {
    model: 'm',
    messages: turns.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content })),
  }
}

export function candidateOf(id: string, weight = 1): Candidate {
  return {
    id,
    weight,
    hash: id,
    servedBy: `p/${id}`,
    model: id,
    provider: { name: 'p' },
  } as unknown as Candidate
}

export function routeOf(candidates: readonly Candidate[], own: Partial<Route> = {}): Route {
  return {
    ...singleRoute('r', candidates[0] as Candidate, {
      timeouts: {} as Route['timeouts'],
      mask: undefined,
      guard: undefined,
    }),
    strategy: 'weighted',
    candidates,
    byId: sortedById(candidates),
    ...own,
  }
}

/** Knows nothing but what it is told. */
export function outlookOf(route: Route, own: Partial<Outlook> = {}): Outlook {
  const unknown = () => undefined
  return {
    route,
    costOf: unknown,
    waitOf: unknown,
    samplesOf: () => 0,
    evidenceOf: unknown,
    listPriceOf: unknown,
    ...own,
  }
}

export function policyOf(own: Partial<PolicyDocument> = {}): PolicyDocument {
  return {
    schema: 1,
    route: 'r',
    version: 2,
    parent: 1,
    id: 'policy-2',
    created_at: '2026-11-28T00:00:00Z',
    salt_id: 's1',
    segment_by: [],
    merge: {},
    segments: {},
    default: {},
    ...own,
  }
}

export function decisionAsk(route: Route, own: Partial<DecisionAsk> = {}): DecisionAsk {
  return {
    route,
    eligible: route.byId,
    policy: undefined,
    segment: '',
    unit: onceFor('request'),
    outlook: outlookOf(route),
    isEscalated: false,
    nowAt: 0,
    ...own,
  }
}
