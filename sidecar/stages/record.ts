import { type AttemptRow, type RequestRow, schemaVersion } from '../../contract/record.ts'
import { tokenColumns, usageClasses } from '../../contract/usage.ts'
import type { Attempt, Context } from '../context.ts'
import { traceIdOf } from '../observe/tracing.ts'
import type { Services } from '../services.ts'
import { keptColumns } from './recall/columns.ts'
import { contentsOf } from './record-contents.ts'
import { recordFeedback, recordRephrased } from './record-feedback.ts'
import { overheadUs } from './relay/headers.ts'

/**
 * Projects the context to the ledger's row and hands it over. Adds nothing, waits for nothing. The rows are
 * plain literals in the order of the columns, without spreads: those made this the dearest stage of all.
 */
export function record(context: Context, services: Services): void {
  if (context.isFeedback) recordFeedback(context, services)
  else recordRequest(context, services)
  if (context.rephrased !== '') recordRephrased(context, services)
}

function recordRequest(context: Context, services: Services): void {
  const request = requestRow(context, services)
  const attempts = context.attempts.map((attempt, index) => {
    const row = attemptRow(context, services, attempt, index)
    attempt.trace?.end(row, {
      model: attempt.modelReported,
      finishReason: attempt.finishReason,
      streamed: context.streamed,
      baseUrl: attempt.target.settings.baseUrl,
    })
    return row
  })
  const isExpendable = context.route?.isBilling !== true || context.error?.code === 'spool_full'
  const { route, policy, choice } = context
  const keeper = services.recent.keep({ request, attempts, route, policy, details: choice.details })
  const entry = { request, attempts, contents: contentsOf(context), isExpendable, keeper }
  services.sink.offer(entry)
  services.metrics.observe(entry)
  context.trace?.end(request)
}

function requestRow(context: Context, services: Services): RequestRow {
  const { hints, choice, callerKey, cost } = context
  const { identity } = context.snapshot.config
  const served = context.answer?.attempt
  const tokens = totalTokens(context)
  const kept = keptColumns(context)
  return {
    ts: context.arrivedMs,
    request_id: context.requestId,
    seq: services.nextSeq(),
    sidecar_id: services.identity.sidecarId,
    boot: services.identity.boot,
    worker: services.identity.worker,
    schema_version: schemaVersion,
    app: callerKey?.app ?? identity.app,
    team: callerKey?.team ?? identity.team,
    env: identity.env,
    key_name: callerKey?.name ?? '',
    customer: hints.customer,
    tier: hints.tier || (callerKey?.tier ?? ''),
    feature: hints.feature,
    session: hints.session,
    prompt_name: hints.promptName,
    prompt_version: hints.promptVersion,
    prompt_fingerprint: context.promptFingerprint || noFingerprint,
    tags: hints.tags,
    trace_id: context.trace?.traceId ?? traceIdOf(context.req.headers),
    dialect: context.dialectName,
    endpoint: context.operation,
    route: context.route?.name ?? '',
    model_asked: context.modelAsked.slice(0, 256),
    segment: context.segment,
    streamed: context.streamed,
    role: context.job.role,
    pair_id: context.job.pairId,
    policy_id: choice.policyId,
    policy_version: choice.policyVersion,
    policy_role: policyRoleOf(context),
    candidates: choice.candidates,
    probabilities: choice.probabilities,
    excluded: { ...choice.excluded, ...context.unfit },
    draw_u: choice.drawU,
    draw_n: choice.drawN,
    unit_kind: choice.unitKind,
    unit_hash: choice.unitHash || noFingerprint,
    salt_id: choice.saltId,
    sticky_version: choice.stickyVersion,
    sticky_hit: choice.stickyHit,
    override_source: context.override || choice.overrideSource,
    candidate_assigned: choice.assigned,
    propensity: choice.propensity,
    candidate_served: served?.candidate.id ?? '',
    provider: served?.candidate.provider.name ?? kept.provider,
    model: served?.candidate.model ?? kept.model,
    model_reported: served?.modelReported ?? '',
    region: served?.target.settings.region ?? '',
    attempt_count: context.attempts.length,
    fallback_used: served !== undefined && served.candidate.id !== choice.assigned,
    recovery_mode: context.recovery.mode,
    stitched_at_chars: context.recovery.stitchedAtChars,
    cache: context.cache,
    cache_score: kept.score,
    cache_saved_usd: kept.savedUsd,
    input_tokens: tokens.columns.input_tokens,
    cached_input_tokens: tokens.columns.cached_input_tokens,
    cache_write_tokens: tokens.columns.cache_write_tokens,
    output_tokens: tokens.columns.output_tokens,
    reasoning_tokens: tokens.columns.reasoning_tokens,
    usage_classes: tokens.classes,
    usage_source: served?.usageSource || context.attempts.at(-1)?.usageSource || '',
    service_tier: served?.usage?.serviceTier ?? '',
    cost_usd: cost === undefined ? null : cost.costUsd,
    cost_reported_usd: cost?.reportedUsd ?? null,
    baseline_usd: cost?.baselineUsd ?? null,
    price_valid_from: cost?.validFrom ?? '1970-01-01',
    price_assumed: cost?.assumed ?? false,
    quality: null,
    pii_counts: piiCounts(context),
    pii_action: piiAction(context),
    guard_verdict: context.canary?.isSeen === true ? 'canary' : context.guardVerdict,
    status: context.outcome,
    http_status: context.httpStatus,
    error_code: context.outcome === 'ok' ? '' : errorCode(context),
    finish_reason: served?.finishReason ?? '',
    duration_ms: elapsedMs(context.arrivedAt, context.finishedAt),
    first_token_ms: firstTokenMs(context),
    overhead_us: overheadUs(context),
    dropped_fields: context.droppedFields,
    request_bytes: context.requestBytes,
    response_bytes: context.caller.bytesSent,
    cost_catalog_usd: cost?.catalogUsd ?? null,
    charge_usd: cost?.chargeUsd ?? null,
    price_zone: served === undefined ? '' : zoneOf(served),
    speed: served?.usage?.speed ?? '',
    cache_guard: kept.guard,
    cache_entry_id: kept.entryId,
    cache_age_s: kept.ageS,
    cache_tau: kept.tau,
    cache_saved_ms: kept.savedMs,
    coalesced: kept.isCoalesced,
    guard_score: context.guardScore,
    mask_rules_version: context.maskRulesVersion,
    pii_scan_us: context.piiScanUs,
    unscanned_parts: context.unscannedParts,
    placeholder_unknown: context.masking?.counts.unknown ?? 0,
  }
}

/** Finds in the request are counted when it is masked, those in the answer when it has passed. */
function piiCounts({ piiCounts: counts, masking }: Context): Readonly<Record<string, number>> {
  if (masking === undefined || masking.outputCounts.byType.size === 0) return counts
  const all = { ...counts }
  for (const [type, count] of masking.outputCounts.byType) all[`out.${type}`] = count
  return all
}

function piiAction({ piiAction: input, masking }: Context): string {
  return masking === undefined ? input : masking.strictest(input)
}

/** Hits are drawn for nobody: they count in no estimate of a candidate. */
function policyRoleOf({ override, choice, cached }: Context): string {
  if (override !== '') return 'override'
  return cached === undefined ? choice.policyRole : 'cache'
}

function firstTokenMs({ recovery, answer, cached, arrivedAt }: Context): number | null {
  const firstAt = cached?.firstContentAt ?? recovery.firstContentAt ?? answer?.attempt.firstContentAt
  return firstAt === undefined ? null : elapsedMs(arrivedAt, firstAt)
}

const noFingerprint = '0'.repeat(32)

function errorCode(context: Context): string {
  if (context.outcome === 'client_abort') return 'client_abort'
  if (context.error !== undefined) return context.error.code
  return (context.fault?.code ?? context.attempts.at(-1)?.errorCode ?? '').slice(0, 128)
}

function totalTokens(context: Context) {
  const only = context.attempts.length === 1 ? context.attempts[0]?.usage : undefined
  if (only !== undefined) return { classes: usageClasses(only), columns: tokenColumns(only) }
  const classes: Record<string, number> = {}
  const columns = tokenColumns(undefined)
  for (const attempt of context.attempts) {
    const { usage } = attempt
    if (usage === undefined) continue
    const own = tokenColumns(usage)
    for (const name of Object.keys(own) as (keyof typeof own)[]) columns[name] += own[name]
    for (const [name, count] of Object.entries(usageClasses(usage)))
      classes[name] = (classes[name] ?? 0) + count
  }
  return { classes, columns }
}

function attemptRow(context: Context, services: Services, attempt: Attempt, index: number): AttemptRow {
  const tokens = tokenColumns(attempt.usage)
  const price = context.cost?.attempts[index]
  return {
    ts: attempt.startedMs,
    request_id: context.requestId,
    attempt: attempt.number,
    sidecar_id: services.identity.sidecarId,
    candidate: attempt.candidate.id,
    provider: attempt.candidate.provider.name,
    model: attempt.candidate.model,
    region: attempt.target.settings.region,
    outcome: attempt.outcome,
    http_status: attempt.httpStatus,
    error_code: attempt.errorCode.slice(0, 128),
    duration_ms: elapsedMs(attempt.startedAt, attempt.endedAt),
    first_token_ms:
      attempt.firstContentAt === undefined ? null : elapsedMs(attempt.startedAt, attempt.firstContentAt),
    input_tokens: tokens.input_tokens,
    cached_input_tokens: tokens.cached_input_tokens,
    cache_write_tokens: tokens.cache_write_tokens,
    output_tokens: tokens.output_tokens,
    usage_classes: attempt.usage === undefined ? {} : usageClasses(attempt.usage),
    usage_source: attempt.usageSource,
    cost_usd: price?.costUsd ?? null,
    price_valid_from: price?.validFrom ?? '1970-01-01',
    upstream_request_id: attempt.upstreamRequestId,
    model_reported: attempt.modelReported,
    reasoning_tokens: tokens.reasoning_tokens,
    service_tier: attempt.usage?.serviceTier ?? '',
    price_zone: zoneOf(attempt),
    speed: attempt.usage?.speed ?? '',
    price_model: price?.priceModel ?? '',
    price_option: price?.priceOption ?? '',
    price_assumed: price?.assumed ?? false,
    cost_catalog_usd: price?.catalogUsd ?? null,
    target: attempt.target.name,
  }
}

/** What the answer says wins over what the configuration assumes. */
function zoneOf({ usage, candidate }: Attempt): string {
  return usage?.geo ?? candidate.provider.priceZone ?? ''
}

/** Microseconds are enough, and short numbers make short rows. */
function elapsedMs(from: number, to: number | undefined): number {
  return to === undefined ? 0 : Math.round((to - from) * 1000) / 1000
}
