import { isObject, type JsonObject } from '../../../contract/json.ts'
import type { DialectName } from '../../dialects/dialect.ts'
import type { Frame, Framer } from '../../streaming/frame.ts'
import { createJsonArrayFramer } from '../../streaming/json-array.ts'
import { createSseFramer } from '../../streaming/sse.ts'
import { ChatRewriter } from './chat-stream.ts'
import { GeminiRewriter } from './gemini-stream.ts'
import { MessagesRewriter } from './messages-stream.ts'
import type { StreamAsk } from './paths.ts'
import { ResponsesRewriter } from './responses-stream.ts'
import type { StreamRewriter } from './rewriter.ts'

const rewriters: Readonly<Record<DialectName, new (ask: StreamAsk) => StreamRewriter>> = {
  chat: ChatRewriter,
  responses: ResponsesRewriter,
  messages: MessagesRewriter,
  gemini: GeminiRewriter,
}

/**
 * The last thing a stream passes on its way to the caller: bytes in the caller's own dialect in, the same with the
 * values in place of their placeholders out. Everything before it knows placeholders only.
 */
export class RestoredStream {
  readonly #framer: Framer
  readonly #rewriter: StreamRewriter
  readonly #isArray: boolean
  #hasElements = false

  constructor(dialect: DialectName, ask: StreamAsk, isJsonArray: boolean) {
    this.#isArray = isJsonArray
    this.#framer = isJsonArray ? createJsonArrayFramer() : createSseFramer()
    this.#rewriter = new rewriters[dialect](ask)
  }

  push(bytes: Buffer | string): Buffer {
    const frames = this.#framer.push(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
    return Buffer.concat(frames.map((frame) => this.#frame(frame)))
  }

  /** The rest of a complete answer. */
  end(bytes: Buffer | string): Buffer {
    const written = this.push(bytes)
    const rest = this.#framer.end().map((frame) => this.#frame(frame))
    return Buffer.concat([written, ...this.#rewriter.end().map((event) => this.#written(event)), ...rest])
  }

  #frame(frame: Frame): Buffer {
    if (frame.hasData && frame.data.trim() === '[DONE]')
      return Buffer.concat([...this.#rewriter.end().map((event) => this.#written(event)), frame.raw])
    const event = frame.hasData ? parsed(frame.data) : undefined
    if (event === undefined) return this.#isArray && isEnd(frame) ? this.#closing(frame) : frame.raw
    const { before, isChanged } = this.#rewriter.event(event)
    if (before.length === 0 && !isChanged) {
      this.#hasElements = true
      return frame.raw
    }
    const written = before.map((each) => this.#written(each))
    return Buffer.concat([...written, isChanged ? this.#changed(frame, event) : frame.raw])
  }

  #changed(frame: Frame, event: JsonObject): Buffer {
    this.#hasElements = true
    const json = JSON.stringify(event)
    const raw = frame.raw.toString('utf8')
    if (this.#isArray) {
      const at = raw.indexOf(frame.data)
      return Buffer.from(raw.slice(0, at) + json + raw.slice(at + frame.data.length))
    }
    // Other fields of the event stay, and its data is one line.
    const lines = raw.split(/\r\n|\n|\r/).filter((line) => line !== '' && !/^data(:|$)/.test(line))
    return Buffer.from(`${[...lines, `data: ${json}`].join('\n')}\n\n`)
  }

  #written(event: JsonObject): Buffer {
    const json = JSON.stringify(event)
    if (this.#isArray) {
      const lead = this.#hasElements ? ',\n' : '['
      this.#hasElements = true
      return Buffer.from(lead + json)
    }
    const type = event['type']
    const name = typeof type === 'string' ? `event: ${type}\n` : ''
    return Buffer.from(`${name}data: ${json}\n\n`)
  }

  /** The bracket that ends an array comes behind everything that was held. */
  #closing(frame: Frame): Buffer {
    return Buffer.concat([...this.#rewriter.end().map((event) => this.#written(event)), frame.raw])
  }
}

const isEnd = (frame: Frame) => frame.raw.includes(']')

function parsed(data: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(data)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
