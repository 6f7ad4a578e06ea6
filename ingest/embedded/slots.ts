import { QueryError } from './problem.ts'

interface Waiting {
  readonly start: () => void
  readonly signal: AbortSignal
}

/** Places for queries; more wait in line, and beyond that line they are told to come back. */
export class Slots {
  readonly #places: number
  readonly #waitingMax: number
  #busy = 0
  #waiting: Waiting[] = []

  constructor(places: number, waitingMax: number) {
    this.#places = places
    this.#waitingMax = waitingMax
  }

  counts(): { readonly running: number; readonly waiting: number } {
    return { running: this.#busy, waiting: this.#waiting.length }
  }

  /** Resolves when there is a place; its caller gives it back with `leave`. */
  async enter(signal: AbortSignal): Promise<void> {
    if (this.#busy < this.#places) {
      this.#busy += 1
      return
    }
    if (this.#waiting.length >= this.#waitingMax) {
      throw QueryError.of(
        'TOO_MANY_SIMULTANEOUS_QUERIES',
        `Too many simultaneous queries: ${this.#places} run and ${this.#waitingMax} wait`,
      )
    }
    await new Promise<void>((resolve, reject) => {
      const waiting: Waiting = { start: resolve, signal }
      this.#waiting.push(waiting)
      signal.addEventListener('abort', () => {
        const at = this.#waiting.indexOf(waiting)
        if (at < 0) return
        this.#waiting.splice(at, 1)
        reject(QueryError.of('QUERY_WAS_CANCELLED', 'The caller left before its turn'))
      })
    })
  }

  /** The place goes to the next in line, so the count stays as it is. */
  leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#busy -= 1
    else next.start()
  }
}
