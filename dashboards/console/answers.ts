/** Answers that several ask for at the same moment, or again at once: worked out once. */
interface Kept {
  readonly answer: Promise<string>
  readonly cancel: AbortController
  /** Who waits for it. */
  waiting: number
  /** Undefined while it is worked out. */
  untilMs: number | undefined
}

export interface AnswersOptions {
  readonly keepMs: number
  /** Answers at once; each has a bounded number of rows. */
  readonly entriesMax: number
  readonly nowMs: () => number
}

export class Answers {
  readonly #options: AnswersOptions
  readonly #kept = new Map<string, Kept>()

  constructor(options: AnswersOptions) {
    this.#options = options
  }

  /** The work is stopped when the last one who waits for it has left. */
  async get(
    key: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<string>,
  ): Promise<string> {
    this.#forget()
    const kept = this.#kept.get(key) ?? this.#begin(key, work)
    kept.waiting += 1
    const left = Promise.withResolvers<never>()
    const leave = () => left.reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    try {
      signal.throwIfAborted()
      return await Promise.race([kept.answer, left.promise])
    } finally {
      signal.removeEventListener('abort', leave)
      kept.waiting -= 1
      if (kept.waiting === 0 && kept.untilMs === undefined) {
        kept.cancel.abort(new Error('nobody waits for it any more'))
        if (this.#kept.get(key) === kept) this.#kept.delete(key)
      }
    }
  }

  #begin(key: string, work: (signal: AbortSignal) => Promise<string>): Kept {
    const cancel = new AbortController()
    const kept: Kept = { answer: work(cancel.signal), cancel, waiting: 0, untilMs: undefined }
    this.#kept.set(key, kept)
    kept.answer.then(
      () => {
        kept.untilMs = this.#options.nowMs() + this.#options.keepMs
      },
      // A failure is told to those who waited, and tried again for the next.
      () => {
        kept.untilMs = 0
        if (this.#kept.get(key) === kept) this.#kept.delete(key)
      },
    )
    return kept
  }

  #forget(): void {
    const now = this.#options.nowMs()
    for (const [key, { untilMs }] of this.#kept) {
      const isOver = untilMs !== undefined && untilMs <= now
      const isTooMuch = untilMs !== undefined && this.#kept.size >= this.#options.entriesMax
      if (isOver || isTooMuch) this.#kept.delete(key)
    }
  }
}
