/** So many may work at once, in all and for one client; the others wait in line, and the line is bounded. */
export interface TurnLimits {
  readonly atOnce: number
  readonly ofOne: number
  readonly waiting: number
}

interface Waiting {
  readonly client: string
  start(): void
}

export class Busy extends Error {}

export class Turns {
  readonly #limits: TurnLimits
  readonly #running = new Map<string, number>()
  #count = 0
  #line: Waiting[] = []

  constructor(limits: TurnLimits) {
    this.#limits = limits
  }

  /** Runs the work when it is its turn; not at all when the client has left before. */
  async run<T>(client: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    // The place is taken in the same step in which it is seen to be free, here and by whoever gives it on.
    if (this.#isFree(client)) this.#enter(client)
    else await this.#wait(client, signal)
    try {
      return await work()
    } finally {
      this.#leave(client)
    }
  }

  #isFree(client: string): boolean {
    return this.#count < this.#limits.atOnce && (this.#running.get(client) ?? 0) < this.#limits.ofOne
  }

  #enter(client: string): void {
    this.#count += 1
    this.#running.set(client, (this.#running.get(client) ?? 0) + 1)
  }

  #leave(client: string): void {
    this.#count -= 1
    const left = (this.#running.get(client) ?? 1) - 1
    if (left === 0) this.#running.delete(client)
    else this.#running.set(client, left)
    const at = this.#line.findIndex((waiting) => this.#isFree(waiting.client))
    const [next] = at < 0 ? [] : this.#line.splice(at, 1)
    if (next === undefined) return
    this.#enter(next.client)
    next.start()
  }

  #wait(client: string, signal: AbortSignal): Promise<void> {
    if (this.#line.length >= this.#limits.waiting) throw new Busy('too many wait already')
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#line = this.#line.filter((other) => other !== waiting)
        reject(signal.reason)
      }
      const waiting: Waiting = {
        client,
        start() {
          signal.removeEventListener('abort', leave)
          resolve()
        },
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#line.push(waiting)
    })
  }
}
