import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Environment, loadConfig } from '../contract/config/load.ts'
import type { Config } from '../contract/config/schema.ts'
import type { CandidateRoutes } from '../ingest/candidates-load.ts'
import type { Log } from '../sidecar/observe/log.ts'
import { type Child, type ChildCommand, superviseChild } from './children.ts'
import { listenAndShip } from './listen.ts'
import { logFor } from './log-for.ts'
import { lookAfterQuarantine } from './quarantine.ts'
import { createShipperOf, drainMs, prepareEmbedded, shipUntil, spoolOf } from './shipping.ts'
import { untilSignal } from './signals.ts'

/** Ships the spool of the state directory: until a signal, or with --once until nothing is left; and what was refused. */
export async function runIngest(args: readonly string[], environment: Environment): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      once: { type: 'boolean' },
      listen: { type: 'string' },
      quarantine: { type: 'string' },
    },
    strict: true,
  })
  const { config } = loadConfig({ file: values.config, environment })
  const log = logFor(config)
  if (values.quarantine !== undefined) return lookAfterQuarantine(values.quarantine, spoolOf(config))
  if (values.once === true) return shipOnce(config, log)
  if (values.listen === undefined) return shipAlways(config, log)
  return listenAndShip(config, log, {
    listen: values.listen,
    token: environment['SIDELIGHT_INGEST_TOKEN'] ?? '',
  })
}

async function shipAlways(config: Config, log: Log): Promise<number> {
  const shipper = await createShipperOf(config, log)
  const ending = new AbortController()
  void untilSignal(log).then(() => ending.abort())
  process.stdout.write(`sidelight: shipping ${spoolOf(config)}\n`)
  await shipUntil(ending.signal, shipper)
  return 0
}

const onceTries = 5
const onceWaitMs = 10_000

async function shipOnce(config: Config, log: Log): Promise<number> {
  const shipper = await createShipperOf(config, log)
  try {
    await prepareEmbedded(config, { log, signal: AbortSignal.timeout(onceWaitMs) })
    const isDone = await shipper.drain(onceTries)
    const { shipped, quarantined } = shipper.figures()
    process.stdout.write(`${JSON.stringify({ done: isDone, shipped, quarantined })}\n`)
    return isDone ? 0 : 1
  } finally {
    await shipper.stop()
  }
}

/** The shipper as a process beside the sidecar: what it does to reach the warehouse takes no time from requests. */
export function startIngestChild(config: Config, log: Log): Child {
  return superviseChild({
    name: 'ingest',
    command: ingestCommand(config),
    log,
    ready: /^ingest (ready)$/,
    stopMs: drainMs + killAfterMs,
  })
}

const killAfterMs = 5000

function ingestCommand(config: Config): ChildCommand {
  const isBuilt = import.meta.filename.endsWith('.js')
  const main = join(import.meta.dirname, isBuilt ? 'ingest-child.js' : 'ingest-child.ts')
  // It has no callers.
  const told = { ...config, routes: candidatesOf(config), keys: [] }
  return {
    program: process.execPath,
    args: ['--max-semi-space-size=4', main],
    // Its password may be in it, and arguments are shown to everybody on the machine.
    env: { SIDELIGHT_INGEST: JSON.stringify(told) },
    cwd: process.cwd(),
  }
}

/** Of routes it needs to know who the candidates are. A variable holds 128 kB: more routes than that are left out. */
function candidatesOf({ routes }: Config): CandidateRoutes {
  const named = Object.entries(routes).map(([name, { baseline, candidates }]) => {
    const ids = candidates.map(({ id, provider, model }) => ({ id, provider, model }))
    return [name, { baseline, candidates: ids }] as const
  })
  const told = Object.fromEntries(named)
  return Buffer.byteLength(JSON.stringify(told)) > routesBytesMax ? {} : told
}

const routesBytesMax = 65_536
