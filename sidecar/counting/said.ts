import type { AnswerEvent } from '../conversation/answer.ts'

/** Kept of one answer; what comes after it is taken to be like it. Far above what models write in one go. */
const charsMax = 262_144

/** What an answer said so far, for the case that nobody states its usage: references, no copies. */
export class Said {
  /** Characters of text, thinking and tool calls, beyond what is kept too. */
  chars = 0
  readonly texts: string[] = []

  add(text: string): void {
    if (this.chars < charsMax) this.texts.push(text)
    this.chars += text.length
  }

  addEvents(events: readonly AnswerEvent[]): this {
    for (const event of events) {
      switch (event.type) {
        case 'text':
        case 'thinking':
        case 'refusal':
          this.add(event.text)
          break
        case 'tool_arguments':
          this.add(event.json)
          break
        case 'tool_call':
          this.add(event.name)
          break
        default:
          break
      }
    }
    return this
  }
}
