import type { AnswerEvent } from '../conversation/answer.ts'
import type { Seam } from './seam.ts'

/**
 * What of a second answer is told when the reader has the beginning of the first: the text behind the seam, and
 * all that is not text. Its own beginning, and what it thought, belong to an answer the reader does not get.
 */
export class GoingOnEvents {
  readonly #seam: Seam
  readonly #told: string
  #added = ''
  /** The two don't fit together. */
  hasFailed = false

  constructor(told: string, seam: Seam) {
    this.#told = told
    this.#seam = seam
  }

  /** All the reader has of the answer. */
  get told(): string {
    return this.#told + this.#added
  }

  take(event: AnswerEvent): readonly AnswerEvent[] {
    switch (event.type) {
      case 'start':
        return []
      case 'thinking':
      case 'thinking_proof':
        return this.#told === '' ? [event] : []
      case 'text':
        return this.#text(this.#seam.push(event.text))
      case 'usage':
        return [event]
      case 'end':
        return this.#text(this.#seam.end())
      default:
        return this.#behindText(event)
    }
  }

  #behindText(event: AnswerEvent): readonly AnswerEvent[] {
    const rest = this.#text(this.#seam.end())
    return this.hasFailed ? [] : [...rest, event]
  }

  #text(text: string | undefined): readonly AnswerEvent[] {
    if (text === undefined) this.hasFailed = true
    if (text === undefined || text === '') return []
    this.#added += text
    return [{ type: 'text', choice: 0, text }]
  }
}
