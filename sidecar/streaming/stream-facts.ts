import type { Usage } from '../../contract/usage.ts'
import { type AnswerEvent, isContent } from '../conversation/answer.ts'

/** 250,000 tokens: more than any model writes. */
const contentCharsMax = 1_048_576

/** What a stream said about itself so far. */
export class StreamFacts {
  usage: Usage | undefined
  model = ''
  finishReason = ''
  firstContentAt: number | undefined
  /** Characters of text, thinking and tool arguments: what tokens are estimated from when usage is missing. */
  contentChars = 0
  /** The same text itself, up to a limit: what tokens are counted from when usage is missing. */
  content = ''
  start: Extract<AnswerEvent, { type: 'start' }> | undefined
  /** Answers that began and answers that finished, of the several a request may ask for. */
  choices = 1
  finishes = 0
  /** Tool calls, media, refusals: an answer that no other model can go on with in words. */
  hasMoreThanText = false
  /** A content filter ended it, or the model itself refuses. */
  isRefused = false
  /** Part of it passed unread. */
  isUnread = false
  /** Where in the content text begins and ends, in turn: thinking stands between. */
  readonly #turns: number[] = []

  get isFinished(): boolean {
    return this.finishes >= this.choices
  }

  /** What the model said to the reader, without what it thought; undefined where that is not known whole. */
  get said(): string | undefined {
    if (this.contentChars > this.content.length || this.isUnread) return undefined
    let text = ''
    for (let index = 0; index < this.#turns.length; index += 2)
      text += this.content.slice(this.#turns[index], this.#turns[index + 1])
    return text
  }

  note(event: AnswerEvent): void {
    switch (event.type) {
      case 'start':
        this.model = event.model
        this.start = event
        return
      case 'usage':
        this.usage = event.usage
        return
      case 'end':
      case 'error':
        return
      case 'finish':
        this.finishes += 1
        this.finishReason = event.raw
        this.isRefused ||= event.reason === 'content_filter'
        break
      case 'text':
        this.#keep(event.text, true)
        break
      case 'thinking':
        this.#keep(event.text, false)
        break
      case 'refusal':
        this.hasMoreThanText = true
        this.isRefused ||= event.text !== ''
        this.#keep(event.text, false)
        break
      case 'tool_arguments':
        this.#keep(event.json, false)
        break
      case 'tool_call':
      case 'media':
        this.hasMoreThanText = true
        break
      case 'thinking_proof':
        break
    }
    if (event.choice >= this.choices) this.choices = event.choice + 1
    if (this.firstContentAt === undefined && isContent(event)) this.firstContentAt = performance.now()
  }

  /** Text that is only appended to is not copied: it stays a list of pieces until somebody counts it. */
  #keep(text: string, isText: boolean): void {
    const isInText = this.#turns.length % 2 === 1
    if (isText !== isInText) this.#turns.push(this.content.length)
    this.contentChars += text.length
    if (this.content.length < contentCharsMax) this.content += text
  }
}
