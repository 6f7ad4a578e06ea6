import { type ChildProcess, fork } from 'node:child_process'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Config } from '../contract/config/schema.ts'
import type { MetricsSnapshot } from '../sidecar/observe/metrics.ts'
import type { Group, GroupOptions } from './run.ts'

/** From a worker to its parent. */
export type WorkerMessage =
  | { readonly kind: 'ready'; readonly address: AddressInfo }
  | { readonly kind: 'reply'; readonly id: number; readonly value: unknown; readonly error?: string }

/** From the parent to a worker. */
export type ParentMessage =
  | {
      readonly kind: 'start'
      readonly config: Config
      readonly simulatedOrigin: string
      readonly worker: number
    }
  | { readonly kind: 'ask'; readonly id: number; readonly what: 'metrics' | 'policy' | 'status' | 'stop' }
  | { readonly kind: 'ask'; readonly id: number; readonly what: 'reload'; readonly config: Config }

type Question = { what: 'metrics' | 'policy' | 'status' | 'stop' } | { what: 'reload'; config: Config }

const answerMs = 5000
const restartMs = 1000

/** Several processes on one port, each with its own event loop; the kernel shares connections among them. */
export async function startWorkers(options: GroupOptions): Promise<Group> {
  const { log } = options
  let { config } = options
  let isStopping = false
  let status: { inFlight: number; notReady: string | undefined } = { inFlight: 0, notReady: undefined }
  const workers = new Map<number, Worker>()
  const start = async (worker: number): Promise<AddressInfo> => {
    const started = new Worker(worker)
    workers.set(worker, started)
    void started.exited.then((code) => {
      if (isStopping) return
      log.error('a worker ended; starting another', { worker, code: code ?? 'signal' })
      setTimeout(() => void start(worker).catch(() => {}), restartMs)
    })
    return started.start({ kind: 'start', config, simulatedOrigin: options.simulatedOrigin, worker })
  }
  // The first one finds a bad address or configuration before the others are started.
  const address = await start(1)
  const pinned = { ...config, listen: withPort(config.listen, address.port) }
  config = pinned
  await Promise.all(Array.from({ length: config.workers - 1 }, (_, index) => start(index + 2)))
  const all = <T>(question: Question): Promise<T[]> =>
    Promise.all([...workers.values()].map((worker) => worker.ask(question) as Promise<T>))
  const poll = setInterval(() => {
    void all<typeof status>({ what: 'status' }).then(
      (states) => {
        const reasons = states.map((state) => state.notReady).filter((reason) => reason !== undefined)
        status = { inFlight: states.reduce((sum, state) => sum + state.inFlight, 0), notReady: reasons[0] }
      },
      () => {},
    )
  }, 1000)
  return {
    address,
    metrics: async () => (await all<MetricsSnapshot>({ what: 'metrics' })).flat(),
    inFlight: () => status.inFlight,
    sources: {
      notReady: () => status.notReady,
      policy: () => ({ workers: workers.size }),
      explain: async () => undefined,
    },
    async reload(next) {
      await all({ what: 'reload', config: { ...next, listen: config.listen } })
      config = { ...next, listen: config.listen }
    },
    async stop() {
      isStopping = true
      clearInterval(poll)
      await Promise.all([...workers.values()].map((worker) => worker.stop(config.drain + answerMs)))
    },
  }
}

function withPort(address: string, port: number): string {
  return `${address.slice(0, address.lastIndexOf(':'))}:${port}`
}

class Worker {
  readonly #child: ChildProcess
  readonly exited: Promise<number | null>
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #nextId = 1
  #ready: ((address: AddressInfo) => void) | undefined

  constructor(worker: number) {
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

  start(message: ParentMessage): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#ready = resolve
      void this.exited.then(() => reject(new Error('a worker could not start; its message stands above')))
      this.#child.send(message)
    })
  }

  ask(question: Question): Promise<unknown> {
    const id = this.#nextId
    this.#nextId += 1
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#child.send({ kind: 'ask', id, ...question }, (error) => {
        if (error !== null) reject(error)
      })
    })
  }

  /** A worker that does not end by itself is ended: its spool file is safe at any moment. */
  async stop(limitMs: number): Promise<void> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), limitMs)
    await this.ask({ what: 'stop' }).catch(() => {})
    await this.exited
    clearTimeout(timer)
  }

  #receive(message: WorkerMessage): void {
    if (message.kind === 'ready') {
      this.#ready?.(message.address)
      return
    }
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.error === undefined) waiting?.resolve(message.value)
    else waiting?.reject(new Error(message.error))
  }
}
