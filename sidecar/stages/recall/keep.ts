import { agreementOf } from '../../cache/audit/agreement.ts'
import { factsOf, type KeptAnswer, textOf } from '../../cache/capture.ts'
import { type AnswerFacts, answerRefusal } from '../../cache/keys/never.ts'
import type { Check, Plan, Recalled } from '../../cache/recalled.ts'
import { rowOf } from '../../cache/shared.ts'
import { type Entry, type Grace, jittered, type Life } from '../../cache/store/entry.ts'
import { noteAsker, pairOf } from '../../cache/store/sharing.ts'
import type { Attempt, Context } from '../../context.ts'
import { priceCall } from '../../pricing/price.ts'
import type { Services } from '../../services.ts'
import { type Compared, recordCheck } from './record-check.ts'

/** What becomes of a fresh answer: kept where it may be, told to those who wait, compared with earlier ones. */
export function keep(context: Context, services: Services): void {
  const { recalled } = context
  if (recalled === undefined) return
  const { capture, plan } = recalled
  // A caller that left in the middle has left the answer to those who wait for it.
  const isWhole = context.outcome === 'ok' || context.outcome === 'client_abort'
  const isFresh = isWhole && context.cached === undefined && context.recovery.mode === ''
  const answer = isFresh ? capture.answer() : undefined
  if (answer === undefined) {
    capture.over('failed')
    return
  }
  const isFit = answerRefusal(facts(context, answer)) === ''
  const attempt = context.attempts.at(-1)
  const costUsd = attempt === undefined ? null : priceOf(context, attempt)
  capture.over(isFit ? 'landed' : 'unfit', { costUsd, tookMs: tookMs(attempt) })
  if (!isFit) return
  const entry = plan.control.write ? store(context, services, { plan, answer, costUsd }) : undefined
  context.kept = entry
  if (entry !== undefined) {
    addVector(recalled, entry, services)
    share(context, services, entry)
  }
  if (recalled.checks.length > 0) setImmediate(compareAll, context, services, { recalled, answer, entry })
}

function facts(context: Context, answer: KeptAnswer): AnswerFacts {
  const status = context.attempts.at(-1)?.httpStatus ?? 0
  return { ...factsOf(answer, status, true), unknownPlaceholders: context.masking?.counts.unknown ?? 0 }
}

function tookMs(attempt: Attempt | undefined): number {
  return attempt === undefined ? 0 : (attempt.endedAt ?? performance.now()) - attempt.startedAt
}

function priceOf(context: Context, attempt: Attempt): string | null {
  const { usage, candidate, modelReported } = attempt
  if (usage === undefined) return null
  const { catalog } = context.snapshot
  const { body, arrivedMs: atMs } = context
  attempt.priced ??= priceCall({ catalog, candidate, usage, atMs, modelReported, body })
  return attempt.priced.costText
}

interface Fresh {
  readonly plan: Plan
  readonly answer: KeptAnswer
  readonly costUsd: string | null
}

/** Only the model that was drawn answers for the key it is kept under. */
function store(context: Context, services: Services, { plan, answer, costUsd }: Fresh): Entry | undefined {
  const attempt = context.attempts.at(-1)
  if (attempt === undefined || attempt.candidate !== context.chain[0]) return undefined
  const { answers } = services
  const { question, cache } = plan
  const life = lifeOf(plan, answers.random())
  const hasLikeness = life.lexical + life.semantic > 0
  return answers.add({
    id: context.requestId,
    exact: plan.keys.exact,
    compat: plan.keys.compat,
    owner: plan.owner,
    customer: plan.customer,
    route: plan.route,
    tags: context.hints.tags,
    model: attempt.candidate.model,
    provider: attempt.candidate.provider.name,
    head: plan.text.slice(0, headChars),
    analysis: hasLikeness ? question?.analysis : undefined,
    roots: hasLikeness ? (question?.roots ?? []) : [],
    answer: Buffer.from(JSON.stringify(answer)),
    createdMs: services.nowMs(),
    costUsd,
    tookMs: tookMs(attempt),
    life,
    graceMs: graceOf(cache),
  })
}

/** As much of a prompt as a purge by its beginning looks at. */
const headChars = 128

function lifeOf({ cache, allowed }: Plan, random: number): Life {
  const capped = (ms: number) => Math.min(jittered(ms, random), allowed.lifeMsMax ?? Number.POSITIVE_INFINITY)
  const { exact, lexical, semantic } = cache.lifeMs
  return {
    exact: capped(exact),
    lexical: allowed.lexical ? capped(lexical) : 0,
    semantic: allowed.semantic ? capped(semantic) : 0,
  }
}

function graceOf({ revalidateMs, errorMs }: Plan['cache']): Grace {
  return { revalidate: revalidateMs, error: errorMs }
}

function addVector({ plan, vector }: Recalled, entry: Entry, { answers }: Services): void {
  const embedder = answers.embedderOf(plan.route)
  if (embedder === undefined || vector === undefined) return
  void vector.then((known) => {
    if (known !== undefined) answers.addVector(entry, embedder, known)
  })
}

/** Other sidecars get it through the warehouse: only masked text, and only where the configuration shares both. */
function share(context: Context, services: Services, entry: Entry): void {
  const { config } = context.snapshot
  const { maskRulesVersion, callerKey, recalled } = context
  if (!config.cache.share || config.content.store !== 'masked' || maskRulesVersion === '') return
  const app = callerKey?.app ?? config.identity.app
  services.sink.offerCacheEntry(rowOf(entry, { app, text: recalled?.plan.text ?? '', maskRulesVersion }))
}

interface ToCompare {
  readonly recalled: Recalled
  readonly answer: KeptAnswer
  readonly entry: Entry | undefined
}

function compareAll(context: Context, services: Services, { recalled, answer, entry }: ToCompare): void {
  for (const check of recalled.checks) {
    try {
      compare(context, services, { plan: recalled.plan, check, answer, entry })
    } catch (error) {
      services.log.error('an answer could not be compared', {
        error: error instanceof Error ? error.name : typeof error,
      })
    }
  }
}

interface OneCheck {
  readonly plan: Plan
  readonly check: Check
  readonly answer: KeptAnswer
  readonly entry: Entry | undefined
}

function compare(context: Context, services: Services, { plan, check, answer, entry }: OneCheck): void {
  const { answers } = services
  const language = answers.analyst.languages.of(plan.question?.analysis.language ?? '')
  const earlier = JSON.parse(check.entry.answer.toString()) as KeptAnswer
  const agreement = agreementOf(textOf(earlier), textOf(answer), language)
  if (check.tier === 'exact') {
    compareEqual(services, { plan, check, answer, entry }, agreement.label)
    if (check.source === 'free') return
  }
  const judged =
    check.tier === 'exact'
      ? { label: agreement.label, action: 'none' as const }
      : judge(services, { plan, check, answer, entry }, agreement.label)
  const usd = check.source === 'paid' ? (context.attempts.at(-1)?.priced?.costText ?? null) : '0'
  if (check.source === 'paid') answers.audits.paid(plan.route, Number(usd ?? 0), services.nowMs())
  const compared: Compared = { check, plan, judged, method: agreement.method, costUsd: usd }
  recordCheck(context, services, compared)
}

/** Equal requests whose answers differ: that is how much answers vary by themselves. */
function compareEqual(
  services: Services,
  { plan, check, entry }: OneCheck,
  label: 'agree' | 'disagree' | 'unsure',
): void {
  if (check.source === 'paid') {
    services.answers.audits.twice(plan.route, label === 'disagree')
    return
  }
  noteAsker(check.entry, plan.customer, label === 'agree')
  if (entry === undefined) return
  entry.askedBy = check.entry.askedBy
  entry.confirmed = check.entry.confirmed
}

function judge(services: Services, { plan, check }: OneCheck, label: 'agree' | 'disagree' | 'unsure') {
  const { answers, log } = services
  const { tier, entry, score, tau, p } = check
  if (tier === 'exact') return { label, action: 'none' as const }
  const isServed = score >= tau
  const of = { route: plan.route, tier, delta: plan.cache.delta }
  const judged = answers.audits.judge(of, { score, p, label, isServed, pair: pairOf(plan, entry) })
  if (judged.label === 'disagree' && isServed) answers.store.remove(entry)
  if (judged.action === 'fall_back')
    log.error('a tier of the cache answered wrongly too often and is off until it is proven', {
      route: plan.route,
      tier,
    })
  return judged
}
