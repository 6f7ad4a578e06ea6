import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { GatewayError } from '../../contract/errors.ts'
import { bodyBroken, brokenBody, CallerGone } from './read.ts'

/**
 * A body on its way through. The request itself is never handed out: whoever gets a stream may destroy it,
 * and destroying the request closes the socket on which the caller waits for its answer.
 */
export class Upload extends Readable {
  readonly #request: IncomingMessage
  #broken: GatewayError | undefined

  constructor(request: IncomingMessage, prefix: Buffer) {
    super()
    this.#request = request
    request.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose)
    request.on(bodyBroken, this.#onBroken)
    request.pause()
    if (prefix.length > 0) this.push(prefix)
    const broken = brokenBody(request)
    if (broken instanceof GatewayError) this.#onBroken(broken)
    else if (broken !== undefined) this.destroy(broken)
  }

  /** The caller's fault, when it was one: what the provider made of half a body says nothing about the provider. */
  get broken(): GatewayError | undefined {
    return this.#broken
  }

  override _read(): void {
    this.#request.resume()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const request = this.#request
    request.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose)
    request.off(bodyBroken, this.#onBroken)
    request.pause()
    done(error)
  }

  readonly #onData = (chunk: Buffer): void => {
    if (!this.push(chunk)) this.#request.pause()
  }

  readonly #onEnd = (): void => {
    this.push(null)
  }

  readonly #onClose = (): void => {
    if (!this.#request.complete) this.destroy(new CallerGone())
  }

  readonly #onBroken = (error: GatewayError): void => {
    this.#broken = error
    this.destroy(error)
  }
}
