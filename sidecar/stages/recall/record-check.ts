import type { Judged } from '../../cache/audit/audits.ts'
import type { Check, Plan } from '../../cache/recalled.ts'
import { ageMs } from '../../cache/store/entry.ts'
import type { Context } from '../../context.ts'
import type { Services } from '../../services.ts'

export interface Compared {
  readonly check: Check
  readonly plan: Plan
  readonly judged: Judged
  readonly method: 'exact' | 'fields' | 'similarity' | 'judge'
  readonly costUsd: string | null
}

/** A row for each answer that was compared with a fresh one. */
export function recordCheck(context: Context, services: Services, compared: Compared): void {
  const { check, plan, judged, method, costUsd } = compared
  const { callerKey, snapshot, hints } = context
  services.sink.offerCacheAudit({
    ts: context.arrivedMs,
    request_id: context.job.pairId === '' ? context.requestId : context.job.pairId,
    app: callerKey?.app ?? snapshot.config.identity.app,
    customer: hints.customer,
    route: plan.route,
    tier: check.tier,
    entry_id: check.entry.id,
    score: check.score,
    tau: check.tau,
    delta: plan.cache.delta,
    guard: check.guard,
    label: judged.label,
    label_source: check.source,
    method,
    sampling_p: check.p,
    entry_age_s: Math.floor(ageMs(check.entry, services.nowMs()) / 1000),
    cost_usd: costUsd,
    action: judged.action,
  })
}
