import { Worker } from 'node:worker_threads'

export interface CountAsk {
  readonly id: number
  readonly text: string
  readonly budgetMs: number
}

export interface CountAnswer {
  readonly id: number
  /** Undefined: the budget was used up. */
  readonly tokens: number | undefined
}

export interface CounterLimits {
  /** What counting one text may take. */
  readonly budgetMs: number
  /** What may pass until the answer is there, the start of the worker and the texts before it included. */
  readonly waitMs: number
  /** A worker that nobody asked for this long is ended: it holds 65 MB. */
  readonly idleMs: number
  /** Characters waiting at once; more is not counted. */
  readonly charsMax: number
}

/** Nobody waits for a count but a record. 50 ms count 100,000 tokens; a start takes 0.1 to 0.5 s. */
const defaults: CounterLimits = { budgetMs: 50, waitMs: 2000, idleMs: 5000, charsMax: 8 * 1_048_576 }

interface Job {
  readonly chars: number
  readonly resolve: (tokens: number | undefined) => void
  readonly timer: NodeJS.Timeout
}

/**
 * Counts tokens exactly, where no provider stated them: in one worker, started by the first text and ended
 * when nobody asks any more. Undefined when it does not get to it in time: then an estimate has to do.
 */
export class TokenCounter {
  readonly #limits: CounterLimits
  readonly #jobs = new Map<number, Job>()
  #worker: Worker | undefined
  #chars = 0
  #lastId = 0
  #isClosed = false
  #idle: NodeJS.Timeout | undefined

  constructor(limits: Partial<CounterLimits> = {}) {
    this.#limits = { ...defaults, ...limits }
  }

  count(text: string): Promise<number | undefined> {
    const isTooMuch = this.#chars + text.length > this.#limits.charsMax
    if (this.#isClosed || isTooMuch) return Promise.resolve(undefined)
    const { budgetMs, waitMs } = this.#limits
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle(id, undefined), waitMs)
      this.#jobs.set(id, { chars: text.length, resolve, timer })
      this.#chars += text.length
      clearTimeout(this.#idle)
      this.#worker ??= this.#start()
      const ask: CountAsk = { id, text, budgetMs }
      this.#worker.postMessage(ask)
    })
  }

  /** Whoever waits for a count goes on without it. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#idle)
    const worker = this.#worker
    this.#lose(worker)
    await worker?.terminate()
  }

  #start(): Worker {
    // Sources run as they are, the package as compiled: the worker has the ending this file has.
    const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
    const worker = new Worker(new URL(`./count-worker${ending}`, import.meta.url))
    worker.unref()
    worker.on('message', ({ id, tokens }: CountAnswer) => this.#settle(id, tokens))
    worker.on('error', () => this.#lose(worker))
    worker.on('exit', () => this.#lose(worker))
    return worker
  }

  #settle(id: number, tokens: number | undefined): void {
    const job = this.#jobs.get(id)
    if (job === undefined) return
    clearTimeout(job.timer)
    this.#jobs.delete(id)
    this.#chars -= job.chars
    if (this.#jobs.size === 0) this.#rest()
    job.resolve(tokens)
  }

  #rest(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      const worker = this.#worker
      this.#lose(worker)
      void worker?.terminate()
    }, this.#limits.idleMs)
    this.#idle.unref()
  }

  /** What was being counted is lost with the worker; the next text starts a new one. */
  #lose(worker: Worker | undefined): void {
    if (worker === undefined || this.#worker !== worker) return
    this.#worker = undefined
    for (const id of [...this.#jobs.keys()]) this.#settle(id, undefined)
    clearTimeout(this.#idle)
  }
}
