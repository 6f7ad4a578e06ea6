import type { IncomingMessage } from 'node:http'
import { GatewayError } from '../../contract/errors.ts'
import type { Waits } from '../timing/waits.ts'
import { decoderFor, isIdentity } from './decode.ts'

/** The caller hung up in the middle of the body: there is nobody to answer. */
export class CallerGone extends Error {
  constructor() {
    super('The caller closed the connection before the body was complete.')
    this.name = 'CallerGone'
  }
}

/**
 * Emitted on a request, with a GatewayError, when its bytes turn out not to be HTTP after its head was
 * fine: bad chunks, or the end before the announced length. Node's parser tells only the server.
 */
export const bodyBroken = Symbol('bodyBroken')

/** The error is kept as well: a body may break before anyone reads it. */
interface Breakable {
  [bodyBroken]?: GatewayError
}

export function breakBody(request: IncomingMessage, error: GatewayError): void {
  const breakable = request as Breakable
  breakable[bodyBroken] = error
  request.emit(bodyBroken, error)
}

/** Why this body will not come to its end, if that is known already. */
export function brokenBody(request: IncomingMessage): Error | undefined {
  const breakable = request as Breakable
  return breakable[bodyBroken] ?? (request.destroyed && !request.complete ? new CallerGone() : undefined)
}

export interface ReadOptions {
  /** For the bytes on the wire and for what they decode to. */
  readonly bytesMax: number
  readonly uploadMs: number
  readonly waits: Waits
  /** How long a refused caller may go on sending before the connection is cut. Default 2 s. */
  readonly lingerMs?: number
}

/**
 * The whole body, decoded. After a rejection the rest of the body is unread (`request.complete` is false):
 * answer with `connection: close`; what the caller still sends is discarded for a moment, so that the
 * answer arrives instead of a connection reset.
 */
export function readBody(request: IncomingMessage, options: ReadOptions): Promise<Buffer> {
  const encoding = request.headers['content-encoding']
  if (isIdentity(encoding)) return gather(request, options)
  const decode = decoderFor(encoding)
  if (decode === undefined) {
    lingerOnClose(request, options.lingerMs)
    return Promise.reject(new GatewayError('unsupported_encoding'))
  }
  return gather(request, options).then((bytes) => decode(bytes, options.bytesMax))
}

export interface GatherOptions extends ReadOptions {
  /** Stop with what is there once this many bytes have come; the stream is left paused. Default: read to the end. */
  readonly enoughBytes?: number
}

/** The bytes as they come. A body in one chunk is handed out as that chunk, without waiting for the end event. */
export function gather(request: IncomingMessage, options: GatherOptions): Promise<Buffer> {
  const announced = announcedBytes(request)
  if (announced === 0) return Promise.resolve(Buffer.alloc(0))
  const enoughBytes = options.enoughBytes ?? Number.POSITIVE_INFINITY
  const readsWhole = enoughBytes === Number.POSITIVE_INFINITY
  if (readsWhole && announced !== undefined && announced > options.bytesMax) {
    lingerOnClose(request, options.lingerMs)
    return Promise.reject(tooLarge(options.bytesMax))
  }
  const broken = brokenBody(request)
  if (broken !== undefined) return Promise.reject(broken)

  return new Promise((resolve, reject) => {
    const collected = new Collector(readsWhole ? (announced ?? 0) : 0)
    const leave = () => {
      deadline.cancel()
      request.off('data', onData).off('close', onGone).off(bodyBroken, fail)
      if (announced === undefined) request.off('end', onEnd)
    }
    const fail = (error: Error) => {
      leave()
      request.pause()
      lingerOnClose(request, options.lingerMs)
      reject(error)
    }
    const onEnd = () => {
      leave()
      resolve(collected.bytes())
    }
    const onData = (chunk: Buffer) => {
      collected.add(chunk)
      if (collected.length === announced) onEnd()
      else if (collected.length >= enoughBytes) {
        request.pause()
        onEnd()
      } else if (collected.length > options.bytesMax) fail(tooLarge(options.bytesMax))
    }
    const onGone = () => {
      leave()
      reject(new CallerGone())
    }
    const deadline = options.waits.after(options.uploadMs, () => fail(new GatewayError('upload_timeout')))
    request.on('data', onData).on('close', onGone).on(bodyBroken, fail)
    // Of an announced body the last byte is the end: one listener less on every request.
    if (announced === undefined) request.on('end', onEnd)
  })
}

/** Undefined for a chunked body. Without either header there is no body. */
export function announcedBytes(request: IncomingMessage): number | undefined {
  const length = request.headers['content-length']
  if (length !== undefined) return Number(length)
  return request.headers['transfer-encoding'] === undefined ? 0 : undefined
}

function tooLarge(bytesMax: number): GatewayError {
  return new GatewayError(
    'body_too_large',
    `The body is over the limit of ${bytesMax} bytes (\`limits.body\`).`,
  )
}

/**
 * One chunk is handed on as it is. More are copied into one buffer, of the announced size or doubling:
 * a list of chunks would let a body in one-byte chunks take a hundred times its size.
 */
class Collector {
  length = 0
  readonly #expected: number
  #whole: Buffer | undefined

  constructor(expected: number) {
    this.#expected = expected
  }

  add(chunk: Buffer): void {
    const start = this.length
    this.length += chunk.length
    if (this.#whole === undefined) {
      this.#whole = chunk
      return
    }
    if (this.length > this.#whole.length) {
      const size = this.length <= this.#expected ? this.#expected : 2 * this.length
      const grown = Buffer.allocUnsafeSlow(size)
      this.#whole.copy(grown, 0, 0, start)
      this.#whole = grown
    }
    chunk.copy(this.#whole, start)
  }

  bytes(): Buffer {
    const whole = this.#whole ?? Buffer.alloc(0)
    return whole.length === this.length ? whole : whole.subarray(0, this.length)
  }
}

/**
 * Closing a socket with unread data makes the kernel send a reset, which overtakes the answer. So when Node
 * closes after the answer, only our side is closed first and what still comes in is thrown away.
 */
export function lingerOnClose(request: IncomingMessage, lingerMs = 2000): void {
  const { socket } = request
  if (socket === undefined || socket === null || socket.destroyed) return
  socket.destroySoon = () => {
    socket.end()
    const cut = setTimeout(() => socket.destroy(), lingerMs)
    request.once('end', () => socket.destroy())
    socket.once('close', () => clearTimeout(cut))
    request.resume()
  }
}
