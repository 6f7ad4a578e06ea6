import { setTimeout as sleep } from 'node:timers/promises'
import type { FeedbackRow, LedgerRecord, RecordSink, RequestRow } from '../contract/record.ts'
import { fillBatch } from './batch.ts'
import { errorCode, type Files, nodeFiles, prepareDirectory } from './files.ts'
import { FlushWaiters } from './flush-waiters.ts'
import { FrameBatch, payloadBytesMax } from './frames.ts'
import { Housekeeper } from './housekeeper.ts'
import { LossCounter, type Losses, type LossReason } from './losses.ts'
import { originsIn } from './origin.ts'
import { thisProcess } from './owner.ts'
import type { RecordEntry, SpoolEntry } from './payload.ts'
import { SelfAudit } from './self-audit.ts'
import { Spool } from './spool.ts'

/** A disk that said no is asked again after this. */
const retryMs = 1000
/** A writing error is said once, then at most this often. */
const complainEveryMs = 30_000
/** Ending is not held up for longer by a disk that fails. */
const closeTries = 10
const closeRetryMs = 100
const directoryBytesMax = 10 * 1024 ** 3
/** How much a process that is killed may leave uncounted. */
const auditEveryMs = 60_000

export interface WriterOptions {
  readonly directory: string
  /** Tells this process's files from those of others: start time and worker. */
  readonly boot: string
  readonly flushMs: number
  readonly queueRowsMax: number
  readonly warn: (message: string, fields: Record<string, string | number>) => void
  /** What may wait in the directory for the warehouse; beyond it the oldest segment is dropped. 10 GiB. */
  readonly bytesMax?: number
  /** What happens at that limit: the oldest go, or requests that need a record are refused. */
  readonly full?: 'drop' | 'refuse'
  readonly files?: Files
}

export interface WriterCounts {
  readonly accepted: number
  readonly spooled: number
  readonly lost: number
  readonly losses: Losses
  readonly queued: number
  readonly tornTails: number
  /** Sealed segments in the directory, of all its writers, at the last look. */
  readonly waitingSegments: number
  readonly waitingBytes: number
  readonly oldestWaitingMs: number | undefined
}

export interface Writer extends RecordSink {
  counts(): WriterCounts
  /** Why no more records can be taken; undefined when all is well. */
  problem(): string | undefined
  /** Writes what is queued, then seals. */
  close(): Promise<void>
}

/** Takes records without ever making a request wait; writes them in groups, so that one sync serves many. */
export async function createWriter(options: WriterOptions): Promise<Writer> {
  await prepareDirectory(options.directory, options.files ?? nodeFiles)
  const writer = new GroupWriter(options)
  await writer.start()
  return writer
}

/** Writes what others have encoded. */
export interface PayloadWriter extends Pick<Writer, 'refusal' | 'close'> {
  /** Resolves when it would survive a power cut; rejects when it was not taken, and then it is not there. */
  keep(payload: Buffer): Promise<void>
}

export async function createPayloadWriter(options: WriterOptions): Promise<PayloadWriter> {
  await prepareDirectory(options.directory, options.files ?? nodeFiles)
  const writer = new GroupWriter(options)
  await writer.start()
  return writer
}

class GroupWriter implements Writer, PayloadWriter {
  readonly #options: WriterOptions
  readonly #spool: Spool
  readonly #housekeeper: Housekeeper
  readonly #batch = new FrameBatch()
  readonly #waiters = new FlushWaiters()
  readonly #losses = new LossCounter()
  readonly #audit = new SelfAudit()
  #queue: SpoolEntry[] = []
  #accepted = 0
  #spooled = 0
  /** Of the accepted records, how many are no longer queued, whatever became of them. */
  #settled = 0
  #isLastRefused = false
  #flushTimer: NodeJS.Timeout | undefined
  #sealTimer: NodeJS.Timeout | undefined
  #auditTimer: NodeJS.Timeout | undefined
  #turning: Promise<void> | undefined
  #closing: Promise<void> | undefined
  /** The code of the last error while writing fails. */
  #failure: string | undefined
  #complainedMs = Number.NEGATIVE_INFINITY

  constructor(options: WriterOptions) {
    const { directory, boot, warn, bytesMax = directoryBytesMax, full = 'drop', files = nodeFiles } = options
    const self = thisProcess()
    this.#options = options
    this.#spool = new Spool({
      directory,
      boot,
      owner: self,
      files,
      nowMs: Date.now,
      steadyMs: () => performance.now(),
      onVanished: (records) => this.#losses.add('vanished', records),
    })
    this.#housekeeper = new Housekeeper({
      directory,
      bytesMax,
      full,
      self,
      files,
      warn,
      onDropped: (payloads) => this.#countDropped(payloads),
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

  offerFeedback(row: FeedbackRow): void {
    this.#take({ feedback: row })
  }

  keep(payload: Buffer): Promise<void> {
    const refusal = this.refusal()
    if (this.#closing !== undefined || refusal !== undefined || payload.length > payloadBytesMax)
      return Promise.reject(new Error(refusal ?? 'no more is taken'))
    this.#isLastRefused = false
    this.#accept({ payload })
    return this.flushed()
  }

  refusal(): string | undefined {
    if (this.#options.full !== 'refuse') return undefined
    if (this.#housekeeper.isOverLimit()) return 'the spool is full: the warehouse takes no records'
    return this.#failure === undefined ? this.problem() : 'the spool cannot be written'
  }

  #take(entry: RecordEntry): void {
    const refusal = this.#refusalOf(entry)
    this.#isLastRefused = refusal !== undefined
    const [table, row] = countedIn(entry)
    this.#audit.seen(table, row)
    if (refusal !== undefined) {
      this.#losses.add(refusal, 1)
      this.#audit.lost(table, row, refusal)
      return
    }
    this.#accept(entry)
  }

  #accept(entry: SpoolEntry): void {
    this.#accepted += 1
    this.#queue.push(entry)
    this.#flushAfter(this.#options.flushMs)
  }

  flushed(): Promise<void> {
    if (this.#isLastRefused) return Promise.reject(new Error('the record was refused by the spool'))
    if (this.#settled === this.#accepted) return Promise.resolve()
    return this.#waiters.wait(this.#accepted)
  }

  counts(): WriterCounts {
    const waiting = this.#housekeeper.waiting()
    return {
      accepted: this.#accepted,
      spooled: this.#spooled,
      lost: this.#losses.total(),
      losses: this.#losses.byReason(),
      queued: this.#queue.length,
      tornTails: this.#housekeeper.tornTails,
      waitingSegments: waiting.segments,
      waitingBytes: waiting.bytes,
      oldestWaitingMs: waiting.oldestMs,
    }
  }

  problem(): string | undefined {
    if (this.#queue.length < this.#options.queueRowsMax) return undefined
    const why = this.#failure === undefined ? '' : ` (${this.#failure})`
    return `the spool is full${why}: records can be neither written nor kept; check the disk under stateDir`
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #refusalOf(entry: RecordEntry): LossReason | undefined {
    if (this.#closing !== undefined) return 'closed'
    if (this.#queue.length >= this.#options.queueRowsMax) return 'queueFull'
    const isExpendable = 'request' in entry && entry.isExpendable === true
    return isExpendable && this.refusal() !== undefined ? 'diskCap' : undefined
  }

  #countDropped(payloads: readonly Buffer[]): void {
    const origins = payloads.flatMap(originsIn)
    this.#losses.add('diskCap', origins.length)
    for (const origin of origins) this.#audit.lostOf(origin, 'diskCap')
  }

  /** Its rows take the way of the records, so that they are as safe, and shipped as often. */
  #reportAudit(): void {
    for (const audit of this.#audit.take(Date.now())) this.#queue.push({ audit })
    if (this.#closing === undefined && this.#queue.length > 0) this.#flushAfter(this.#options.flushMs)
  }

  #flushAfter(delayMs: number): void {
    if (this.#turning !== undefined) return
    this.#flushTimer ??= setTimeout(() => this.#turn(), delayMs)
  }

  #turn(): void {
    this.#stopTimers()
    this.#turning ??= this.#work(() => this.#isSealDue()).finally(() => {
      this.#turning = undefined
      if (this.#closing === undefined) this.#planNext()
    })
  }

  #planNext(): void {
    const hasFailed = this.#failure !== undefined
    if (this.#queue.length > 0) this.#flushAfter(hasFailed ? retryMs : this.#options.flushMs)
    const dueMs = this.#spool.sealDueMs
    if (dueMs === undefined) return
    this.#sealTimer ??= setTimeout(
      () => this.#turn(),
      hasFailed ? retryMs : Math.max(0, dueMs - performance.now()),
    )
  }

  #isSealDue(): boolean {
    const dueMs = this.#spool.sealDueMs
    return dueMs !== undefined && performance.now() >= dueMs
  }

  /** Never throws. Seals also when writing failed: on a full disk only what is shipped makes room again. */
  async #work(isSealDue: () => boolean): Promise<void> {
    const writing = await this.#attempt(() => this.#writeQueued())
    const sealing = isSealDue() ? await this.#attempt(() => this.#spool.seal()) : undefined
    const failure = writing ?? sealing
    if (failure !== undefined) this.#complain(failure)
    else if (this.#failure !== undefined) this.#options.warn('the spool can be written again', {})
    this.#failure = failure
  }

  async #attempt(step: () => Promise<void>): Promise<string | undefined> {
    try {
      await step()
      return undefined
    } catch (error) {
      return errorCode(error)
    }
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
      this.#settle(this.#queue.splice(0, taken), failed)
      due -= taken
    }
  }

  #settle(entries: readonly SpoolEntry[], failed: ReadonlySet<SpoolEntry>): void {
    for (const entry of entries) {
      if ('audit' in entry) continue
      this.#settled += 1
      if ('payload' in entry) continue
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

  #complain(code: string): void {
    const now = performance.now()
    if (now - this.#complainedMs < complainEveryMs) return
    this.#complainedMs = now
    this.#options.warn('records cannot be written to the spool; they wait in memory', {
      code,
      waiting: this.#queue.length,
    })
  }

  async #close(): Promise<void> {
    this.#stopTimers()
    clearInterval(this.#auditTimer)
    await this.#turning
    await this.#housekeeper.stop()
    await this.#work(() => false)
    this.#reportAudit()
    await this.#workUntilDone()
    const left = this.#queue.splice(0).filter((entry) => !('audit' in entry)).length
    if (left === 0) return
    this.#losses.add('closed', left)
    this.#settled += left
    this.#waiters.settle(this.#settled, new Error('the process ended before the record could be written'))
  }

  async #workUntilDone(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      await this.#work(() => true)
      if (this.#failure === undefined || tries === closeTries) return
      await sleep(closeRetryMs)
    }
  }

  #stopTimers(): void {
    clearTimeout(this.#flushTimer)
    clearTimeout(this.#sealTimer)
    this.#flushTimer = undefined
    this.#sealTimer = undefined
  }
}

/** What of an entry is counted: a record by its request. */
function countedIn(entry: RecordEntry): readonly ['requests' | 'feedback', RequestRow | FeedbackRow] {
  return 'request' in entry ? ['requests', entry.request] : ['feedback', entry.feedback]
}
