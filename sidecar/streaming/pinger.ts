import type { Wait, Waits } from '../timing/waits.ts'
import type { CallerStream } from './caller-stream.ts'

/** A comment: every SSE client skips it, and load balancers see a living connection. */
const ping = ': ping\n\n'

/**
 * Keeps a silent stream alive: ten seconds without anything for the caller, and it gets a ping, so that no
 * balancer in between gives the connection up. Opens the response when nothing has opened it yet; an error
 * after that is an event of the stream, no status any more.
 */
export class Pinger {
  readonly #caller: CallerStream
  readonly #open: () => void
  readonly #silence: Wait
  #isStopped = false
  #isHeld = false

  constructor(caller: CallerStream, options: { silenceMs: number; waits: Waits; open: () => void }) {
    this.#caller = caller
    this.#open = options.open
    this.#silence = options.waits.after(options.silenceMs, () => this.#fire())
  }

  /** Something real was written: silence starts anew. */
  touch(): void {
    if (!this.#isStopped) this.#silence.restart()
  }

  /** While held nothing is written: the caller is in the middle of an event, or does not read. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
  }

  stop(): void {
    this.#isStopped = true
    this.#silence.cancel()
  }

  #fire(): void {
    if (this.#isStopped || this.#caller.isGone) return
    if (!this.#isHeld) {
      if (!this.#caller.isCommitted) this.#open()
      this.#caller.write(ping)
    }
    this.#silence.restart()
  }
}
