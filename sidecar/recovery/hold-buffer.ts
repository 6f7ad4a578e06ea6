import type { AnswerEvent } from '../conversation/answer.ts'
import type { Frame } from '../streaming/frame.ts'

/** What a whole answer may have: beyond this a provider is writing something else. */
const heldBytesMax = 64 * 1_048_576

/** The beginning of an answer, kept back while it can still be replaced by another one. */
export class HoldBuffer {
  readonly frames: Frame[] = []
  readonly events: (readonly AnswerEvent[])[] = []
  #bytes = 0

  take(frames: readonly Frame[], events: readonly (readonly AnswerEvent[])[]): void {
    frames.forEach((frame, index) => {
      this.#bytes += frame.raw.length
      this.frames.push(frame)
      this.events.push(events[index] ?? [])
    })
  }

  get isFull(): boolean {
    return this.#bytes > heldBytesMax
  }
}
