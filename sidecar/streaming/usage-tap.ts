import { isObject, type Json } from '../../contract/json.ts'
import type { Framer } from './frame.ts'
import { createSseFramer } from './sse.ts'

/** Kept on the side to read usage from at the end; what is larger passes unread. */
const tapBytesMax = 8 * 1_048_576

/** Looks at bytes that pass through unread, for the place where they state what was used. */
export interface UsageTap {
  take(chunk: Buffer): void
  /** The body, or the last event of a stream that states usage. */
  json(): Json | undefined
}

export function usageTap(contentType: string): UsageTap {
  if (contentType.startsWith('text/event-stream')) return new EventTap()
  return contentType.includes('json') ? new BodyTap() : nothing
}

const nothing: UsageTap = { take: () => {}, json: () => undefined }

class BodyTap implements UsageTap {
  #chunks: Buffer[] | undefined = []
  #bytes = 0

  take(chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > tapBytesMax) this.#chunks = undefined
    this.#chunks?.push(chunk)
  }

  json(): Json | undefined {
    return this.#chunks === undefined ? undefined : objectIn(Buffer.concat(this.#chunks).toString('utf8'))
  }
}

/** Events of images run to megabytes, and the one with the usage holds the whole image. */
class EventTap implements UsageTap {
  readonly #framer: Framer = createSseFramer()
  #last: string | undefined

  take(chunk: Buffer): void {
    this.#keep(this.#framer.push(chunk))
  }

  json(): Json | undefined {
    this.#keep(this.#framer.end())
    return this.#last === undefined ? undefined : objectIn(this.#last)
  }

  #keep(frames: ReturnType<Framer['push']>): void {
    for (const { data } of frames) if (data.includes('"usage"')) this.#last = data
  }
}

function objectIn(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
