import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * The way back to the caller. Wraps a response so that nothing written after the caller left can throw,
 * and so that its head goes out once.
 */
export class CallerStream {
  readonly #res: ServerResponse
  #isGone = false
  #isEnded = false
  #bytesSent = 0
  #goneListeners: (() => void)[] = []

  constructor(req: IncomingMessage, res: ServerResponse) {
    this.#res = res
    res.on('close', () => {
      if (!this.#isEnded || !res.writableFinished) this.#leave()
    })
    // A reset while writing must not become an uncaught error; 'close' follows and says the same.
    res.on('error', () => {})
    req.on('error', () => {})
  }

  /** The caller left before its answer was complete. */
  get isGone(): boolean {
    return this.#isGone
  }

  get isCommitted(): boolean {
    return this.#res.headersSent
  }

  get bytesSent(): number {
    return this.#bytesSent
  }

  /** Called at once when the caller has already left. Returns a function that takes the listener back. */
  onGone(listener: () => void): () => void {
    if (this.#isGone) {
      listener()
      return () => {}
    }
    this.#goneListeners.push(listener)
    return () => {
      const at = this.#goneListeners.indexOf(listener)
      if (at >= 0) this.#goneListeners.splice(at, 1)
    }
  }

  /** Sends status and headers. Flat list, so that duplicates and order survive. */
  commit(status: number, headers: readonly string[]): void {
    if (this.#isGone || this.#res.headersSent) return
    this.#res.writeHead(status, headers as string[])
  }

  /** False when the caller reads more slowly than we write: wait for onDrain. */
  write(bytes: Buffer | string): boolean {
    if (this.#isGone || this.#isEnded || bytes.length === 0) return true
    this.#bytesSent += typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length
    return this.#res.write(bytes)
  }

  onDrain(listener: () => void): void {
    this.#res.on('drain', listener)
  }

  end(bytes?: Buffer | string): void {
    if (this.#isGone || this.#isEnded) return
    this.#isEnded = true
    if (bytes === undefined || bytes.length === 0) {
      this.#res.end()
      return
    }
    this.#bytesSent += typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length
    this.#res.end(bytes)
  }

  /** Cuts the connection: the only honest end for an answer that has no way to say it is broken. */
  destroy(): void {
    this.#isEnded = true
    this.#res.destroy()
  }

  #leave(): void {
    if (this.#isGone) return
    this.#isGone = true
    const listeners = this.#goneListeners
    this.#goneListeners = []
    for (const listener of listeners) listener()
  }
}
