import type { FeedbackRow, RequestRow } from '../contract/record.ts'
import { FlushWaiters } from './flush-waiters.ts'
import { LossCounter, type Losses, type LossReason } from './losses.ts'
import { originsIn } from './origin.ts'
import type { RecordEntry, SpoolEntry } from './payload.ts'
import { SelfAudit } from './self-audit.ts'

export interface TallyFigures {
  readonly accepted: number
  readonly spooled: number
  readonly lost: number
  readonly losses: Losses
}

/** What became of every record that a writer was offered, for its metrics, its audit and those who wait. */
export class Tally {
  readonly #waiters = new FlushWaiters()
  readonly #losses = new LossCounter()
  readonly #audit = new SelfAudit()
  #accepted = 0
  #spooled = 0
  /** Of the accepted records, how many are no longer queued, whatever became of them. */
  #settled = 0
  #isLastRefused = false

  figures(): TallyFigures {
    return {
      accepted: this.#accepted,
      spooled: this.#spooled,
      lost: this.#losses.total(),
      losses: this.#losses.byReason(),
    }
  }

  seen(entry: RecordEntry, refusal: LossReason | undefined): void {
    this.#isLastRefused = refusal !== undefined
    const [table, row] = countedIn(entry)
    this.#audit.seen(table, row)
    if (refusal === undefined) return
    this.#losses.add(refusal, 1)
    this.#audit.lost(table, row, refusal)
  }

  /** Payloads of others are not ours to audit. */
  seenPayload(): void {
    this.#isLastRefused = false
  }

  accept(): void {
    this.#accepted += 1
  }

  flushed(): Promise<void> {
    if (this.#isLastRefused) return Promise.reject(new Error('the record was refused by the spool'))
    if (this.#settled === this.#accepted) return Promise.resolve()
    return this.#waiters.wait(this.#accepted)
  }

  settle(entries: readonly SpoolEntry[], failed: ReadonlySet<SpoolEntry>): void {
    for (const entry of entries) {
      if ('audit' in entry) continue
      this.#settled += 1
      if ('payload' in entry || 'aside' in entry) continue
      const [table, row] = countedIn(entry)
      if (failed.has(entry)) {
        this.#losses.add('unencodable', 1)
        this.#audit.lost(table, row, 'unencodable')
      } else {
        this.#spooled += 1
        this.#audit.spooled(table, row)
      }
    }
    const error = failed.size > 0 ? new Error('a record could not be encoded') : undefined
    this.#waiters.settle(this.#settled, error)
  }

  /** By the disk limit. */
  dropped(payloads: readonly Buffer[]): void {
    const origins = payloads.flatMap(originsIn)
    this.#losses.add('diskCap', origins.length)
    for (const origin of origins) this.#audit.lostOf(origin, 'diskCap')
  }

  vanished(records: number): void {
    this.#losses.add('vanished', records)
  }

  /** What was still queued when the process ended. */
  abandon(entries: readonly SpoolEntry[]): void {
    const left = entries.filter((entry) => !('audit' in entry)).length
    if (left === 0) return
    this.#losses.add('closed', left)
    this.#settled += left
    this.#waiters.settle(this.#settled, new Error('the process ended before the record could be written'))
  }

  /** Rows that say what happened since they were last taken. */
  takeAudit(nowMs: number): SpoolEntry[] {
    return this.#audit.take(nowMs).map((audit) => ({ audit }))
  }
}

/** What of an entry is counted: a record by its request. */
function countedIn(entry: RecordEntry): readonly ['requests' | 'feedback', RequestRow | FeedbackRow] {
  return 'request' in entry ? ['requests', entry.request] : ['feedback', entry.feedback]
}
