import type { Wait, Waits } from '../../timing/waits.ts'
import type { Exchange } from '../../upstream/exchange.ts'

/** The one limit of an attempt: the exchange is given up when it is over. */
export class Deadline {
  readonly #waits: Waits
  readonly #exchange: Exchange
  #wait: Wait | undefined
  hasFired = false

  constructor(waits: Waits, exchange: Exchange, ms: number) {
    this.#waits = waits
    this.#exchange = exchange
    this.extend(ms)
  }

  extend(ms: number): void {
    this.#wait?.cancel()
    this.#wait = this.#waits.after(ms, () => {
      this.hasFired = true
      this.#exchange.abort('timeout')
    })
  }

  stop(): void {
    this.#wait?.cancel()
  }
}
