import type { Json } from '../../contract/json.ts'
import type { AnswerEvent, FinishReason } from '../conversation/answer.ts'
import type { Flight } from './coalesce.ts'
import type { AnswerFacts } from './keys/never.ts'

/** An answer as it is kept: what happens in it, or for embeddings the body itself. */
export type KeptAnswer = { readonly events: readonly AnswerEvent[] } | { readonly json: Json }

/** Longer answers are not worth their place, and hold up who compares them. */
const bytesMax = 1_048_576

/** Gathers one answer while it passes, as its provider gave it, and lets others read along. */
export class Capture {
  readonly #flight: Flight<AnswerEvent> | undefined
  #events: AnswerEvent[] = []
  #json: Json | undefined
  #chars = 0
  #isComplete = false
  #isUnfit = false

  constructor(flight: Flight<AnswerEvent> | undefined) {
    this.#flight = flight
  }

  /** Somebody else waits for what comes. */
  get isFollowed(): boolean {
    return (this.#flight?.followers ?? 0) > 0
  }

  get isComplete(): boolean {
    return this.#isComplete
  }

  take(batches: readonly (readonly AnswerEvent[])[]): void {
    if (this.#isUnfit) return
    for (const batch of batches) for (const event of batch) this.#add(event)
  }

  whole(events: readonly AnswerEvent[], json: Json | undefined): void {
    this.take([events])
    this.#json = json
    this.complete()
  }

  complete(): void {
    if (!this.#isUnfit) this.#isComplete = true
  }

  /** Broken off, or put together from several: neither kept nor shared any further. */
  spoil(): void {
    this.#isUnfit = true
    this.#isComplete = false
    this.#events = []
  }

  /** Undefined: there is nothing whole. */
  answer(): KeptAnswer | undefined {
    if (!this.#isComplete) return undefined
    if (this.#events.length > 0) return { events: this.#events }
    return this.#json === undefined ? undefined : { json: this.#json }
  }

  over(
    end: 'landed' | 'failed' | 'unfit',
    saved?: { readonly costUsd: string | null; readonly tookMs: number },
  ): void {
    if (this.#flight === undefined) return
    this.#flight.saved = saved
    this.#flight.finish(end)
  }

  #add(event: AnswerEvent): void {
    this.#chars += sizeOf(event)
    if (this.#chars > bytesMax) {
      this.spoil()
      return
    }
    if (event.type === 'error') this.#isUnfit = true
    else if (event.type !== 'end') this.#flight?.push(event)
    const last = this.#events.at(-1)
    const joined = last === undefined ? undefined : joinedText(last, event)
    if (joined === undefined) this.#events.push(event)
    else this.#events[this.#events.length - 1] = joined
  }
}

function sizeOf(event: AnswerEvent): number {
  if (event.type === 'text' || event.type === 'thinking' || event.type === 'refusal') return event.text.length
  if (event.type === 'tool_arguments') return event.json.length
  return event.type === 'media' ? event.data.length : 64
}

function joinedText(last: AnswerEvent, event: AnswerEvent): AnswerEvent | undefined {
  const isText = event.type === 'text' || event.type === 'thinking'
  if (!isText || last.type !== event.type || last.choice !== event.choice) return undefined
  return { ...last, text: last.text + event.text }
}

/** What decides whether it is kept. */
export function factsOf(answer: KeptAnswer, status: number, isComplete: boolean): AnswerFacts {
  if ('json' in answer) return { ...plain, status, isComplete, finish: 'stop', textChars: 1 }
  const { events } = answer
  const has = (type: AnswerEvent['type']) => events.some((event) => event.type === type)
  return {
    status,
    isComplete,
    finish: finishOf(events),
    textChars: textOf(answer).trim().length,
    hasToolCalls: has('tool_call'),
    hasRefusal: has('refusal'),
    hasMedia: has('media'),
    choices: new Set(events.flatMap((event) => ('choice' in event ? [event.choice] : []))).size,
    unknownPlaceholders: 0,
    isBlocked: has('error'),
  }
}

const plain = {
  hasToolCalls: false,
  hasRefusal: false,
  hasMedia: false,
  choices: 1,
  unknownPlaceholders: 0,
  isBlocked: false,
}

function finishOf(events: readonly AnswerEvent[]): FinishReason | '' {
  const found = events.findLast((event) => event.type === 'finish')
  return found?.type === 'finish' ? found.reason : ''
}

export function textOf(answer: KeptAnswer): string {
  if ('json' in answer) return ''
  return answer.events.map((event) => (event.type === 'text' ? event.text : '')).join('')
}

/** Some twenty tokens an event: what a stream of it looks like, whoever asked for it. */
const pieceChars = 80

export function asStream(events: readonly AnswerEvent[]): AnswerEvent[] {
  return events.flatMap((event) => {
    if ((event.type !== 'text' && event.type !== 'thinking') || event.text.length <= pieceChars)
      return [event]
    return pieces(event.text).map((text) => ({ ...event, text }))
  })
}

/** Never through the middle of a character. */
function pieces(text: string): string[] {
  const found: string[] = []
  for (let at = 0; at < text.length; ) {
    let end = Math.min(text.length, at + pieceChars)
    if (end < text.length && (text.charCodeAt(end) & 0xfc00) === 0xdc00) end += 1
    found.push(text.slice(at, end))
    at = end
  }
  return found
}
