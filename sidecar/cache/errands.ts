/** Calls that nobody waits for: a few at a time, and none after the end. */
const runningMax = 8
const waitingMax = 200

export class Errands {
  readonly #running = new Set<Promise<void>>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #stops = new Set<() => void>()
  #waiting: (() => Promise<void>)[] = []
  #isClosed = false
  #dropped = 0

  /** Those for which there was no room. */
  get dropped(): number {
    return this.#dropped
  }

  add(run: () => Promise<void>, delayMs: number): void {
    if (this.#isClosed || this.#timers.size + this.#waiting.length >= waitingMax) {
      this.#dropped += 1
      return
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#waiting.push(run)
      this.#next()
    }, delayMs)
    timer.unref()
    this.#timers.add(timer)
  }

  /** Cut at the end. Returns a function that takes it back. */
  onClose(stop: () => void): () => void {
    this.#stops.add(stop)
    return () => this.#stops.delete(stop)
  }

  close(): void {
    this.#isClosed = true
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    this.#waiting = []
    for (const stop of [...this.#stops]) stop()
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  #next(): void {
    while (this.#running.size < runningMax) {
      const run = this.#waiting.shift()
      if (run === undefined) return
      const done = run()
        .catch(() => {})
        .finally(() => {
          this.#running.delete(done)
          this.#next()
        })
      this.#running.add(done)
    }
  }
}
