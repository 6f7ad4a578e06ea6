const firstMs = 1000
const unstatedMsMax = 30_000

/** How long a target that asked to be left alone is left alone. */
export class Cooling {
  untilAt = 0
  isRateLimit = false
  #streak = 0
  #setAt = Number.NEGATIVE_INFINITY

  /** `statedMs`: what it asked for; undefined, or nothing at all: a second, twice as long each time. */
  note(from: {
    statedMs: number | undefined
    startedAt: number
    nowAt: number
    isRateLimit: boolean
    /** No longer than this, whatever is asked for. */
    msMax: number
  }): void {
    const { statedMs = 0, startedAt, nowAt, msMax } = from
    // Whoever set out before the last such answer has nothing new to say: a burst counts once.
    const isNew = startedAt > this.#setAt
    if (statedMs <= 0 && !isNew) return
    if (isNew && statedMs <= 0) this.#streak += 1
    const askedMs = statedMs > 0 ? statedMs : Math.min(unstatedMsMax, firstMs * 2 ** (this.#streak - 1))
    const ms = Math.min(askedMs, msMax)
    this.#setAt = nowAt
    if (nowAt + ms <= this.untilAt) return
    this.untilAt = nowAt + ms
    this.isRateLimit = from.isRateLimit
  }

  answered(startedAt: number): void {
    if (startedAt > this.#setAt) this.#streak = 0
  }
}
