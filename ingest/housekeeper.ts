import { DiskCap, type Waiting } from './disk-cap.ts'
import { errorCode, type Files } from './files.ts'
import type { Owner } from './owner.ts'
import { recover } from './recovery.ts'

const everyMs = 10_000

export interface HousekeeperOptions {
  readonly directory: string
  readonly bytesMax: number
  readonly full: 'drop' | 'refuse'
  readonly self: Owner
  readonly files: Files
  readonly warn: (message: string, fields: Record<string, string | number>) => void
  readonly onDropped: (payloads: readonly Buffer[]) => void
}

/**
 * Looks after the directory as a whole, from the start and every few seconds: seals what other processes
 * left open when they ended, and keeps everything under the limit.
 */
export class Housekeeper {
  readonly #options: HousekeeperOptions
  readonly #cap: DiskCap
  #tornTails = 0
  #timer: NodeJS.Timeout | undefined
  #round: Promise<void> | undefined
  #lastFailure: string | undefined
  /** Written here since the directory was last looked through. */
  #bytesSince = 0

  constructor(options: HousekeeperOptions) {
    this.#options = options
    this.#cap = new DiskCap(options)
  }

  get tornTails(): number {
    return this.#tornTails
  }

  waiting(): Waiting {
    return this.#cap.waiting()
  }

  addBytes(bytes: number): void {
    this.#bytesSince += bytes
  }

  /** More waits than may wait; others that write here are noticed at the next look. */
  isOverLimit(): boolean {
    return this.#cap.waiting().bytes + this.#bytesSince > this.#options.bytesMax
  }

  /** Resolves when what was left open is sealed; the limit is looked after in the background. */
  async start(): Promise<void> {
    await this.#recover()
    this.#timer = setInterval(() => this.#begin(), everyMs)
    this.#timer.unref()
    this.#begin()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#round
  }

  #begin(): void {
    this.#round ??= this.#look().then(() => {
      this.#round = undefined
    })
  }

  async #look(): Promise<void> {
    try {
      await this.#recover()
      await this.#cap.enforce()
      this.#bytesSince = 0
      this.#lastFailure = undefined
    } catch (error) {
      const code = errorCode(error)
      if (code !== this.#lastFailure)
        this.#options.warn('the spool directory cannot be looked through', { code })
      this.#lastFailure = code
    }
  }

  async #recover(): Promise<void> {
    const { directory, self, files, warn } = this.#options
    const { tornTails, tornBytes, segments, failed } = await recover({
      directory,
      self,
      files,
      nowMs: Date.now,
    })
    this.#tornTails += tornTails
    if (tornTails > 0) warn('a crash tore off the end of spool segments', { tornTails, tornBytes, segments })
    if (failed > 0) warn('spool segments of an ended process cannot be sealed; tried again', { failed })
  }
}
