import type { PolicyDocument } from '../../../contract/policy.ts'
import { idsOf, type PolicyBook, type PolicyInForce } from './policies.ts'

export interface ReportedRoute {
  readonly strategy: string
  readonly candidates: readonly { readonly id: string; readonly weight: number }[]
}

/** What `GET /policy` says of each route: the policy in force, or the weights of the configuration as version 0. */
export function policyReport(
  routes: ReadonlyMap<string, ReportedRoute>,
  book: PolicyBook,
  nowMs: number,
): unknown {
  const reports = [...routes].map(([name, route]) => {
    const entry = book.entry(name)
    return [name, entry === undefined ? configured(route) : inForce(route, entry, nowMs)]
  })
  return { routes: Object.fromEntries(reports) }
}

function configured({ strategy, candidates }: ReportedRoute): unknown {
  const weights = Object.fromEntries(candidates.map(({ id, weight }) => [id, weight]))
  return { version: 0, source: 'configuration', strategy, weights, segments: {} }
}

function inForce(route: ReportedRoute, entry: PolicyInForce, nowMs: number): unknown {
  const { document, origin, sinceMs } = entry
  const { version, parent, id, created_at, not_before, salt_id, segment_by, merge, canary, evidence } =
    document
  const { configuredOnly, policyOnly } = difference(route, document)
  return {
    version,
    parent,
    id,
    source: origin,
    strategy: route.strategy,
    created_at,
    not_before,
    age_seconds: ageSeconds(document, nowMs),
    in_force_since: new Date(sinceMs).toISOString(),
    weights: document.default,
    segments: document.segments,
    segment_by,
    merge,
    salt_id,
    canary,
    evidence,
    signed: document.signature !== undefined,
    // The first get no requests, the second none that they could answer.
    weigh_nothing: configuredOnly,
    not_configured: policyOnly,
  }
}

/** Of the weights, not of their time in force: old weights are what an alert is for. */
export function ageSeconds({ created_at }: PolicyDocument, nowMs: number): number {
  return Math.max(0, Math.round((nowMs - Date.parse(created_at)) / 1000))
}

function difference(route: ReportedRoute, document: PolicyDocument) {
  const configured = idsOf(route)
  const vectors = [document.default, ...Object.values(document.segments)]
  const named = new Set(vectors.flatMap((weights) => Object.keys(weights)))
  return {
    configuredOnly: [...configured].filter((id) => !named.has(id)),
    policyOnly: [...named].filter((id) => !configured.has(id)).sort(),
  }
}
