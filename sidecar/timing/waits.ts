/** Waits shorter than this are exact: a first-token limit of half a second must not take three quarters. */
const exactMsMax = 2000
/** Long waits end at most this much late, those that were started anew twice as much. */
const tickMs = 250

export interface Wait {
  /** Starts the wait anew, as it was set; also one that has ended. */
  restart(): void
  cancel(): void
}

/**
 * The limits of requests in flight. Nearly all of them are cancelled long before they are due, so the long
 * ones lie in a list that is looked through four times a second instead of having a timer each (two timers
 * took 0.1 of what a bare forwarder takes for the whole request).
 */
export class Waits {
  /**
   * In no order; each wait knows its place. Not a Set: that leaves a chain of outgrown tables behind, and one
   * of them in the old generation keeps whole requests alive after it (measured: 140 MB at 4,000 a second).
   */
  readonly #pending: CoarseWait[] = []
  #ticker: NodeJS.Timeout | undefined

  /** Calls `expire` once after `ms`, unless cancelled; never when `ms` is Infinity. */
  after(ms: number, expire: () => void): Wait {
    if (ms < exactMsMax) return new ExactWait(ms, expire)
    const wait = new CoarseWait(this, ms, expire)
    this.keep(wait)
    return wait
  }

  keep(wait: CoarseWait): void {
    wait.dueAt = performance.now() + wait.ms
    if (wait.place < 0) wait.place = this.#pending.push(wait) - 1
    this.#ticker ??= setInterval(() => this.#look(), tickMs).unref()
  }

  drop(wait: CoarseWait): void {
    const last = wait.place < 0 ? undefined : this.#pending.pop()
    if (last === undefined) return
    if (last !== wait) {
      this.#pending[wait.place] = last
      last.place = wait.place
    }
    wait.place = -1
  }

  #look(): void {
    const now = performance.now()
    // First all that are due, then what they do: one may start itself anew.
    for (const wait of this.#pending.filter((pending) => pending.isDue(now))) {
      wait.cancel()
      wait.expire()
    }
    if (this.#pending.length > 0) return
    clearInterval(this.#ticker)
    this.#ticker = undefined
  }
}

class CoarseWait implements Wait {
  readonly ms: number
  readonly expire: () => void
  dueAt = 0
  /** In the list; -1 when not waiting. */
  place = -1
  #isTouched = false
  readonly #waits: Waits

  constructor(waits: Waits, ms: number, expire: () => void) {
    this.#waits = waits
    this.ms = ms
    this.expire = expire
  }

  /** Once per event of a stream: the clock is only asked when the list is looked through. */
  restart(): void {
    if (this.place < 0) this.#waits.keep(this)
    else this.#isTouched = true
  }

  cancel(): void {
    this.#isTouched = false
    this.#waits.drop(this)
  }

  isDue(now: number): boolean {
    if (!this.#isTouched) return this.dueAt <= now
    this.#isTouched = false
    this.dueAt = now + this.ms
    return false
  }
}

class ExactWait implements Wait {
  readonly #timer: NodeJS.Timeout

  constructor(ms: number, expire: () => void) {
    this.#timer = setTimeout(expire, Math.max(1, ms))
  }

  restart(): void {
    this.#timer.refresh()
  }

  cancel(): void {
    clearTimeout(this.#timer)
  }
}
