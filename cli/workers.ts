import type { AddressInfo } from 'node:net'
import type { LiveRow } from '../dashboards/console/live/row.ts'
import type { LiveBatch } from '../dashboards/console/live/tap.ts'
import type { Explanation } from '../sidecar/explain/explanation.ts'
import type { MetricsSnapshot } from '../sidecar/observe/metrics.ts'
import type { KnownRoutes } from '../sidecar/routing/policy/keeper.ts'
import type { Group, GroupOptions } from './group.ts'
import type { Question } from './worker-messages.ts'
import { WorkerProcess } from './worker-process.ts'

interface Status {
  readonly inFlight: number
  readonly notReady: string | undefined
}

const restartMs = 1000
const statusMs = 1000
/** Beside the time for running requests: records are written, then the process ends. */
const endMs = 5000

/** Several processes on one port, each with its own event loop; the kernel shares connections among them. */
export async function startWorkers(options: GroupOptions): Promise<Group> {
  const { log } = options
  let { config, policies = [] } = options
  let isStopping = false
  let notReady: string | undefined
  const { limiter } = options
  const workers = new Map<number, WorkerProcess>()
  /** Set while somebody looks at the console. */
  let tellLive: ((batch: LiveBatch) => void) | undefined
  const start = async (worker: number): Promise<AddressInfo> => {
    const started = new WorkerProcess(worker, limiter, (batch) => tellLive?.(batch))
    workers.set(worker, started)
    let hasServed = false
    void started.exited.then((code) => {
      workers.delete(worker)
      if (isStopping || !hasServed) return
      log.error('a worker ended; starting another', { worker, code: code ?? 'signal' })
      restart(worker)
    })
    const { simulatedOrigin } = options
    const given = policies
    const address = await started.start({ kind: 'start', config, simulatedOrigin, worker, policies: given })
    hasServed = true
    if (tellLive !== undefined) started.ask({ what: 'live', isOn: true }).catch(() => {})
    // Others came into force while it started, and it could not be told.
    if (policies !== given) await started.ask({ what: 'policies', policies }).catch(() => {})
    log.info('worker started', { worker, pid: started.pid ?? 0 })
    return address
  }
  const restart = (worker: number) => {
    const again = () => {
      if (!isStopping) start(worker).catch(() => restart(worker))
    }
    setTimeout(again, restartMs).unref()
  }
  // The first one finds a bad address or configuration before the others are started.
  const address = await start(1)
  config = { ...config, listen: withPort(config.listen, address.port) }
  await Promise.all(Array.from({ length: config.workers - 1 }, (_, index) => start(index + 2)))
  /** The answers of those that can answer: one that has just died must not silence the others. */
  const askAll = async (question: Question): Promise<unknown[]> => {
    const answers = await Promise.allSettled([...workers.values()].map((worker) => worker.ask(question)))
    const given = answers.filter((answer) => answer.status === 'fulfilled').map(({ value }) => value)
    const [refused] = answers.filter((answer) => answer.status === 'rejected')
    if (given.length === 0) throw refused?.reason ?? new Error('no worker is running')
    return given
  }
  const statuses = () => askAll({ what: 'status' }) as Promise<Status[]>
  const poll = setInterval(() => {
    statuses().then(
      (states) => {
        notReady = states.find((state) => state.notReady !== undefined)?.notReady
      },
      () => {
        notReady = 'no worker answers'
      },
    )
  }, statusMs)
  return {
    address,
    live: {
      start(tell) {
        tellLive = tell
        askAll({ what: 'live', isOn: true }).catch(() => {})
      },
      stop() {
        tellLive = undefined
        askAll({ what: 'live', isOn: false }).catch(() => {})
      },
      latest: async (count) => {
        const rows = ((await askAll({ what: 'latest', count })) as LiveRow[][]).flat()
        return rows.toSorted((a, b) => a.ts - b.ts).slice(-count)
      },
    },
    metrics: async () => ((await askAll({ what: 'metrics' })) as MetricsSnapshot[]).flat(),
    async inFlight() {
      const states = await statuses().catch(() => [])
      return states.reduce((sum, state) => sum + state.inFlight, 0)
    },
    sources: {
      notReady: () => notReady,
      // They run the same configuration, so one speaks for all.
      policy: async () => (await askAll({ what: 'policy' }))[0],
      // Only the one that served it knows.
      purge: async (purge) => {
        const counts = (await askAll({ what: 'purge', purge })) as number[]
        return counts.reduce((sum, count) => sum + count, 0)
      },
      explain: async (requestId) => {
        const answers = await askAll({ what: 'explain', requestId })
        return answers.find((answer) => answer !== undefined) as Explanation | undefined
      },
    },
    async reload(next) {
      const pinned = { ...next, listen: config.listen }
      await askAll({ what: 'reload', config: pinned })
      config = pinned
    },
    async takeEntries(rows) {
      await askAll({ what: 'entries', rows })
    },
    routes: async () => (await askAll({ what: 'routes' }))[0] as KnownRoutes,
    async usePolicies(all) {
      policies = all
      await askAll({ what: 'policies', policies })
    },
    async stop() {
      isStopping = true
      clearInterval(poll)
      await Promise.all([...workers.values()].map((worker) => worker.stop(config.drain + endMs)))
    },
  }
}

function withPort(address: string, port: number): string {
  return `${address.slice(0, address.lastIndexOf(':'))}:${port}`
}
