import type { Gauge } from '../../observe/metrics.ts'
import type { KnownRoutes, PolicyKeeper } from './keeper.ts'
import type { SourceState } from './poller.ts'
import { ageSeconds } from './report.ts'

/** What a page of metrics says of policies: of the sidecar, not of each worker. */
export function policyGauges(
  from: { readonly keeper: PolicyKeeper; readonly routes: KnownRoutes; readonly source: SourceState },
  nowMs: number,
): Gauge[] {
  const { keeper, routes, source } = from
  const inForce = new Map(keeper.inForce().map((document) => [document.route, document]))
  return [
    ...[...routes.keys()].map((route) => ({
      name: 'sidelight_policy_version',
      type: 'gauge' as const,
      help: 'Version of the policy in force; 0 for the weights of the configuration.',
      value: inForce.get(route)?.version ?? 0,
      labels: { route },
    })),
    ...[...inForce.values()]
      .filter(({ route }) => routes.has(route))
      .map((document) => ({
        name: 'sidelight_policy_age_seconds',
        type: 'gauge' as const,
        help: 'Time since the policy in force was made.',
        value: ageSeconds(document, nowMs),
        labels: { route: document.route },
      })),
    ...[...keeper.refusals.counts()].map(([reason, count]) => ({
      name: 'sidelight_policy_rejected_total',
      type: 'counter' as const,
      help: 'Policies that were refused, each document once, by reason.',
      value: count,
      labels: { reason },
    })),
    {
      name: 'sidelight_policy_source_up',
      type: 'gauge',
      help: 'Whether the source of policies could be read at the last look; one without policies can.',
      value: source.state === 'up' || source.state === 'absent' ? 1 : 0,
      labels: { source: source.source },
    },
    {
      name: 'sidelight_policy_store_failures_total',
      type: 'counter',
      help: 'Policies in force that could not be kept on disk for the next start.',
      value: keeper.storeFailures(),
    },
  ]
}
