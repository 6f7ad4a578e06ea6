import type { Transform } from 'node:stream'
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib'
import type { BodyListener, Failure } from './exchange.ts'

const gunzip = () => createGunzip({ flush: constants.Z_SYNC_FLUSH })

const decoders: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', () => createInflate({ flush: constants.Z_SYNC_FLUSH })],
  ['br', () => createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH })],
  ['zstd', () => createZstdDecompress()],
])

function decoderOf(encoding: string | undefined): (() => Transform) | undefined {
  return encoding === undefined ? undefined : decoders.get(encoding.trim().toLowerCase())
}

export function isDecodable(encoding: string | undefined): boolean {
  return decoderOf(encoding) !== undefined
}

/** Whether a caller that sent this `Accept-Encoding` can read an answer in `encoding`. */
export function accepts(acceptEncoding: string | undefined, encoding: string | undefined): boolean {
  const name = encoding?.trim().toLowerCase() ?? ''
  if (name === '' || name === 'identity') return true
  return (acceptEncoding ?? '').split(',').some((part) => {
    const [coding = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    return (coding === name || coding === '*') && !parameters.some((text) => /^q=0(?:\.0*)?$/.test(text))
  })
}

/**
 * Providers are asked for plain bytes; some compress all the same. Flushes after every piece, so that a
 * compressed stream still arrives event by event.
 */
export function decoding(encoding: string | undefined, listener: BodyListener): BodyListener {
  const create = decoderOf(encoding)
  return create === undefined ? listener : new Decoding(create(), listener)
}

class Decoding implements BodyListener {
  readonly #decoder: Transform
  readonly #listener: BodyListener
  #bytesIn = 0
  #isOver = false

  constructor(decoder: Transform, listener: BodyListener) {
    this.#decoder = decoder
    this.#listener = listener
    decoder.on('data', (chunk: Buffer) => {
      if (!this.#isOver) listener.onData(chunk)
    })
    decoder.on('end', () => this.#end())
    decoder.on('error', () => this.onFailure({ kind: 'failure', code: 'bad_encoding', staleSocket: false }))
  }

  onData(chunk: Buffer): void {
    if (this.#isOver) return
    this.#bytesIn += chunk.length
    this.#decoder.write(chunk)
  }

  onEnd(): void {
    // An answer without a body has nothing to decode, whatever its head says.
    if (this.#bytesIn === 0) this.#end()
    else if (!this.#isOver) this.#decoder.end()
  }

  onFailure(failure: Failure): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#decoder.destroy()
    this.#listener.onFailure(failure)
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#listener.onEnd()
  }
}
