import { Worker } from 'node:worker_threads'
import type { Counted } from './count.ts'
import type { CountAsk, CountJob, CountReply } from './message.ts'

export interface CounterOptions {
  /** Processor time for one job. 100,000 tokens take 26 to 37 ms. */
  readonly budgetMs?: number
  /** A record waits this long for its count, start of the worker included. */
  readonly waitMs?: number
  readonly jobsMax?: number
  readonly bytesMax?: number
  /** The worker, which holds 65 MB, ends after this long without a job. */
  readonly idleMs?: number
}

interface Job {
  readonly bytes: number
  readonly timer: NodeJS.Timeout
  readonly resolve: (counted: Counted | undefined) => void
}

/** Counts tokens in one worker thread, started when the first usage is missing. It never fails: it gives up. */
export class TokenCounter {
  readonly #budgetMs: number
  readonly #waitMs: number
  readonly #jobsMax: number
  readonly #bytesMax: number
  readonly #idleMs: number
  readonly #jobs = new Map<number, Job>()
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #lastId = 0
  #bytes = 0
  #isClosed = false

  constructor(options: CounterOptions = {}) {
    this.#budgetMs = options.budgetMs ?? 50
    this.#waitMs = options.waitMs ?? 3000
    this.#jobsMax = options.jobsMax ?? 256
    this.#bytesMax = options.bytesMax ?? 64 * 1_048_576
    this.#idleMs = options.idleMs ?? 60_000
  }

  /** Undefined when it cannot be counted now: too much is waiting, or it took too long. */
  count(job: CountJob): Promise<Counted | undefined> {
    const bytes = sizeOf(job)
    const isFull = this.#jobs.size >= this.#jobsMax || this.#bytes + bytes > this.#bytesMax
    if (this.#isClosed || isFull) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      this.#lastId += 1
      const id = this.#lastId
      const timer = setTimeout(() => this.#settle(id, undefined), this.#waitMs)
      this.#jobs.set(id, { bytes, timer, resolve })
      this.#bytes += bytes
      this.#send({ id, job, budgetMs: this.#budgetMs })
    })
  }

  /** Jobs that wait or run. */
  get pending(): number {
    return this.#jobs.size
  }

  get isRunning(): boolean {
    return this.#worker !== undefined
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#idle)
    const worker = this.#worker
    if (worker === undefined) return
    this.#lose(worker)
    await worker.terminate()
  }

  #send(ask: CountAsk): void {
    clearTimeout(this.#idle)
    this.#worker ??= this.#start()
    this.#worker.postMessage(ask)
  }

  #start(): Worker {
    // Sources run as they are, the package as compiled: the worker has the ending this file has.
    const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
    const worker = new Worker(new URL(`./worker${ending}`, import.meta.url))
    worker.unref()
    worker.on('message', ({ id, counted }: CountReply) => this.#settle(id, counted))
    worker.on('error', () => this.#lose(worker))
    worker.on('exit', () => this.#lose(worker))
    return worker
  }

  #settle(id: number, counted: Counted | undefined): void {
    const job = this.#jobs.get(id)
    if (job === undefined) return
    this.#jobs.delete(id)
    this.#bytes -= job.bytes
    clearTimeout(job.timer)
    job.resolve(counted)
    if (this.#jobs.size === 0) this.#rest()
  }

  #rest(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      const worker = this.#worker
      this.#worker = undefined
      void worker?.terminate()
    }, this.#idleMs)
    this.#idle.unref()
  }

  /** What was being counted is lost with the worker; the next job starts a new one. */
  #lose(worker: Worker): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    for (const id of [...this.#jobs.keys()]) this.#settle(id, undefined)
    clearTimeout(this.#idle)
  }
}

function sizeOf(job: CountJob): number {
  return job.kind === 'prompt' ? job.bytes.length : job.texts.reduce((sum, text) => sum + text.length, 0)
}
