import { type ChildProcess, fork } from 'node:child_process'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { LiveBatch } from '../dashboards/console/live/tap.ts'
import type { Limiter } from '../sidecar/limits/limiter.ts'
import type { ParentMessage, Question, WorkerMessage } from './worker-messages.ts'

/** Far above what an answer takes: a worker that is silent this long hangs. */
const answerMs = 5000

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** One worker, as its parent sees it. */
export class WorkerProcess {
  readonly #child: ChildProcess
  readonly #limiter: Limiter
  readonly #live: (batch: LiveBatch) => void
  readonly exited: Promise<number | null>
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 1
  #starting: { resolve(address: AddressInfo): void; reject(error: Error): void } | undefined

  constructor(worker: number, limiter: Limiter, live: (batch: LiveBatch) => void) {
    this.#limiter = limiter
    this.#live = live
    const file = join(import.meta.dirname, import.meta.filename.endsWith('.js') ? 'worker.js' : 'worker.ts')
    this.#child = fork(file, [String(worker)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    })
    this.exited = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.on('message', (message) => this.#receive(message as WorkerMessage))
    void this.exited.then(() => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the worker ended'))
      this.#waiting.clear()
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  start(message: Extract<ParentMessage, { kind: 'start' }>): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#starting = { resolve, reject }
      void this.exited.then(() => reject(new Error('a worker ended before it served')))
      this.#send(message)
    })
  }

  ask(question: Question, limitMs = answerMs): Promise<unknown> {
    const id = this.#nextId
    this.#nextId += 1
    return new Promise((resolve, reject) => {
      const over = (settle: () => void) => {
        clearTimeout(timer)
        this.#waiting.delete(id)
        settle()
      }
      const timer = setTimeout(() => over(() => reject(new Error('the worker does not answer'))), limitMs)
      this.#waiting.set(id, {
        resolve: (value) => over(() => resolve(value)),
        reject: (error) => over(() => reject(error)),
      })
      this.#send({ kind: 'ask', id, ...question }, (error) => this.#waiting.get(id)?.reject(error))
    })
  }

  /** A worker that does not end by itself is ended: its spool file is safe at any moment. */
  async stop(limitMs: number): Promise<void> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), limitMs)
    await this.ask({ what: 'stop' }, limitMs).catch(() => {})
    await this.exited
    clearTimeout(timer)
  }

  /** A worker that has just ended is no error of whoever sends to it: `exited` tells those who wait. */
  #send(message: ParentMessage, failed: (error: Error) => void = () => {}): void {
    this.#child.send(message, (error) => {
      if (error !== null) failed(error)
    })
  }

  #receive(message: WorkerMessage): void {
    switch (message.kind) {
      case 'ready':
        this.#starting?.resolve(message.address)
        break
      case 'failed':
        this.#starting?.reject(Object.assign(new Error(message.error.message), message.error))
        break
      case 'admit': {
        this.#send({ kind: 'admitted', id: message.id, ...this.#limiter.admit(message.key, Date.now()) })
        break
      }
      case 'spend':
        this.#limiter.spend(message.key, message, Date.now())
        break
      case 'live':
        this.#live(message.batch)
        break
      case 'reply':
        this.#settle(message)
    }
  }

  #settle({ id, value, error }: Extract<WorkerMessage, { kind: 'reply' }>): void {
    const waiting = this.#waiting.get(id)
    if (error === undefined) waiting?.resolve(value)
    else waiting?.reject(new Error(error))
  }
}
