import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Upstream } from './pools.ts'

export interface ExchangeRequest {
  readonly method: string
  readonly path: string
  /** Flat name, value, name, value … */
  readonly headers: string[]
  /** Several pieces need their length among the headers. */
  readonly body: Buffer | readonly Buffer[] | Readable | undefined
}

export interface Head {
  readonly kind: 'head'
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** As received: order, case and duplicates kept. */
  readonly rawHeaders: readonly string[]
}

/** The exchange ended without an answer, or before the end of one. */
export interface Failure {
  readonly kind: 'failure'
  /** Code of the error (ECONNREFUSED, UND_ERR_SOCKET, …) or `aborted`. */
  readonly code: string
  /** A kept-alive socket that the provider had already closed: nothing was answered, so trying again is safe. */
  readonly staleSocket: boolean
}

export interface BodyListener {
  onData(chunk: Buffer): void
  onEnd(): void
  onFailure(failure: Failure): void
}

/**
 * One request to a provider. Wraps undici's dispatch, whose callbacks must never throw: a throw there would
 * take the process down. State moves one way: waiting, head, body, done. Bytes that come before someone
 * listens are kept in order.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly head: Promise<Head | Failure>
  #settleHead!: (head: Head | Failure) => void
  #controller: Dispatcher.DispatchController | undefined
  #listener: BodyListener | undefined
  #early: (Buffer | null)[] = []
  #failure: Failure | undefined
  #abortCode: string | undefined
  #isHeadSettled = false
  #isDone = false
  readonly #upstream: Upstream
  /** The socket has served other requests before this one. */
  #isReused = false

  constructor(upstream: Upstream, request: ExchangeRequest) {
    this.#upstream = upstream
    this.head = new Promise((resolve) => {
      this.#settleHead = resolve
    })
    try {
      upstream.dispatcher.dispatch(
        {
          method: request.method,
          path: request.path,
          headers: request.headers,
          // undici takes any iterable; its types do not say so.
          body: (request.body ?? null) as Buffer | Readable | null,
          reset: false,
        },
        this,
      )
    } catch (error) {
      this.#fail(codeOf(error), false)
    }
  }

  /** There was a connection, and the request began to go out. */
  get isStarted(): boolean {
    return this.#controller !== undefined
  }

  get isDone(): boolean {
    return this.#isDone
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.#isReused = !this.#upstream.isConnecting()
    if (this.#abortCode !== undefined) controller.abort(new Error(this.#abortCode))
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    // 1xx responses come before the real one.
    if (status < 200) return
    this.#isHeadSettled = true
    this.#settleHead({ kind: 'head', status, headers, rawHeaders: rawPairs(controller.rawHeaders) })
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isDone) return
    if (this.#listener === undefined) this.#early.push(chunk)
    else this.#tell(this.#listener, chunk)
  }

  onResponseEnd(): void {
    if (this.#isDone) return
    this.#isDone = true
    if (this.#listener === undefined) this.#early.push(null)
    else this.#tell(this.#listener, null)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(this.#abortCode ?? codeOf(error), isStale(error) && this.#isReused)
  }

  listen(listener: BodyListener): void {
    const early = this.#early
    this.#early = []
    this.#listener = listener
    for (const chunk of early) this.#tell(listener, chunk)
    if (this.#failure !== undefined) listener.onFailure(this.#failure)
  }

  pause(): void {
    this.#controller?.pause()
  }

  resume(): void {
    this.#controller?.resume()
  }

  /** Ends the exchange and its connection. Safe to call at any time, any number of times. */
  abort(code: string): void {
    if (this.#isDone || this.#abortCode !== undefined) return
    this.#abortCode = code
    if (this.#controller !== undefined) this.#controller.abort(new Error(code))
    // Still waiting for a connection: whoever waits for the head need not wait for that.
    else this.#fail(code, false)
  }

  /** A chunk, or null for the end. A bug in a listener ends its own exchange, and nothing else. */
  #tell(listener: BodyListener, chunk: Buffer | null): void {
    try {
      if (chunk === null) listener.onEnd()
      else listener.onData(chunk)
    } catch {
      this.#isDone = true
      this.#failure ??= { kind: 'failure', code: 'internal_error', staleSocket: false }
      this.#controller?.abort(new Error('internal_error'))
      listener.onFailure(this.#failure)
    }
  }

  #fail(code: string, staleSocket: boolean): void {
    if (this.#isDone) return
    this.#isDone = true
    const failure: Failure = { kind: 'failure', code, staleSocket: staleSocket && !this.#isHeadSettled }
    this.#failure = failure
    if (!this.#isHeadSettled) {
      this.#isHeadSettled = true
      this.#settleHead(failure)
    }
    this.#listener?.onFailure(failure)
  }
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown }).code
  if (typeof code === 'string') return code
  const cause = (error as { cause?: { code?: unknown } }).cause?.code
  return typeof cause === 'string' ? cause : 'upstream_error'
}

function isStale(error: Error): boolean {
  const code = codeOf(error)
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE'
}

function rawPairs(raw: Dispatcher.DispatchController['rawHeaders']): string[] {
  if (!Array.isArray(raw)) return []
  return raw.map((value) => (typeof value === 'string' ? value : value.toString('latin1')))
}
