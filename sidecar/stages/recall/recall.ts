import { GatewayError } from '../../../contract/errors.ts'
import type { AnswerCache } from '../../cache/answer-cache.ts'
import { Capture } from '../../cache/capture.ts'
import type { Plan, Recalled } from '../../cache/recalled.ts'
import { ageMs, type Entry } from '../../cache/store/entry.ts'
import type { Context } from '../../context.ts'
import type { Candidate } from '../../routing/route.ts'
import type { Services } from '../../services.ts'
import { follow } from './follow.ts'
import { type Hit, lookExact, lookLexical, lookSemantic, type Search, startSearch } from './look.ts'
import { planFor } from './plan.ts'

/** Whether an earlier answer serves, or one that is under way. What is found out is kept for whoever keeps the answer. */
export function recall(context: Context, services: Services): void | Promise<void> {
  const cache = context.route?.cache
  if (cache === undefined) {
    if (context.hints.cache === 'only') throw new GatewayError('not_cached')
    return
  }
  // Whoever replays or judges wants a fresh answer of whom it names.
  if (context.job.role !== 'primary') return
  const { answers } = services
  const nowMs = services.nowMs()
  const candidates = candidatesOf(context)
  // While nobody can be asked, what any of them has answered is looked for.
  for (const candidate of candidates) {
    const plan = attempted(() => planFor(context, cache, { answers, candidate }), services)
    if (plan === undefined) continue
    context.cache = 'miss'
    const search = startSearch()
    attempted(() => look(answers, plan, search, nowMs), services)
    if (search.hit !== undefined) return serve(context, services, { plan, search, hit: search.hit })
    if (context.refusal === undefined) return miss(context, services, { plan, search })
    context.recalled ??= recalledOf(plan, search, { flight: undefined, vector: undefined })
  }
  refuseOnly(context)
}

/** A fault of the cache is a miss. */
function attempted<T>(look: () => T, services: Services): T | undefined {
  try {
    return look()
  } catch (error) {
    services.log.error('the cache failed', { error: error instanceof Error ? error.name : typeof error })
    return undefined
  }
}

function look(answers: AnswerCache, plan: Plan, search: Search, nowMs: number): void {
  if (!plan.control.read) return
  lookExact(answers, plan, search, nowMs)
  if (search.hit === undefined) lookLexical(answers, plan, search, nowMs)
}

function candidatesOf({ refusal, chain, route, choice }: Context): readonly Candidate[] {
  const [first] = chain
  if (refusal === undefined || route === undefined) return first === undefined ? [] : [first]
  return route.candidates.filter(({ id }) => passing.has(choice.excluded[id] ?? ''))
}

/** Reasons that say nothing against what such a candidate has answered before. */
const passing = new Set(['circuit_open', 'cooling_down', 'auth_failed', 'quota_exhausted'])

interface Found {
  readonly plan: Plan
  readonly search: Search
}

function serve(context: Context, services: Services, { plan, search, hit }: Found & { hit: Hit }): void {
  const { entry, tier, score, tau, isStale } = hit
  const nowMs = services.nowMs()
  services.answers.store.hit(entry)
  context.cache = isStale ? 'stale' : tier
  context.cached = {
    verdict: context.cache as 'stale' | 'exact' | 'lexical' | 'semantic',
    entry,
    flight: undefined,
    score,
    tau,
    ageS: Math.floor(ageMs(entry, nowMs) / 1000),
    firstContentAt: undefined,
  }
  if (context.refusal !== undefined) return
  const again = recalledOf(plan, search, { flight: undefined, vector: undefined })
  if (isStale) context.errands.push({ kind: 'refresh', recalled: again })
  else sample(context, services, { plan, hit, again })
}

/** A share of hits is asked for all the same, behind the caller's back, to learn how right they are. */
function sample(
  context: Context,
  services: Services,
  { plan, hit, again }: { plan: Plan; hit: Hit; again: Recalled },
): void {
  const { audits, random } = services.answers
  const { tier, entry } = hit
  const at = { nowMs: services.nowMs(), usdPerDay: plan.cache.auditUsdPerDay }
  const p = tier === 'exact' ? audits.twiceP(plan.route, plan.cache) : audits.hit(plan.route, at)
  if (p === 0 || random() >= p) return
  const check = {
    entry,
    tier,
    score: hit.score ?? 1,
    tau: hit.tau ?? 0,
    guard: '' as const,
    p,
    source: 'paid' as const,
  }
  context.errands.push({ kind: 'audit', recalled: { ...again, checks: [check] } })
}

function miss(context: Context, services: Services, found: Found): void | Promise<void> {
  const { plan } = found
  const embedder = plan.allowed.semantic ? services.answers.embedderOf(plan.route) : undefined
  if (embedder === undefined) return join(context, services, found, undefined)
  return embedder.inTime(plan.text).then((vector) => {
    if (vector !== undefined && plan.control.read) {
      const nowMs = services.nowMs()
      attempted(() => lookSemantic(services.answers, plan, found.search, { vector, nowMs }), services)
    }
    const { hit } = found.search
    if (hit !== undefined) return serve(context, services, { ...found, hit })
    return join(context, services, found, embedder.vectorOf(plan.text))
  })
}

/** One of equal requests asks; the others wait for what comes. */
function join(
  context: Context,
  services: Services,
  { plan, search }: Found,
  vector: Promise<Int8Array | undefined> | undefined,
): void | Promise<void> {
  const { flights } = services.answers
  // Calls of tools have ids of their own, and are nobody else's.
  const isShareable =
    plan.control.read && plan.allowed.exact && plan.control.ageMaxS === undefined && !hasTools(context)
  if (plan.control.only) {
    refuseOnly(context)
    return
  }
  const key = plan.keys.exact
  const keep = (flight: ReturnType<typeof flights.lead>) => {
    context.recalled = recalledOf(plan, search, { flight, vector })
  }
  if (!isShareable) keep(undefined)
  else if (flights.join(key) === undefined) keep(flights.lead(key))
  else return follow(context, services, key).then((lead) => (lead === 'served' ? undefined : keep(lead)))
}

function hasTools({ body }: Context): boolean {
  return body?.has('tools') === true || body?.has('functions') === true
}

function recalledOf(
  plan: Plan,
  search: Search,
  from: { flight: ConstructorParameters<typeof Capture>[0]; vector: Recalled['vector'] },
): Recalled {
  const { rescue, near, checks } = search
  return {
    plan,
    capture: new Capture(from.flight),
    checks,
    rescue: rescue as Entry | undefined,
    vector: from.vector,
    near,
  }
}

function refuseOnly(context: Context): void {
  const control = context.hints.cache.toLowerCase()
  const isOnly =
    control === 'only' || /only-if-cached/i.test(String(context.req.headers['cache-control'] ?? ''))
  if (isOnly) throw new GatewayError('not_cached')
}
