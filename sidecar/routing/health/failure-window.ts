const buckets = 10

/** How many calls there were lately and how many of them failed, in ten slices of the window. */
export class FailureWindow {
  readonly #calls = new Uint32Array(buckets)
  readonly #failures = new Uint32Array(buckets)
  readonly #sliceMs: number
  /** Number of the newest slice, counted from the start of the clock. */
  #slice = 0

  constructor(windowMs: number) {
    this.#sliceMs = windowMs / buckets
  }

  call(nowAt: number): void {
    this.#add(this.#calls, nowAt)
  }

  failure(nowAt: number): void {
    this.#add(this.#failures, nowAt)
  }

  /** At least half of no fewer than so many calls have failed. */
  isMostlyFailing(callsMin: number): boolean {
    const calls = sum(this.#calls)
    return calls >= callsMin && sum(this.#failures) * 2 >= calls
  }

  clear(): void {
    this.#calls.fill(0)
    this.#failures.fill(0)
  }

  #add(counts: Uint32Array, nowAt: number): void {
    const slice = Math.floor(nowAt / this.#sliceMs)
    if (slice !== this.#slice) this.#forgetUntil(slice)
    const place = slice % buckets
    counts[place] = (counts[place] ?? 0) + 1
  }

  #forgetUntil(slice: number): void {
    const steps = Math.min(buckets, slice - this.#slice)
    for (let step = 0; step < steps; step += 1) {
      const place = (slice - step) % buckets
      this.#calls[place] = 0
      this.#failures[place] = 0
    }
    this.#slice = slice
  }
}

function sum(counts: Uint32Array): number {
  let total = 0
  for (const count of counts) total += count
  return total
}
