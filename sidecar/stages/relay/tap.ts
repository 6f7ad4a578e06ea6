import { isObject, type Json, type JsonObject, objectAt, stringAt } from '../../../contract/json.ts'
import type { Framer } from '../../streaming/frame.ts'
import { createSseFramer } from '../../streaming/sse.ts'
import { parseAnswer } from '../dispatch/parse-answer.ts'

/** Looks over the shoulder of an answer that passes as it is, for what it says about its usage. */
export interface Tap {
  take(chunk: Buffer): void
  json(): Json | undefined
}

export function tapFor(contentType: string): Tap {
  if (contentType.startsWith('text/event-stream')) return new EventTap()
  return contentType.includes('json') ? new BodyTap() : nothing
}

const nothing: Tap = { take: () => {}, json: () => undefined }

/** Kept on the side to read usage from at the end; what is larger passes unread. */
const bodyBytesMax = 8 * 1_048_576

class BodyTap implements Tap {
  #chunks: Buffer[] | undefined = []
  #bytes = 0

  take(chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > bodyBytesMax) this.#chunks = undefined
    this.#chunks?.push(chunk)
  }

  json(): Json | undefined {
    if (this.#chunks === undefined || this.#bytes === 0) return undefined
    const value = parseAnswer(Buffer.concat(this.#chunks), false)
    return isObject(value) ? value : undefined
  }
}

/** Streams of images, speech and transcripts state their usage in their last event. */
class EventTap implements Tap {
  readonly #framer: Framer = createSseFramer()
  #last: JsonObject | undefined

  take(chunk: Buffer): void {
    this.#read(this.#framer.push(chunk))
  }

  json(): Json | undefined {
    this.#read(this.#framer.end())
    return this.#last
  }

  #read(frames: ReturnType<Framer['push']>): void {
    for (const { data } of frames) {
      // Most events are pieces of pictures or sound: looking for a word is cheaper than parsing them.
      if (!data.includes('"usage"')) continue
      const event = parsed(data)
      const usage = objectAt(event, 'usage')
      if (usage === undefined) continue
      const model = stringAt(event, 'model')
      this.#last = { usage, ...(model === undefined ? {} : { model }) }
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
