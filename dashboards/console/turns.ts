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
    await this.#turn(client, signal)
    this.#count += 1
    this.#running.set(client, (this.#running.get(client) ?? 0) + 1)
    try {
      return await work()
    } finally {
      this.#count -= 1
      const left = (this.#running.get(client) ?? 1) - 1
      if (left === 0) this.#running.delete(client)
      else this.#running.set(client, left)
      this.#next()
    }
  }

  #isFree(client: string): boolean {
    return this.#count < this.#limits.atOnce && (this.#running.get(client) ?? 0) < this.#limits.ofOne
  }

  async #turn(client: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#isFree(client)) return
    if (this.#line.length >= this.#limits.waiting) throw new Busy('too many wait already')
    await new Promise<void>((resolve, reject) => {
      const left = () => {
        this.#line = this.#line.filter((other) => other !== waiting)
        reject(signal.reason)
      }
      const waiting: Waiting = {
        client,
        start: () => {
          signal.removeEventListener('abort', left)
          resolve()
        },
      }
      signal.addEventListener('abort', left, { once: true })
      this.#line.push(waiting)
    })
    // Whoever was let in together with this one may have taken the place.
    return this.#turn(client, signal)
  }

  #next(): void {
    const at = this.#line.findIndex(({ client }) => this.#isFree(client))
    const [waiting] = at < 0 ? [] : this.#line.splice(at, 1)
    waiting?.start()
  }
}
