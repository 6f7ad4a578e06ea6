import type { Caller } from '../snapshot.ts'

interface Bucket {
  requests: number
  tokens: number
  updatedMs: number
}

/**
 * Requests and tokens per minute of each key, as token buckets that refill steadily. Tokens are known only
 * after the answer, so they are taken then; a key in debt waits until it is paid off.
 */
export class Limiter {
  readonly #buckets = new Map<string, Bucket>()
  /** Workers share the load of a key about evenly, so each holds its share of the limit. */
  readonly #share: number

  constructor(workers: number) {
    this.#share = 1 / workers
  }

  /** 0 when the request may go on, else how long to wait. */
  admit(caller: Caller, nowMs: number): number {
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

  spend(caller: Caller, tokens: number, nowMs: number): void {
    if (caller.tokensPerMinute === undefined) return
    this.#refilled(caller, nowMs).tokens -= tokens
  }

  #waitMs(missing: number, perMinute: number): number {
    if (perMinute === 0) return 60_000
    // Many small refills add up to almost, but not quite, what one large one gives.
    return missing < 1e-6 ? 0 : Math.ceil((missing / (perMinute * this.#share)) * 60_000)
  }

  #refilled(caller: Caller, nowMs: number): Bucket {
    const requests = (caller.requestsPerMinute ?? 0) * this.#share
    const tokens = (caller.tokensPerMinute ?? 0) * this.#share
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
