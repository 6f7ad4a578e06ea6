import type { Exchange } from '../../upstream/exchange.ts'

/** The one timer of an attempt. */
export class Deadline {
  #timer: NodeJS.Timeout | undefined
  readonly #exchange: Exchange
  hasFired = false

  constructor(exchange: Exchange, ms: number) {
    this.#exchange = exchange
    this.extend(ms)
  }

  extend(ms: number): void {
    clearTimeout(this.#timer)
    if (!Number.isFinite(ms)) return
    this.#timer = setTimeout(
      () => {
        this.hasFired = true
        this.#exchange.abort('timeout')
      },
      Math.max(1, ms),
    )
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
