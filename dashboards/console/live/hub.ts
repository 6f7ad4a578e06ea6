import type { LiveRow } from './row.ts'
import { addTally, noTally, p95Of, type Tally } from './tally.ts'
import type { LiveBatch } from './tap.ts'

/** Where requests come from: the processes of this sidecar. */
export interface LiveFeed {
  /** Until stopped it tells of every request; of many at once only some have their row. */
  start(tell: (batch: LiveBatch) => void): void
  stop(): void
  /** The last ones that are remembered, oldest first. */
  latest(count: number): Promise<readonly LiveRow[]>
}

export interface Entry {
  readonly id: number
  readonly text: string
}

export interface HubOptions {
  readonly feed: LiveFeed
  readonly ringMax: number
  readonly rowsPerSecond: number
  readonly nowMs: () => number
  /** How long it goes on without a reader: one that was cut comes back within seconds. */
  readonly lingerMs: number
}

const seededRows = 100
const secondsKept = 60

/** The last events, for everybody who looks: each reader takes from the ring at its own pace. */
export class LiveHub {
  readonly #options: HubOptions
  readonly #ring: Entry[] = []
  readonly #readers = new Set<() => void>()
  /** Rows of one second, and the second. */
  #second = 0
  #sent = 0
  #unsent = 0
  readonly #seconds = new Map<number, Tally>()
  #nextId = 1
  #isOn = false
  #seeding: Promise<void> | undefined
  #linger: NodeJS.Timeout | undefined

  constructor(options: HubOptions) {
    this.#options = options
  }

  readers(): number {
    return this.#readers.size
  }

  /** Calls when there is something new; resolves when what was before is in the ring. */
  async join(wake: () => void): Promise<void> {
    this.#readers.add(wake)
    clearTimeout(this.#linger)
    if (!this.#isOn) {
      this.#isOn = true
      this.#options.feed.start((batch) => this.#take(batch))
      this.#seeding = this.#seed()
    }
    await this.#seeding
  }

  leave(wake: () => void): void {
    this.#readers.delete(wake)
    if (this.#readers.size > 0 || !this.#isOn) return
    this.#linger = setTimeout(() => this.stop(), this.#options.lingerMs)
    this.#linger.unref()
  }

  stop(): void {
    clearTimeout(this.#linger)
    if (!this.#isOn) return
    this.#isOn = false
    this.#options.feed.stop()
    this.#ring.length = 0
    this.#seconds.clear()
  }

  /** The first entry behind this id; undefined when there is none yet. */
  after(id: number): Entry | undefined {
    const first = this.#ring[0]
    if (first === undefined) return undefined
    return this.#ring[Math.max(0, id + 1 - first.id)]
  }

  oldest(): number {
    return this.#ring[0]?.id ?? this.#nextId
  }

  /** Of the last entry. */
  newest(): number {
    return this.#nextId - 1
  }

  /** The last minute, as tiles show it. */
  tick(): Readonly<Record<string, number | null>> {
    const since = this.#now() - secondsKept
    const sum = noTally()
    for (const [second, tally] of this.#seconds) {
      if (second <= since) this.#seconds.delete(second)
      else addTally(sum, tally)
    }
    const counted = sum.requests - sum.left
    return {
      requests: sum.requests,
      spend: sum.requests > 0 && sum.unpriced === sum.requests ? null : sum.spendUsd,
      unpriced: sum.unpriced,
      success: counted === 0 ? null : 1 - sum.failed / counted,
      p95_ms: p95Of(sum) ?? null,
      cache_hit: sum.cacheAsked === 0 ? null : sum.cacheHits / sum.cacheAsked,
    }
  }

  #now(): number {
    return Math.floor(this.#options.nowMs() / 1000)
  }

  async #seed(): Promise<void> {
    const rows = await this.#options.feed.latest(seededRows).catch(() => [])
    // What arrived meanwhile is among them, or newer than all of them.
    const known = new Set(this.#ring.map(({ text }) => /"id":"([^"]+)"/.exec(text)?.[1]))
    const before = rows.filter(({ id }) => !known.has(id))
    const arrived = this.#ring.splice(0)
    this.#nextId -= arrived.length
    for (const row of before) this.#push('request', { row, of: 1 })
    for (const { text } of arrived) this.#pushText(text)
    this.#wake()
  }

  #take({ rows, tally }: LiveBatch): void {
    const second = this.#now()
    const kept = this.#seconds.get(second) ?? noTally()
    addTally(kept, tally)
    this.#seconds.set(second, kept)
    if (second !== this.#second) {
      this.#second = second
      this.#sent = 0
    }
    const room = Math.max(0, this.#options.rowsPerSecond - this.#sent)
    const shown = rows.slice(0, room)
    this.#sent += shown.length
    this.#unsent += tally.requests - shown.length
    for (const row of shown) {
      // The row speaks for those before it that were only counted.
      this.#push('request', { row, of: 1 + this.#unsent })
      this.#unsent = 0
    }
    if (shown.length > 0) this.#wake()
  }

  #push(event: string, data: unknown): void {
    this.#pushText(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  #pushText(text: string): void {
    this.#ring.push({ id: this.#nextId, text })
    this.#nextId += 1
    if (this.#ring.length > this.#options.ringMax) this.#ring.shift()
  }

  #wake(): void {
    for (const wake of this.#readers) wake()
  }
}
