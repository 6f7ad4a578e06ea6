import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * A caller that closed its side may have left or may wait for its answer: TCP says which only after
 * something was sent, and Node notices only when it sends a second time. An interim response is something
 * that may be sent. The first wait spares callers whose answer is quick; the pair stays below 250 ms.
 */
const probesMs = [50, 120]
/** Between the two pieces of an answer to such a caller: a round trip in a data centre, a guess elsewhere. */
const lastByteMs = 30

/**
 * The way back to the caller. Wraps a response so that nothing written after the caller left can throw,
 * and so that its head goes out once.
 */
export class CallerStream {
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  #isGone = false
  #hasHungUp = false
  #isEnded = false
  #bytesSent = 0
  /** Undefined unless the end is to be held back; then what `release` sends last. */
  #held: { bytes: Buffer | string | undefined } | undefined
  #onReleased: () => void = () => {}
  #goneListeners: (() => void)[] = []
  #onClosed: (() => void) | undefined

  constructor(req: IncomingMessage, res: ServerResponse) {
    this.#req = req
    this.#res = res
    res.on('close', () => {
      if (!this.#isEnded || !res.writableFinished) this.#leave()
      this.#onClosed?.()
    })
    // A reset while writing must not become an uncaught error; 'close' follows and says the same.
    res.on('error', () => {})
    req.on('error', () => {})
  }

  /** The caller left before its answer was complete. */
  get isGone(): boolean {
    return this.#isGone
  }

  /** The caller closed its side of the connection: it may have left. */
  get hasHungUp(): boolean {
    return this.#hasHungUp
  }

  get isCommitted(): boolean {
    return this.#res.headersSent
  }

  get bytesSent(): number {
    return this.#bytesSent
  }

  /** The server's own: whatever became of the answer, the connection is free for the next. */
  onClosed(listener: () => void): void {
    this.#onClosed = listener
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

  /** From now on the end of the answer waits for `release`. */
  holdEnd(): void {
    this.#held = { bytes: undefined }
  }

  /** The answer is complete but for its end. */
  get isHeld(): boolean {
    return this.#held !== undefined && this.#isEnded && !this.#isGone
  }

  release(): void {
    const held = this.#held
    this.#held = undefined
    if (held !== undefined && !this.#isGone) this.#finish(held.bytes)
    this.#onReleased()
  }

  /** Resolves when nothing is held any more, whatever became of it. */
  whenReleased(): Promise<void> {
    return new Promise((resolve) => {
      if (this.isHeld) this.#onReleased = resolve
      else resolve()
    })
  }

  onDrain(listener: () => void): void {
    this.#res.on('drain', listener)
  }

  end(bytes?: Buffer | string): void {
    if (this.#isGone || this.#isEnded) return
    this.#isEnded = true
    if (bytes !== undefined)
      this.#bytesSent += typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length
    if (this.#held === undefined) this.#finish(bytes)
    else this.#held = { bytes }
  }

  #finish(bytes: Buffer | string | undefined): void {
    if (bytes === undefined || bytes.length === 0) this.#res.end()
    else if (this.#hasHungUp) this.#endInTwo(Buffer.from(bytes as string))
    else this.#res.end(bytes)
  }

  /** Resolves when the answer went out, or when it turned out that nobody was there to take it. */
  whenOver(): Promise<void> {
    // What is held goes out only after whoever waits here has gone on.
    if (this.#isGone || this.#held !== undefined || this.#res.closed || this.#res.destroyed)
      return Promise.resolve()
    return new Promise((resolve) => this.#res.once('close', () => resolve()))
  }

  /** The server calls this when the caller has closed its side. */
  hungUp(): void {
    if (this.#isGone || this.#hasHungUp) return
    this.#hasHungUp = true
    // Callers that half-close do so right behind their request; in the middle of an answer it is a farewell.
    if (this.#res.headersSent && !this.#isEnded) this.#res.destroy()
    else if (this.#req.httpVersion === '1.1' && this.#req.complete) this.#probe()
  }

  #probe(): void {
    const timers = probesMs.map((ms) =>
      setTimeout(() => {
        // Without a socket another answer goes first, and this would end up inside the one behind it.
        const { headersSent, destroyed, socket } = this.#res
        if (!headersSent && !destroyed && socket !== null) this.#res.writeContinue()
      }, ms),
    )
    this.#res.once('close', () => {
      for (const timer of timers) clearTimeout(timer)
    })
  }

  #endInTwo(bytes: Buffer): void {
    this.#res.write(bytes.subarray(0, -1))
    setTimeout(() => {
      if (!this.#res.destroyed) this.#res.end(bytes.subarray(-1))
    }, lastByteMs)
  }

  /** Cuts the connection: the only honest end for an answer that has no way to say it is broken. */
  destroy(): void {
    this.#held = undefined
    this.#onReleased()
    this.#isEnded = true
    this.#res.destroy()
  }

  #leave(): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#onReleased()
    const listeners = this.#goneListeners
    this.#goneListeners = []
    for (const listener of listeners) listener()
  }
}
