import type { AnswerEvent } from '../../conversation/answer.ts'
import { HoldBuffer } from '../../recovery/hold-buffer.ts'
import type { HoldBack } from '../../routing/route.ts'
import type { Services } from '../../services.ts'
import type { Frame } from '../../streaming/frame.ts'
import type { Wait } from '../../timing/waits.ts'
import type { StreamAnswer } from './stream.ts'

/** Keeps the beginning of one answer back for as long as the route says. */
export class Hold {
  readonly buffer = new HoldBuffer()
  readonly #rule: HoldBack
  readonly #services: Services
  readonly #answer: StreamAnswer
  readonly #over: () => void
  #wait: Wait | undefined

  constructor(rule: HoldBack, services: Services, from: { answer: StreamAnswer; over: () => void }) {
    this.#rule = rule
    this.#services = services
    this.#answer = from.answer
    this.#over = from.over
  }

  take(frames: readonly Frame[], events: readonly (readonly AnswerEvent[])[]): void {
    this.buffer.take(frames, events)
    const { facts } = this.#answer.stream
    if (facts.firstContentAt === undefined) return
    const rule = this.#rule
    if (rule.kind === 'time') this.#wait ??= this.#services.waits.after(rule.ms, this.#over)
    if (rule.kind === 'tokens' && this.#tokens(facts.contentChars) >= rule.count) this.#over()
  }

  stop(): void {
    this.#wait?.cancel()
  }

  #tokens(chars: number): number {
    return this.#services.ratios.tokens(this.#answer.attempt.candidate.servedBy, 'answer', chars)
  }
}
