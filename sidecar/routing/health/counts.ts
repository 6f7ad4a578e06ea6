import { type RetryKind, retryKinds } from './health.ts'
import { type ProbeOutcome, probeOutcomes } from './target-health.ts'

/** What has happened since the start, for metrics. */
export interface HealthCounts {
  /** Circuits opened, by provider. */
  readonly opened: Map<string, number>
  readonly probes: Record<ProbeOutcome, number>
  readonly retries: Record<RetryKind, number>
  budgetExhausted: number
}

export function newCounts(): HealthCounts {
  return { opened: new Map(), probes: zeros(probeOutcomes), retries: zeros(retryKinds), budgetExhausted: 0 }
}

function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>
}
