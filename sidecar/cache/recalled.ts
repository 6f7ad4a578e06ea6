import type { AnswerEvent } from '../conversation/answer.ts'
import type { Analysed } from './analyst.ts'
import type { Capture } from './capture.ts'
import type { Flight } from './coalesce.ts'
import type { GuardRule } from './guard/soft.ts'
import type { Keys } from './keys/canonical.ts'
import type { CacheControl } from './keys/control.ts'
import type { Allowed } from './keys/never.ts'
import type { RouteCache, Tier } from './settings.ts'
import type { Entry } from './store/entry.ts'

/** What a request is looked up under, and what may be done with it. */
export interface Plan {
  readonly cache: RouteCache
  readonly route: string
  readonly keys: Keys
  readonly control: CacheControl
  readonly allowed: Allowed
  readonly customer: string
  readonly owner: string
  readonly text: string
  /** Undefined where likeness is not asked for. */
  readonly question: Analysed | undefined
}

/** An earlier answer that a fresh one is compared with, off the request's path. */
export interface Check {
  readonly entry: Entry
  readonly tier: Tier
  readonly score: number
  readonly tau: number
  readonly guard: GuardRule | ''
  readonly p: number
  readonly source: 'free' | 'paid'
}

/** What recall found out, for those who relay and keep. */
export interface Recalled {
  readonly plan: Plan
  readonly capture: Capture
  readonly checks: readonly Check[]
  /** Past its life, and better than no answer. */
  readonly rescue: Entry | undefined
  /** Of the question, for the entry. */
  readonly vector: Promise<Int8Array | undefined> | undefined
  /** The nearest that was turned down, for the record. */
  readonly near: { readonly score: number; readonly guard: string; readonly tau: number } | undefined
}

export type Verdict = 'exact' | 'lexical' | 'semantic' | 'stale'

/** What is given in place of a provider's answer. */
export interface Cached {
  readonly verdict: Verdict
  /** One of both. */
  readonly entry: Entry | undefined
  readonly flight: Flight<AnswerEvent> | undefined
  readonly score: number | null
  readonly tau: number | null
  readonly ageS: number
  /** When the caller got the first of it. */
  firstContentAt: number | undefined
}

/** Calls behind a served request. */
export interface Errand {
  readonly kind: 'audit' | 'refresh'
  readonly recalled: Recalled
}
