import { errorCode, type Files } from '../files.ts'
import { scanFrames } from '../frames.ts'
import type { ClaimFile } from './claim.ts'
import type { Attempts } from './courier.ts'
import type { FigureCounter } from './figures.ts'
import { type Outcome, wait, waitReasons } from './outcome.ts'
import type { Quarantine } from './quarantine.ts'
import { sealedSegments, takeBatch } from './select.ts'

export interface LaneOptions {
  readonly directory: string
  readonly files: Files
  readonly claim: ClaimFile
  readonly quarantine: Quarantine
  readonly counter: FigureCounter
  readonly batchBytesMax: number
  readonly deliver: (payloads: readonly Buffer[]) => Attempts
  /** Before what has arrived is removed. */
  readonly beforeFinish: () => Promise<void>
  readonly nowMs: () => number
  readonly random: () => number
  readonly info: Say
  readonly warn: Say
  readonly backoff: Backoff
}

export type Say = (message: string, fields: Record<string, string | number>) => void

export interface Backoff {
  readonly firstMs: number
  readonly mostMs: number
}

/** `idle`: there was nothing to do. A number: try again in so many milliseconds. */
export type Step = 'idle' | 'done' | { readonly againInMs: number }

/** Ships one directory, one batch at a time, in the order of the names; never gives up, never skips. */
export class Lane {
  readonly #options: LaneOptions
  #names: string[] = []
  #current: Attempts | undefined
  #failures = 0
  #waiting: { reason: string; sinceMs: number } | undefined

  constructor(options: LaneOptions) {
    this.#options = options
  }

  /** One try. Never throws: a disk that fails is a reason to wait like any other. */
  async step(): Promise<Step> {
    const outcome = await this.#try()
    if (outcome === 'idle') return 'idle'
    if (outcome.kind === 'taken') {
      this.#resume()
      return 'done'
    }
    this.#complain(outcome)
    return { againInMs: this.#delayMs() }
  }

  async #try(): Promise<Outcome | 'idle'> {
    const { claim, counter } = this.#options
    try {
      if (claim.isEmpty && !(await this.#begin())) return 'idle'
      this.#current ??= this.#options.deliver(await this.#load())
      const outcome = await this.#current.attempt()
      if (outcome.kind !== 'taken') return outcome
      await this.#options.beforeFinish()
      await claim.finish()
      this.#current = undefined
      counter.addBatch()
      return outcome
    } catch (error) {
      return wait('disk', errorCode(error))
    }
  }

  async #begin(): Promise<boolean> {
    const { directory, files, claim, nowMs, batchBytesMax } = this.#options
    this.#current = undefined
    if (this.#names.length === 0) this.#names = await sealedSegments(directory, files)
    const batch = await takeBatch(this.#names, { directory, files, bytesMax: batchBytesMax })
    if (batch.length > 0) await claim.begin(batch, nowMs())
    return !claim.isEmpty
  }

  async #load(): Promise<Buffer[]> {
    const payloads: Buffer[] = []
    for (const { name, bytes } of await this.#options.claim.readSegments()) {
      const { goodBytes } = scanFrames(bytes, (payload) => payloads.push(payload))
      if (goodBytes < bytes.length) await this.#putAway(name, bytes.subarray(goodBytes))
    }
    return payloads
  }

  async #putAway(name: string, bytes: Buffer): Promise<void> {
    const { quarantine, counter, warn } = this.#options
    await quarantine.putDamaged(name, bytes)
    counter.addDamaged()
    warn('a sealed spool segment is damaged; its good part is shipped, the rest is in quarantine', {
      bytes: bytes.length,
    })
  }

  #resume(): void {
    const { info, nowMs, counter } = this.#options
    this.#failures = 0
    if (this.#waiting === undefined) return
    info('records are shipped again', { after_ms: nowMs() - this.#waiting.sinceMs })
    this.#waiting = undefined
    counter.setWaiting(undefined)
  }

  /** Says each reason once, when it begins. */
  #complain(outcome: Exclude<Outcome, { kind: 'taken' }>): void {
    const { warn, nowMs, counter } = this.#options
    const reason = outcome.kind === 'wait' ? outcome.reason : 'refused'
    this.#failures += 1
    counter.addFailure(reason)
    if (this.#waiting?.reason === reason) return
    const sinceMs = this.#waiting?.sinceMs ?? nowMs()
    this.#waiting = { reason, sinceMs }
    counter.setWaiting({ reason, sinceMs })
    if (outcome.kind === 'wait')
      warn('records wait in the spool', { reason, why: waitReasons[outcome.reason], detail: outcome.detail })
    else warn('the warehouse refuses rows', { reason: outcome.reason, column: outcome.column })
  }

  /** Half of it is by chance: many shippers must not knock at the same moment. */
  #delayMs(): number {
    const { backoff, random } = this.#options
    const whole = Math.min(backoff.mostMs, backoff.firstMs * 2 ** Math.min(this.#failures - 1, 20))
    return whole * (0.5 + random() / 2)
  }
}
