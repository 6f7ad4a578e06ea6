import type { AnswerEvent } from '../../conversation/answer.ts'
import type { Fault } from '../../conversation/fault.ts'
import type { Lane, StreamTranslator } from '../../lanes/lane.ts'
import type { GoingOnEvents } from '../../recovery/going-on.ts'
import type { Frame } from '../../streaming/frame.ts'

type Events = readonly (readonly AnswerEvent[])[]

/** How what a provider says becomes what the caller gets. */
export interface Output {
  /** Undefined: the provider's own bytes are passed on. */
  readonly translator: StreamTranslator | undefined
  /** It can't be made one answer with what the caller has. */
  readonly hasFailed: boolean
  write(frames: readonly Frame[], events: Events): Buffer | string
  /** What ends a complete answer. */
  end(stream: Ended): string
}

/** How the provider ended it. */
interface Ended {
  readonly hasEnd: boolean
  readonly isCut: boolean
}

export function outputOf(lane: Lane): Output {
  const translator = lane.translator()
  return translator === undefined ? new PassedOutput(lane) : new TranslatedOutput(translator)
}

const nothing = Buffer.alloc(0)
const noEvents: readonly AnswerEvent[] = []

class PassedOutput implements Output {
  readonly translator = undefined
  readonly hasFailed = false
  readonly #lane: Lane

  constructor(lane: Lane) {
    this.#lane = lane
  }

  write(frames: readonly Frame[], events: Events): Buffer {
    const first = frames[0]
    if (frames.length === 1 && first !== undefined)
      return this.#lane.hides(first, events[0] ?? noEvents) ? nothing : first.raw
    const parts: Buffer[] = []
    frames.forEach((frame, index) => {
      if (!this.#lane.hides(frame, events[index] ?? noEvents)) parts.push(frame.raw)
    })
    return Buffer.concat(parts)
  }

  end({ hasEnd, isCut }: Ended): string {
    return hasEnd ? '' : this.#lane.closing(isCut)
  }
}

class TranslatedOutput implements Output {
  readonly hasFailed = false
  readonly translator: StreamTranslator

  constructor(translator: StreamTranslator) {
    this.translator = translator
  }

  write(_frames: readonly Frame[], events: Events): string {
    let text = ''
    for (const batch of events) {
      for (const event of batch) if (event.type !== 'end') text += this.translator.write(event)
    }
    return text
  }

  end(): string {
    return this.translator.end()
  }
}

/** The rest of an answer that another provider began, in the caller's dialect, as one stream with what it has. */
export class ContinuedOutput implements Output {
  readonly translator: StreamTranslator
  readonly joined: GoingOnEvents

  constructor(translator: StreamTranslator, joined: GoingOnEvents) {
    this.translator = translator
    this.joined = joined
  }

  get hasFailed(): boolean {
    return this.joined.hasFailed
  }

  write(_frames: readonly Frame[], events: Events): string {
    let text = ''
    for (const batch of events) for (const event of batch) text += this.#written(event)
    return text
  }

  end(): string {
    const rest = this.#written({ type: 'end' })
    return this.hasFailed ? '' : rest + this.translator.end()
  }

  #written(event: AnswerEvent): string {
    if (this.hasFailed) return ''
    let text = ''
    for (const told of this.joined.take(event)) if (told.type !== 'end') text += this.translator.write(told)
    return text
  }
}

/** An error that is lost on the way would leave the stream open. */
export function lastWords(translator: StreamTranslator, fault: Fault): string {
  try {
    return translator.write({ type: 'error', fault })
  } catch {
    return ''
  }
}
