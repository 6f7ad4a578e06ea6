import type { Money } from '../../contract/money.ts'
import type { Caller } from '../snapshot.ts'
import { Budgets } from './budgets.ts'

/** What of a caller limits it. */
export type Limited = Pick<Caller, 'name' | 'requestsPerMinute' | 'tokensPerMinute' | 'budget'>

/** Whether a request may go on, and if not, for how long and because of which limit. */
export interface Admission {
  readonly waitMs: number
  readonly by: 'rate' | 'budget'
}

/** What an answer took. */
export interface Spending {
  readonly tokens: number
  readonly cost: Money
}

/** Who may go on. Answers at once where the buckets are in this process, later where a parent keeps them. */
export interface Limits {
  admit(caller: Limited, nowMs: number): Admission | Promise<Admission>
  spend(caller: Limited, spending: Spending, nowMs: number): void
}

/** Nothing to wait for. */
export const mayGoOn: Admission = { waitMs: 0, by: 'rate' }

export function isLimited({ requestsPerMinute, tokensPerMinute, budget }: Limited): boolean {
  return requestsPerMinute !== undefined || tokensPerMinute !== undefined || budget !== undefined
}

interface Bucket {
  requests: number
  tokens: number
  updatedMs: number
}

/**
 * Budgets, and requests and tokens per minute of each key, these as token buckets that refill steadily. Tokens are known only
 * after the answer, so they are taken then; a key in debt waits until it is paid off.
 */
export class Limiter implements Limits {
  readonly #buckets = new Map<string, Bucket>()
  readonly #budgets: Budgets

  constructor(budgets = new Budgets()) {
    this.#budgets = budgets
  }

  admit(caller: Limited, nowMs: number): Admission {
    if (!isLimited(caller)) return mayGoOn
    const untilNextMs = this.#budgets.waitMs(caller, nowMs)
    if (untilNextMs > 0) return { waitMs: untilNextMs, by: 'budget' }
    const waitMs = this.#takeTurn(caller, nowMs)
    return waitMs === 0 ? mayGoOn : { waitMs, by: 'rate' }
  }

  #takeTurn(caller: Limited, nowMs: number): number {
    const { requestsPerMinute, tokensPerMinute } = caller
    if (requestsPerMinute === undefined && tokensPerMinute === undefined) return 0
    const bucket = this.#refilled(caller, nowMs)
    const waitMs = Math.max(
      requestsPerMinute === undefined ? 0 : this.#waitMs(1 - bucket.requests, requestsPerMinute),
      tokensPerMinute === undefined ? 0 : this.#waitMs(1 - bucket.tokens, tokensPerMinute),
    )
    if (waitMs === 0 && requestsPerMinute !== undefined) bucket.requests -= 1
    return waitMs
  }

  spend(caller: Limited, { tokens, cost }: Spending, nowMs: number): void {
    this.#budgets.spend(caller, cost, nowMs)
    if (caller.tokensPerMinute === undefined) return
    this.#refilled(caller, nowMs).tokens -= tokens
  }

  #waitMs(missing: number, perMinute: number): number {
    if (perMinute === 0) return 60_000
    // Many small refills add up to almost, but not quite, what one large one gives.
    return missing < 1e-6 ? 0 : Math.ceil((missing / perMinute) * 60_000)
  }

  #refilled(caller: Limited, nowMs: number): Bucket {
    const requests = caller.requestsPerMinute ?? 0
    const tokens = caller.tokensPerMinute ?? 0
    // A bucket that holds less than one would never let anything through.
    const requestsMax = Math.max(1, requests)
    const tokensMax = Math.max(1, tokens)
    let bucket = this.#buckets.get(caller.name)
    if (bucket === undefined) {
      bucket = { requests: requestsMax, tokens: tokensMax, updatedMs: nowMs }
      this.#buckets.set(caller.name, bucket)
    }
    const minutes = Math.max(0, nowMs - bucket.updatedMs) / 60_000
    bucket.requests = Math.min(requestsMax, bucket.requests + minutes * requests)
    bucket.tokens = Math.min(tokensMax, bucket.tokens + minutes * tokens)
    bucket.updatedMs = nowMs
    return bucket
  }
}
