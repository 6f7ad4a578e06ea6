/** Half a millisecond of work (measured), so that nobody waits for it. */
const togetherMax = 128

/**
 * Requests whose caller has its answer wait here until several can be settled and recorded together. One at a
 * time, between other requests, every step of it finds the processor's caches full of something else: together
 * they save a tenth of a whole request (docs/decisions/0014).
 */
export class Closing<Ended> {
  readonly #waitMs: number
  readonly #close: (ended: readonly Ended[]) => void | Promise<void>
  #ended: Ended[] = []
  #timer: NodeJS.Timeout | undefined
  #closed: Promise<unknown> = Promise.resolve()

  constructor(waitMs: number, close: (ended: readonly Ended[]) => void | Promise<void>) {
    this.#waitMs = waitMs
    this.#close = close
  }

  /** `isUrgent`: it and those before it are closed at once. */
  add(ended: Ended, isUrgent = false): void {
    const count = this.#ended.push(ended)
    if (count >= togetherMax || this.#waitMs === 0 || isUrgent) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), this.#waitMs)
  }

  /** Resolves when everything that was added is closed. */
  async drain(): Promise<void> {
    this.flush()
    await this.#closed
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const ended = this.#ended
    if (ended.length === 0) return
    this.#ended = []
    const pending = this.#close(ended)
    if (pending !== undefined) this.#closed = Promise.all([this.#closed, pending])
  }
}
