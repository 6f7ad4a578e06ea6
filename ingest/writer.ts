import type { LedgerRecord, RecordSink } from '../contract/record.ts'
import { encodeFrame } from './frames.ts'
import { encodeRecord } from './payload.ts'
import { recover, Spool } from './spool.ts'

/** A record waits at most this long in an open segment before it may be shipped. */
const sealAfterMs = 1000
/** A writing error is said once, then at most this often. */
const complainEveryMs = 30_000

export interface WriterOptions {
  readonly directory: string
  /** Tells this process's files from those of others: start time and worker. */
  readonly boot: string
  readonly flushMs: number
  readonly queueRowsMax: number
  readonly warn: (message: string, fields: Record<string, string | number>) => void
}

export interface WriterCounts {
  readonly accepted: number
  readonly spooled: number
  readonly lost: number
  readonly queued: number
  readonly tornTails: number
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
  const recovered = await recover(options.directory, isOtherProcess)
  return new GroupWriter(options, recovered.tornTails)
}

class GroupWriter implements Writer {
  readonly #options: WriterOptions
  readonly #spool: Spool
  readonly #tornTails: number
  #queue: LedgerRecord[] = []
  #accepted = 0
  #spooled = 0
  #lost = 0
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined
  #sealDueMs = 0
  #hasFailed = false
  #complainedMs = Number.NEGATIVE_INFINITY
  #isClosed = false

  constructor(options: WriterOptions, tornTails: number) {
    this.#options = options
    this.#tornTails = tornTails
    this.#spool = new Spool(options.directory, `${options.boot}-p${process.pid}`)
  }

  offer(record: LedgerRecord): void {
    if (this.#queue.length >= this.#options.queueRowsMax || this.#isClosed) {
      this.#lost += 1
      return
    }
    this.#accepted += 1
    this.#queue.push(record)
    this.#timer ??= setTimeout(() => this.#flush(), this.#options.flushMs)
  }

  counts(): WriterCounts {
    return {
      accepted: this.#accepted,
      spooled: this.#spooled,
      lost: this.#lost,
      queued: this.#queue.length,
      tornTails: this.#tornTails,
    }
  }

  problem(): string | undefined {
    if (this.#queue.length < this.#options.queueRowsMax) return undefined
    return 'the spool is full: records can be neither written nor kept; check the disk under stateDir'
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#writing
    await this.#write()
    await this.#spool.seal()
  }

  #flush(): void {
    this.#timer = undefined
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
      const isIdle = this.#queue.length === 0 && this.#sealDueMs === 0
      if (!isIdle && !this.#isClosed)
        this.#timer ??= setTimeout(() => this.#flush(), this.#hasFailed ? sealAfterMs : this.#options.flushMs)
    })
  }

  async #write(): Promise<void> {
    const batch = this.#queue
    try {
      if (batch.length > 0) {
        this.#queue = []
        this.#sealDueMs ||= Date.now() + sealAfterMs
        await this.#spool.append(
          [Buffer.concat(batch.map((record) => encodeFrame(encodeRecord(record))))],
          batch.length,
        )
        this.#spooled += batch.length
      }
      if (this.#sealDueMs !== 0 && Date.now() >= this.#sealDueMs) {
        this.#sealDueMs = 0
        await this.#spool.seal()
      }
      this.#hasFailed = false
    } catch (error) {
      this.#keep(batch)
      this.#complain(error)
    }
  }

  /** The disk said no: the batch goes back to the front, and what no longer fits is counted as lost. */
  #keep(batch: readonly LedgerRecord[]): void {
    this.#hasFailed = true
    const room = Math.max(0, this.#options.queueRowsMax - this.#queue.length)
    this.#lost += Math.max(0, batch.length - room)
    this.#queue = [...batch.slice(0, room), ...this.#queue]
  }

  #complain(error: unknown): void {
    const now = Date.now()
    if (now - this.#complainedMs < complainEveryMs) return
    this.#complainedMs = now
    const code = (error as { code?: string }).code ?? 'unknown'
    this.#options.warn('records cannot be written to the spool; they wait in memory', {
      code,
      waiting: this.#queue.length,
    })
  }
}

/** A process id of our own in a file name means an earlier process of that id: container ids start at 1 again. */
function isOtherProcess(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}
