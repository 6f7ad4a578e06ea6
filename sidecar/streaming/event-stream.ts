import { crc32 } from 'node:zlib'
import type { Frame, Framer } from './frame.ts'

/** AWS itself stops at 16 MiB of payload; a longer length is a broken or hostile stream. */
const defaultMessageBytesMax = 16 * 1024 * 1024

/** Total length, length of the headers, CRC32 of these eight bytes. */
const preludeBytes = 12
const checksumBytes = 4
const nothing = Buffer.alloc(0)

/** The stream cannot be read any further: a checksum or a length is wrong. */
export class EventStreamError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'EventStreamError'
  }
}

/**
 * Cuts `application/vnd.amazon.eventstream` into its messages. An exception inside the stream comes out as
 * `exception:<type>` and an error without a modelled type as `error:<code>`, so that neither is taken for
 * an event of the same name.
 *
 * `push` throws EventStreamError for bytes that are not such a stream. `end` never throws: a message that
 * was cut off comes out as a frame without data, and the answer lacks its end.
 */
export function createEventStreamFramer(options: { readonly messageBytesMax?: number } = {}): Framer {
  return new EventStreamFramer(options.messageBytesMax ?? defaultMessageBytesMax)
}

class EventStreamFramer implements Framer {
  readonly #messageBytesMax: number
  /** Bytes of the unfinished message, joined only once enough of them are there: large ones stay linear. */
  #chunks: Buffer[] = []
  #buffered = 0
  #needed = preludeBytes

  constructor(messageBytesMax: number) {
    this.#messageBytesMax = messageBytesMax
  }

  push(chunk: Buffer): Frame[] {
    const frames: Frame[] = []
    this.#chunks.push(chunk)
    this.#buffered += chunk.length
    if (this.#buffered < this.#needed) return frames
    const bytes = this.#joined()
    let at = 0
    for (;;) {
      this.#needed = this.#messageLength(bytes, at)
      if (bytes.length - at < this.#needed) break
      const end = at + this.#needed
      frames.push(readMessage(bytes.subarray(at, end)))
      at = end
    }
    this.#chunks = at === bytes.length ? [] : [bytes.subarray(at)]
    this.#buffered = bytes.length - at
    return frames
  }

  end(): Frame[] {
    const raw = this.#joined()
    this.#chunks = []
    this.#buffered = 0
    return raw.length === 0 ? [] : [{ event: '', data: '', raw, hasData: false }]
  }

  #joined(): Buffer {
    if (this.#chunks.length === 0) return nothing
    return this.#chunks.length === 1 ? (this.#chunks[0] ?? nothing) : Buffer.concat(this.#chunks)
  }

  /** The length of the message at `at`, as soon as its prelude is there. */
  #messageLength(bytes: Buffer, at: number): number {
    if (bytes.length - at < preludeBytes) return preludeBytes
    // Checked before the lengths are believed: a wrong one would have us wait for bytes that never come.
    if (crc32(bytes.subarray(at, at + 8)) !== bytes.readUInt32BE(at + 8)) {
      throw new EventStreamError('the checksum of a message prelude is wrong')
    }
    const total = bytes.readUInt32BE(at)
    const headers = bytes.readUInt32BE(at + 4)
    if (total > this.#messageBytesMax) throw new EventStreamError(`a message of ${total} bytes is too large`)
    if (headers + preludeBytes + checksumBytes > total) {
      throw new EventStreamError('the headers of a message are longer than the message')
    }
    return total
  }
}

function readMessage(raw: Buffer): Frame {
  const payloadEnd = raw.length - checksumBytes
  if (crc32(raw.subarray(0, payloadEnd)) !== raw.readUInt32BE(payloadEnd)) {
    throw new EventStreamError('the checksum of a message is wrong')
  }
  const headersEnd = preludeBytes + raw.readUInt32BE(4)
  const headers = readHeaders(raw.subarray(preludeBytes, headersEnd))
  const payload = raw.toString('utf8', headersEnd, payloadEnd)
  const type = headers.get(':message-type')
  if (type === 'error') return errorFrame(raw, headers, payload)
  const event =
    type === 'exception'
      ? `exception:${headers.get(':exception-type') ?? ''}`
      : (headers.get(':event-type') ?? '')
  return { event, data: payload, raw, hasData: payload !== '' || type === 'exception' }
}

/** Errors without a modelled type state their words in a header and mostly have no payload. */
function errorFrame(raw: Buffer, headers: ReadonlyMap<string, string>, payload: string): Frame {
  const data = payload === '' ? JSON.stringify({ message: headers.get(':error-message') ?? '' }) : payload
  return { event: `error:${headers.get(':error-code') ?? ''}`, data, raw, hasData: true }
}

const stringType = 7

/** Bytes of a value by type number: true, false, byte, short, integer, long, …, timestamp, uuid. */
const fixedBytes: readonly (number | undefined)[] = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16]
const bytesType = 6

/** Only text values are kept; everything Sidelight looks at is one. */
function readHeaders(bytes: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  let at = 0
  const take = (length: number): number => {
    const from = at
    at += length
    if (at > bytes.length) throw new EventStreamError('a header is longer than the headers')
    return from
  }
  while (at < bytes.length) {
    const nameLength = bytes.readUInt8(take(1))
    const nameStart = take(nameLength)
    const type = bytes.readUInt8(take(1))
    const isSized = type === stringType || type === bytesType
    const length = isSized ? bytes.readUInt16BE(take(2)) : fixedBytes[type]
    if (length === undefined) throw new EventStreamError(`header type ${type} is unknown`)
    const start = take(length)
    if (type !== stringType) continue
    headers.set(
      bytes.toString('utf8', nameStart, nameStart + nameLength),
      bytes.toString('utf8', start, start + length),
    )
  }
  return headers
}

/** One message with text headers: what tests and the simulated provider send. */
export function encodeEventStreamMessage(
  headers: Readonly<Record<string, string>>,
  payload: Buffer | string,
): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => encodeHeader(name, value)))
  const body = typeof payload === 'string' ? Buffer.from(payload) : payload
  const message = Buffer.allocUnsafe(preludeBytes + head.length + body.length + checksumBytes)
  message.writeUInt32BE(message.length, 0)
  message.writeUInt32BE(head.length, 4)
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8)
  head.copy(message, preludeBytes)
  body.copy(message, preludeBytes + head.length)
  const checksumAt = message.length - checksumBytes
  message.writeUInt32BE(crc32(message.subarray(0, checksumAt)), checksumAt)
  return message
}

function encodeHeader(name: string, value: string): Buffer {
  const nameBytes = Buffer.from(name)
  const valueBytes = Buffer.from(value)
  const lengths = Buffer.from([stringType, valueBytes.length >> 8, valueBytes.length & 0xff])
  return Buffer.concat([Buffer.from([nameBytes.length]), nameBytes, lengths, valueBytes])
}

/** An event as Bedrock sends it. */
export function encodeEventStreamEvent(eventType: string, payload: unknown): Buffer {
  const headers = {
    ':event-type': eventType,
    ':content-type': 'application/json',
    ':message-type': 'event',
  }
  return encodeEventStreamMessage(headers, JSON.stringify(payload))
}
