import type { Context } from '../../context.ts'
import type { Services } from '../../services.ts'
import type { Frame } from '../../streaming/frame.ts'
import type { Wait } from '../../timing/waits.ts'
import type { StreamAnswer } from './stream.ts'
import { endsEvent } from './stream-error.ts'
import { stalled } from './stream-faults.ts'

/** How fast a stream goes: not faster than its caller reads, and not slower than its provider may be. */
export class Pace {
  readonly #context: Context
  readonly #services: Services
  /** Undefined between two providers. */
  #answer: StreamAnswer | undefined
  #idle: Wait | undefined
  #isPaused = false
  #isMidEvent = false

  constructor(context: Context, services: Services) {
    this.#context = context
    this.#services = services
  }

  /** The last bytes written are not the end of an event: one too large to be held is on its way. */
  get isMidEvent(): boolean {
    return this.#isMidEvent
  }

  follow(answer: StreamAnswer): void {
    this.#answer = answer
    // A caller that reads slowly does not read faster because the provider is another.
    if (this.#isPaused) answer.exchange.pause()
  }

  leave(): void {
    this.#idle?.cancel()
    this.#idle = undefined
    this.#answer = undefined
  }

  /** Bytes came. */
  touch(): void {
    this.#idle?.restart()
  }

  /** Waits between events are limited from the first content on: before that, a slow answer beats an error. */
  watch(): void {
    if (this.#idle !== undefined || this.#isPaused || this.#answer === undefined) return
    const { stream, attempt } = this.#answer
    if (stream.facts.firstContentAt === undefined) return
    this.#idle = this.#services.waits.after(attempt.candidate.timeouts.idleMs, () => stream.give(stalled))
  }

  /** `last`: the frame that the bytes end with, where they are the provider's own. */
  write(bytes: Buffer | string, last: Frame | undefined): void {
    this.#markEvent(last)
    const { caller, pinger } = this.#context
    pinger?.touch()
    if (!caller.write(bytes)) this.#pause()
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#context.pinger?.hold(this.#isMidEvent)
    this.watch()
    this.#answer?.exchange.resume()
  }

  /** While the caller does not read, the provider's silence is our doing. */
  #pause(): void {
    if (this.#isPaused) return
    this.#isPaused = true
    this.#idle?.cancel()
    this.#idle = undefined
    this.#context.pinger?.hold(true)
    this.#answer?.exchange.pause()
  }

  #markEvent(last: Frame | undefined): void {
    const isMidEvent = last?.oversize === true && !endsEvent(last.raw)
    if (isMidEvent === this.#isMidEvent) return
    this.#isMidEvent = isMidEvent
    this.#context.pinger?.hold(isMidEvent || this.#isPaused)
  }
}
