import type { RefusalReason } from '../../../contract/policy/refusal.ts'
import type { PolicyDocument } from '../../../contract/policy.ts'
import type { Gauge } from '../../observe/metrics.ts'
import type { SourceState } from './poller.ts'
import { ageSeconds } from './report.ts'

export interface PolicyFigures {
  /** Names of all that are configured. */
  readonly routes: readonly string[]
  readonly inForce: readonly PolicyDocument[]
  readonly refusals: ReadonlyMap<RefusalReason, number>
  readonly storeFailures: number
  readonly source: Pick<SourceState, 'source' | 'state'>
}

/** What a page of metrics says of policies: of the sidecar, not of each worker. */
export function policyGauges(figures: PolicyFigures, nowMs: number): Gauge[] {
  const { routes, source } = figures
  const inForce = new Map(figures.inForce.map((document) => [document.route, document]))
  return [
    ...routes.map((route) => ({
      name: 'sidelight_policy_version',
      type: 'gauge' as const,
      help: 'Version of the policy in force; 0 for the weights of the configuration.',
      value: inForce.get(route)?.version ?? 0,
      labels: { route },
    })),
    ...[...inForce.values()]
      .filter(({ route }) => routes.includes(route))
      .map((document) => ({
        name: 'sidelight_policy_age_seconds',
        type: 'gauge' as const,
        help: 'Time since the policy in force was made.',
        value: ageSeconds(document, nowMs),
        labels: { route: document.route },
      })),
    ...[...figures.refusals].map(([reason, count]) => ({
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
      value: figures.storeFailures,
    },
  ]
}
