import type { FeedbackRow, LedgerRecord } from '../contract/record.ts'
import type { CacheAuditRow } from '../contract/tables/cache-audits.ts'
import type { CacheEntryRow } from '../contract/tables/cache-entries.ts'
import { fillBatch } from './batch.ts'
import { nodeFiles } from './files.ts'
import { FrameBatch, payloadBytesMax } from './frames.ts'
import { Housekeeper } from './housekeeper.ts'
import type { LossReason } from './losses.ts'
import { thisProcess } from './owner.ts'
import { type AsideRow, decodeEntry, type RecordEntry, type SpoolEntry } from './payload.ts'
import { Spool } from './spool.ts'
import { Tally } from './tally.ts'
import { Turns } from './turns.ts'
import type { PayloadWriter, Writer, WriterCounts, WriterOptions } from './writer-options.ts'

const directoryBytesMax = 10 * 1024 ** 3
/** How much a process that is killed may leave uncounted. */
const auditEveryMs = 60_000

/** A queue in front of a spool: what is offered is counted and queued at once, written in turns. */
export class GroupWriter implements Writer, PayloadWriter {
  readonly #options: WriterOptions
  readonly #spool: Spool
  readonly #housekeeper: Housekeeper
  readonly #turns: Turns
  readonly #batch = new FrameBatch()
  readonly #tally = new Tally()
  #queue: SpoolEntry[] = []
  #auditTimer: NodeJS.Timeout | undefined
  #closing: Promise<void> | undefined

  constructor(options: WriterOptions) {
    const { directory, boot, warn, bytesMax = directoryBytesMax, full = 'drop', files = nodeFiles } = options
    const self = thisProcess()
    this.#options = options
    this.#spool = new Spool({
      ...{ directory, boot, owner: self, files },
      nowMs: Date.now,
      steadyMs: () => performance.now(),
      onVanished: (records) => this.#tally.vanished(records),
    })
    this.#housekeeper = new Housekeeper({
      ...{ directory, bytesMax, full, self, files, warn },
      onDropped: (payloads) => this.#tally.dropped(payloads),
    })
    this.#turns = new Turns({
      ...{ spool: this.#spool, flushMs: options.flushMs, warn },
      queued: () => this.#queue.length,
      write: () => this.#writeQueued(),
    })
  }

  start(): Promise<void> {
    this.#auditTimer = setInterval(() => this.#reportAudit(), auditEveryMs)
    this.#auditTimer.unref()
    return this.#housekeeper.start()
  }

  offer(record: LedgerRecord): void {
    this.#take(record)
  }

  decode(line: string): LedgerRecord {
    const entry = decodeEntry(line)
    if (!('request' in entry)) throw new Error('a line of the spool holds no request')
    return entry
  }

  offerFeedback(row: FeedbackRow): void {
    this.#take({ feedback: row })
  }

  offerCacheAudit(row: CacheAuditRow): void {
    this.#takeAside({ table: 'cache_audits', row })
  }

  offerCacheEntry(row: CacheEntryRow): void {
    this.#takeAside({ table: 'cache_entries', row })
  }

  keep(payload: Buffer): Promise<void> {
    const refusal = this.refusal()
    if (this.#closing !== undefined || refusal !== undefined || payload.length > payloadBytesMax)
      return Promise.reject(new Error(refusal ?? 'no more is taken'))
    this.#tally.seenPayload()
    this.#accept({ payload })
    return this.flushed()
  }

  refusal(): string | undefined {
    if (this.#options.full !== 'refuse') return undefined
    if (this.#housekeeper.isOverLimit()) return 'the spool is full: the warehouse takes no records'
    return this.#turns.failure === undefined ? this.problem() : 'the spool cannot be written'
  }

  flushed(): Promise<void> {
    return this.#tally.flushed()
  }

  counts(): WriterCounts {
    const waiting = this.#housekeeper.waiting()
    return {
      ...this.#tally.figures(),
      queued: this.#queue.length,
      tornTails: this.#housekeeper.tornTails,
      waitingSegments: waiting.segments,
      waitingBytes: waiting.bytes,
      oldestWaitingMs: waiting.oldestMs,
    }
  }

  problem(): string | undefined {
    if (this.#queue.length < this.#options.queueRowsMax) return undefined
    const { failure } = this.#turns
    const why = failure === undefined ? '' : ` (${failure})`
    return `the spool is full${why}: records can be neither written nor kept; check the disk under stateDir`
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #takeAside(aside: AsideRow): void {
    if (this.#closing !== undefined || this.#queue.length >= this.#options.queueRowsMax) return
    if (this.refusal() === undefined) this.#accept({ aside })
  }

  #take(entry: RecordEntry): void {
    const refusal = this.#refusalOf(entry)
    this.#tally.seen(entry, refusal)
    if (refusal === undefined) this.#accept(entry)
  }

  #accept(entry: SpoolEntry): void {
    this.#tally.accept()
    this.#queue.push(entry)
    this.#turns.soon()
  }

  #refusalOf(entry: RecordEntry): LossReason | undefined {
    if (this.#closing !== undefined) return 'closed'
    if (this.#queue.length >= this.#options.queueRowsMax) return 'queueFull'
    const isExpendable = 'request' in entry && entry.isExpendable === true
    return isExpendable && this.refusal() !== undefined ? 'diskCap' : undefined
  }

  /** Its rows take the way of the records, so that they are as safe, and shipped as often. */
  #reportAudit(): void {
    this.#queue.push(...this.#tally.takeAudit(Date.now()))
    if (this.#closing === undefined && this.#queue.length > 0) this.#turns.soon()
  }

  /** What is offered meanwhile waits for the next turn: else each sync would serve only a few records. */
  async #writeQueued(): Promise<void> {
    let due = this.#queue.length
    while (due > 0) {
      const { taken, failed } = fillBatch(this.#batch, this.#queue, due)
      const { count, size } = this.#batch
      if (count > 0) await this.#spool.append(this.#batch.bytes, count)
      this.#housekeeper.addBytes(size)
      // Only now: a batch that failed stays first in the queue, and the same bytes go to the same place.
      this.#tally.settle(this.#queue.splice(0, taken), failed)
      due -= taken
    }
  }

  async #close(): Promise<void> {
    clearInterval(this.#auditTimer)
    await this.#turns.end()
    await this.#housekeeper.stop()
    await this.#turns.writeOnce()
    this.#reportAudit()
    await this.#turns.sealAtEnd()
    this.#tally.abandon(this.#queue.splice(0))
  }
}
