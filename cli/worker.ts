import type { Config } from '../contract/config/schema.ts'
import { liveRow } from '../dashboards/console/live/row.ts'
import { outliveReaders } from './broken-pipes.ts'
import { policyOf, routesOf, startOne } from './group.ts'
import { withJobToken } from './job-token.ts'
import { logFor } from './log-for.ts'
import { ParentLimits } from './parent-limits.ts'
import type { ParentMessage, StartError, WorkerMessage } from './worker-messages.ts'

outliveReaders()

/** One of several proxy processes; its parent tells it what to do and speaks for it on the admin port. */
type Started = Awaited<ReturnType<typeof startOne>>
let started: Started | undefined
const limiter = new ParentLimits(send)

// The terminal sends Ctrl-C to every process of the group; only the parent decides what it means.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
// A parent that died can't tell anyone anything any more.
process.on('disconnect', () => void started?.stop().then(() => process.exit(1)))
process.on('message', (message) => void receive(message as ParentMessage))

async function receive(message: ParentMessage): Promise<void> {
  if (message.kind === 'admitted') return limiter.admitted(message)
  if (message.kind === 'start') return begin(message)
  try {
    const value = await answer(message)
    send({ kind: 'reply', id: message.id, value })
  } catch (error) {
    send({
      kind: 'reply',
      id: message.id,
      value: undefined,
      error: error instanceof Error ? error.message : 'failed',
    })
  }
  if (message.what === 'stop') process.disconnect()
}

async function begin(message: Extract<ParentMessage, { kind: 'start' }>): Promise<void> {
  const log = logFor(message.config)
  try {
    started = await startOne({
      ...message,
      environment: await withJobToken(message.config, process.env),
      log,
      limiter,
    })
    send({ kind: 'ready', address: await started.sidecar.listen() })
  } catch (error) {
    // The parent knows how to explain it, and to whom.
    process.send?.({ kind: 'failed', error: startError(error) }, () => process.exit(1))
  }
}

function startError(error: unknown): StartError {
  const { message, code, address, port, path } = error as StartError
  return { message: error instanceof Error ? message : 'failed', code, address, port, path }
}

async function answer(message: Extract<ParentMessage, { kind: 'ask' }>): Promise<unknown> {
  if (started === undefined) throw new Error('not started')
  switch (message.what) {
    case 'metrics':
      return started.sidecar.metrics.snapshot()
    case 'policy':
      return policyOf(started.sidecar)
    case 'explain':
      return started.sidecar.explain(message.requestId)
    case 'live':
      if (message.isOn) started.tap.start((batch) => send({ kind: 'live', batch }))
      else started.tap.stop()
      return undefined
    case 'latest':
      return started.sidecar.latest(message.count).map(liveRow)
    case 'entries':
      return started.sidecar.takeEntries(message.rows)
    case 'purge':
      return started.sidecar.purge(message.purge)
    case 'routes':
      return routesOf(started.sidecar)
    case 'policies':
      return started.sidecar.usePolicies(message.policies)
    case 'status':
      return { inFlight: started.sidecar.plane.inFlight(), notReady: started.notReady() }
    case 'reload':
      started.sidecar.reload(message.config as Config)
      return undefined
    case 'stop': {
      const running = started
      started = undefined
      await running.stop()
      return undefined
    }
    default: {
      const unknown: never = message
      return unknown
    }
  }
}

function send(message: WorkerMessage): void {
  process.send?.(message)
}
