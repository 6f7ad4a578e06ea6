import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode } from './files.ts'
import type { Spool } from './spool.ts'

/** A disk that said no is asked again after this. */
const retryMs = 1000
/** A writing error is said once, then at most this often. */
const complainEveryMs = 30_000
/** Ending is not held up for longer by a disk that fails. */
const closeTries = 10
const closeRetryMs = 100

export interface TurnsOptions {
  readonly spool: Spool
  readonly flushMs: number
  readonly warn: (message: string, fields: Record<string, string | number>) => void
  /** How many entries wait. */
  readonly queued: () => number
  /** Writes what is queued by now. */
  readonly write: () => Promise<void>
}

/** When a writer writes and seals: one turn at a time, after a moment in which more may come. */
export class Turns {
  readonly #options: TurnsOptions
  #flushTimer: NodeJS.Timeout | undefined
  #sealTimer: NodeJS.Timeout | undefined
  #turning: Promise<void> | undefined
  #isEnding = false
  #failure: string | undefined
  #complainedMs = Number.NEGATIVE_INFINITY

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  /** The code of the last error while writing fails. */
  get failure(): string | undefined {
    return this.#failure
  }

  /** Something was queued. */
  soon(): void {
    this.#flushAfter(this.#options.flushMs)
  }

  /** No turn begins any more; resolves when the last one is over. */
  async end(): Promise<void> {
    this.#isEnding = true
    this.#stopTimers()
    await this.#turning
  }

  /** Of a writer that ends: without sealing, once. */
  writeOnce(): Promise<void> {
    return this.#work(() => false)
  }

  async sealAtEnd(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      await this.#work(() => true)
      if (this.#failure === undefined || tries === closeTries) return
      await sleep(closeRetryMs)
    }
  }

  #flushAfter(delayMs: number): void {
    if (this.#turning !== undefined) return
    this.#flushTimer ??= setTimeout(() => this.#turn(), delayMs)
  }

  #turn(): void {
    this.#stopTimers()
    this.#turning ??= this.#work(() => this.#isSealDue()).finally(() => {
      this.#turning = undefined
      if (!this.#isEnding) this.#planNext()
    })
  }

  #planNext(): void {
    const { spool, flushMs, queued } = this.#options
    const hasFailed = this.#failure !== undefined
    if (queued() > 0) this.#flushAfter(hasFailed ? retryMs : flushMs)
    const dueMs = spool.sealDueMs
    if (dueMs === undefined) return
    const waitMs = hasFailed ? retryMs : Math.max(0, dueMs - performance.now())
    this.#sealTimer ??= setTimeout(() => this.#turn(), waitMs)
  }

  #isSealDue(): boolean {
    const dueMs = this.#options.spool.sealDueMs
    return dueMs !== undefined && performance.now() >= dueMs
  }

  /** Never throws. Seals also when writing failed: on a full disk only what is shipped makes room again. */
  async #work(isSealDue: () => boolean): Promise<void> {
    const { spool, write, warn } = this.#options
    const writing = await attempt(write)
    const sealing = isSealDue() ? await attempt(() => spool.seal()) : undefined
    const failure = writing ?? sealing
    if (failure !== undefined) this.#complain(failure)
    else if (this.#failure !== undefined) warn('the spool can be written again', {})
    this.#failure = failure
  }

  #complain(code: string): void {
    const { warn, queued } = this.#options
    const now = performance.now()
    if (now - this.#complainedMs < complainEveryMs) return
    this.#complainedMs = now
    warn('records cannot be written to the spool; they wait in memory', { code, waiting: queued() })
  }

  #stopTimers(): void {
    clearTimeout(this.#flushTimer)
    clearTimeout(this.#sealTimer)
    this.#flushTimer = undefined
    this.#sealTimer = undefined
  }
}

async function attempt(step: () => Promise<void>): Promise<string | undefined> {
  try {
    await step()
    return undefined
  } catch (error) {
    return errorCode(error)
  }
}
