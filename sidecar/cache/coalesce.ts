/**
 * Equal requests under way are one: the first asks, the others wait for what comes. When it fails before anything has
 * come, one of those that wait takes its place.
 */
export class Flights<T> {
  readonly #flights = new Map<string, Flight<T>>()
  readonly #max: number

  constructor(max = 10_000) {
    this.#max = max
  }

  get size(): number {
    return this.#flights.size
  }

  /** Undefined: nobody is under way, the caller leads from now on. */
  join(key: string): Flight<T> | undefined {
    return this.#flights.get(key)
  }

  lead(key: string): Flight<T> | undefined {
    if (this.#flights.has(key) || this.#flights.size >= this.#max) return undefined
    const flight = new Flight<T>(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
    })
    this.#flights.set(key, flight)
    return flight
  }
}

/** `unfit`: it came whole, and is nothing to be given to others. */
export type FlightEnd = 'landed' | 'failed' | 'unfit'

/** What has come so far, for those who join late, and what comes. */
export class Flight<T> {
  readonly items: T[] = []
  readonly #waiting = new Set<() => void>()
  readonly #over: () => void
  end: FlightEnd | undefined
  followers = 0
  /** What whoever reads along has been spared; known at the end. */
  saved: { readonly costUsd: string | null; readonly tookMs: number } | undefined

  constructor(over: () => void) {
    this.#over = over
  }

  push(item: T): void {
    this.items.push(item)
    this.#wake()
  }

  /** Once, however often it is called. */
  finish(end: FlightEnd): void {
    if (this.end !== undefined) return
    this.end = end
    this.#over()
    this.#wake()
  }

  /** Resolves when there is more than `count`, or when it is over. */
  more(count: number, signal?: AbortSignal): Promise<void> {
    if (this.items.length > count || this.end !== undefined || signal?.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiting.add(wake)
      signal?.addEventListener('abort', wake, { once: true })
    })
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }
}
