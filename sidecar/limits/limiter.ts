import type { Caller } from '../snapshot.ts'

/** What of a caller limits it. */
export type Limited = Pick<Caller, 'name' | 'requestsPerMinute' | 'tokensPerMinute'>

/** Who may go on. Answers at once where the buckets are in this process, later where a parent keeps them. */
export interface Limits {
  /** 0 when the request may go on, else how long to wait. */
  admit(caller: Limited, nowMs: number): number | Promise<number>
  spend(caller: Limited, tokens: number, nowMs: number): void
}

export function isLimited({ requestsPerMinute, tokensPerMinute }: Limited): boolean {
  return requestsPerMinute !== undefined || tokensPerMinute !== undefined
}

interface Bucket {
  requests: number
  tokens: number
  updatedMs: number
}

/**
 * Requests and tokens per minute of each key, as token buckets that refill steadily. Tokens are known only
 * after the answer, so they are taken then; a key in debt waits until it is paid off.
 */
export class Limiter implements Limits {
  readonly #buckets = new Map<string, Bucket>()

  admit(caller: Limited, nowMs: number): number {
    const { requestsPerMinute, tokensPerMinute } = caller
    if (!isLimited(caller)) return 0
    const bucket = this.#refilled(caller, nowMs)
    const waitMs = Math.max(
      requestsPerMinute === undefined ? 0 : this.#waitMs(1 - bucket.requests, requestsPerMinute),
      tokensPerMinute === undefined ? 0 : this.#waitMs(1 - bucket.tokens, tokensPerMinute),
    )
    if (waitMs === 0 && requestsPerMinute !== undefined) bucket.requests -= 1
    return waitMs
  }

  spend(caller: Limited, tokens: number, nowMs: number): void {
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
