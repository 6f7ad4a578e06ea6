import type { AnswerCache } from '../../cache/answer-cache.ts'
import { type Looked, type LookupOptions, lookupLexical, lookupSemantic } from '../../cache/lookup.ts'
import type { Check, Plan } from '../../cache/recalled.ts'
import type { Tier } from '../../cache/settings.ts'
import { ageMs, type Entry, freshnessOf } from '../../cache/store/entry.ts'
import { isShared, pairOf } from '../../cache/store/sharing.ts'
import type { EntryWithWords } from '../../cache/store/store.ts'

export interface Hit {
  readonly tier: Tier
  readonly entry: Entry
  readonly score: number | null
  readonly tau: number | null
  readonly isStale: boolean
}

export interface Search {
  hit: Hit | undefined
  /** Past its life, within the time that it may stand in for an error. */
  rescue: Entry | undefined
  readonly checks: Check[]
  near: { readonly score: number; readonly guard: string; readonly tau: number } | undefined
}

export function startSearch(): Search {
  return { hit: undefined, rescue: undefined, checks: [], near: undefined }
}

/** An equal request. */
export function lookExact(answers: AnswerCache, plan: Plan, search: Search, nowMs: number): void {
  const entry = answers.store.exact(plan.keys.exact)
  if (entry === undefined) return
  if (!isShared(entry, plan)) {
    // Somebody else's: the answer of this caller says whether it may become everybody's.
    search.checks.push({ entry, tier: 'exact', score: 1, tau: 0, guard: '', p: 1, source: 'free' })
    return
  }
  if (!isYoungEnough(entry, plan, nowMs)) return
  if (plan.allowed.exact) take(search, plan, { entry, tier: 'exact', score: null, tau: null, nowMs })
}

interface Taken {
  readonly entry: Entry
  readonly tier: Tier
  readonly score: number | null
  readonly tau: number | null
  readonly nowMs: number
}

function take(search: Search, { cache }: Plan, { nowMs, ...found }: Taken): void {
  const freshness = freshnessOf(found.entry, found.tier, { nowMs, graceMs: cache.revalidateMs })
  if (freshness !== 'old') search.hit = { ...found, isStale: freshness === 'stale' }
  else if (
    found.tier !== 'semantic' &&
    freshnessOf(found.entry, found.tier, { nowMs, graceMs: cache.errorMs }) === 'stale'
  )
    search.rescue ??= found.entry
}

function isYoungEnough(entry: Entry, { control }: Plan, nowMs: number): boolean {
  return control.ageMaxS === undefined || ageMs(entry, nowMs) <= control.ageMaxS * 1000
}

/** The same question in other clothes. */
export function lookLexical(answers: AnswerCache, plan: Plan, search: Search, nowMs: number): void {
  const { question } = plan
  const scope = answers.store.scope(plan.keys.compat)
  if (question === undefined || scope === undefined || !plan.allowed.lexical) return
  const tau = answers.audits.tau(plan.route, 'lexical')
  const looked = lookupLexical(scope, question, optionsFor(answers, plan, { tau, tier: 'lexical', nowMs }))
  note(search, plan, { looked, tier: 'lexical', tau, nowMs })
}

/** A question of the same meaning. */
export function lookSemantic(
  answers: AnswerCache,
  plan: Plan,
  search: Search,
  { vector, nowMs }: { vector: Int8Array; nowMs: number },
): void {
  const { question } = plan
  const embedder = answers.embedderOf(plan.route)
  if (question === undefined || embedder === undefined) return
  const neighbours = answers.vectorsOf(plan.keys.compat, embedder)?.nearest(vector, neighboursMax) ?? []
  const tau = answers.audits.tau(plan.route, 'semantic')
  const looked = lookupSemantic(
    neighbours,
    question,
    optionsFor(answers, plan, { tau, tier: 'semantic', nowMs }),
  )
  note(search, plan, { looked, tier: 'semantic', tau, nowMs })
}

const neighboursMax = 5

function note(
  search: Search,
  plan: Plan,
  {
    looked,
    tier,
    tau,
    nowMs,
  }: { looked: Looked<EntryWithWords>; tier: 'lexical' | 'semantic'; tau: number; nowMs: number },
): void {
  const { hit, near } = looked
  if (hit !== undefined) take(search, plan, { entry: hit.entry, tier, score: hit.score, tau, nowMs })
  if (near === undefined || search.hit !== undefined) return
  if (search.near === undefined || near.score > search.near.score)
    search.near = { score: near.score, guard: near.guard, tau }
  // What the guard turned down says nothing about what is served.
  if (near.guard === '')
    search.checks.push({ entry: near.entry, tier, score: near.score, tau, guard: '', p: 1, source: 'free' })
}

function optionsFor(
  answers: AnswerCache,
  plan: Plan,
  at: { tau: number; tier: 'lexical' | 'semantic'; nowMs: number },
): LookupOptions<EntryWithWords> {
  const { cache, question } = plan
  const graceMs = Math.max(cache.revalidateMs, cache.errorMs)
  return {
    words: answers.wordsFor(cache, question?.analysis.language ?? ''),
    tau: at.tau,
    isRefused: (entry) => answers.audits.isRefused(pairOf(plan, entry)),
    isUsable: (entry) =>
      isShared(entry, plan) &&
      isYoungEnough(entry, plan, at.nowMs) &&
      freshnessOf(entry, at.tier, { nowMs: at.nowMs, graceMs }) !== 'old',
  }
}
