import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment, LoadedConfig } from '../../contract/config/load.ts'
import { makePolicy } from '../../contract/policy/make.ts'
import type { ReadPolicy } from '../../contract/policy/read.ts'
import { createWriter } from '../../ingest/writer.ts'
import { createSidecar, type Sidecar } from '../../sidecar/main.ts'
import type { Log } from '../../sidecar/observe/log.ts'
import { type SimulatedServer, startSimulatedServer } from '../../sidecar/providers/simulated/server.ts'
import { usualHealthTimes } from '../../sidecar/routing/health/target-health.ts'
import { type Caller, createCaller } from './caller.ts'
import { ownOffer } from './offer.ts'
import { type Errand, planErrands } from './plan.ts'
import { type Cue, play } from './play.ts'
import { behave, demoConfig, haveManners } from './settings.ts'
import { visit } from './visit.ts'
import { policyChanges, spells } from './weather.ts'

export interface HistoryAsk {
  readonly environment: Environment
  readonly log: Log
  readonly seed: string
  readonly startMs: number
  readonly spanMs: number
  readonly perMinute: number
  /** Incidents and policies; not where a history goes on that was told before. */
  readonly hasStory: boolean
  readonly signal: AbortSignal
  onProgress(done: number, of: number): void
}

export interface History {
  readonly requests: number
  readonly tookMs: number
  /** What came into force in it, and when. */
  readonly policies: readonly { readonly policy: ReadPolicy; readonly ms: number; readonly reason: string }[]
}

/** Read by the sidecar of the history alone; every sidecar takes it for one of its own headers and sends it nowhere. */
const arrivalHeader = 'x-sidelight-demo-arrival'
const atOnceMax = 400
/** As fast as a small machine can, but answers take their seconds whatever the speed. */
const msPerRequest = 2.5
const playMsLeast = 1500
const playMsMost = 60_000

/**
 * Sends the history through a sidecar of its own whose requests arrive when the plan says. Whatever takes time takes
 * it for real; what a provider's health remembers is shortened as much as the plan is.
 */
export async function playHistory(ask: HistoryAsk): Promise<History> {
  const errands = planErrands(ask)
  const playMs = Math.min(playMsMost, Math.max(playMsLeast, errands.length * msPerRequest))
  const speed = Math.max(1, ask.spanMs / playMs)
  await using provider = await startSimulatedServer()
  haveManners(provider)
  const loaded = demoConfig(provider.origin, ask.environment)
  const past = await openPast(loaded, { ...ask, speed, simulatedOrigin: provider.origin })
  const sender = createCaller(past.origin, atOnceMax)
  let sent = 0
  const caller: Caller = {
    ...sender,
    send(letter, headers) {
      sent += 1
      return sender.send(letter, headers)
    },
  }
  const untilArrived = () => waitFor(() => past.arrived() >= sent)
  const leave = () => caller.close()
  ask.signal.addEventListener('abort', leave)
  const startedAt = performance.now()
  const policies: History['policies'][number][] = []
  try {
    const turns = ask.hasStory
      ? [
          ...weather(ask, { provider, untilArrived }),
          ...changes(ask, { sidecar: past.sidecar, untilArrived, made: policies }),
        ]
      : []
    const headersAt = (atMs: number) => ({ [arrivalHeader]: String(Math.round(ask.startMs + atMs)) })
    const cue = (errand: Errand): Cue => ({
      atMs: errand.atMs,
      act: async () => void (await visit(errand, { caller, modelFor: ownOffer.modelFor, headersAt })),
    })
    const cues = [...turns, ...errands.map(cue)].sort((a, b) => a.atMs - b.atMs)
    const onDone = (done: number) => ask.onProgress(done, cues.length)
    await play(cues, { speed, atOnce: atOnceMax, signal: ask.signal, onDone })
  } finally {
    ask.signal.removeEventListener('abort', leave)
    caller.close()
    await past.close()
  }
  return { requests: errands.length, tookMs: performance.now() - startedAt, policies }
}

async function openPast(
  { config, environment }: LoadedConfig & { readonly environment: Environment },
  ask: HistoryAsk & { readonly speed: number; readonly simulatedOrigin: string },
) {
  const { log, startMs, speed, simulatedOrigin } = ask
  const writer = await createWriter({
    directory: `${config.stateDir}/spool`,
    boot: `${Date.now()}-demo`,
    flushMs: config.spool.flush,
    queueRowsMax: config.spool.queueRows,
    bytesMax: config.spool.bytes,
    warn: log.warn,
  })
  let arrived = 0
  const sidecar = createSidecar({
    config: { ...config, listen: '127.0.0.1:0', drain: 5000 },
    environment,
    sink: writer,
    log,
    tracing: undefined,
    simulatedOrigin,
    worker: 0,
    bootMs: startMs,
    arrivalMs(request) {
      arrived += 1
      return arrivalMs(request)
    },
    // Faults that the plan wants are no news.
    health: { log: undefined, times: shortened(speed) },
  })
  const { port }: AddressInfo = await sidecar.listen()
  return {
    origin: `http://127.0.0.1:${port}`,
    sidecar,
    arrived: () => arrived,
    async close() {
      await sidecar.stop()
      await writer.close()
    },
  }
}

function arrivalMs({ headers }: IncomingMessage): number {
  const said = Number(headers[arrivalHeader])
  return Number.isSafeInteger(said) && said > 0 ? said : Date.now()
}

/** Whoever left on the way never arrives: not for ever. */
async function waitFor(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !holds(); tries += 1) await sleep(5)
  // A body may take a moment after its head.
  await sleep(20)
}

function shortened(speed: number) {
  const times = Object.entries({ ...usualHealthTimes, coolingMsMax: 30_000 })
  return Object.fromEntries(times.map(([name, ms]) => [name, Math.max(5, ms / speed)]))
}

interface Skies {
  readonly provider: SimulatedServer
  readonly untilArrived: () => Promise<void>
}

function weather({ spanMs }: HistoryAsk, { provider, untilArrived }: Skies): Cue[] {
  return spells.flatMap(({ from, until, models, settings }) => {
    const change = (share: number, besides: string): Cue => ({
      atMs: share * spanMs,
      holds: true,
      act: async () => {
        await untilArrived()
        for (const model of models) behave(provider, model, besides)
      },
    })
    return [change(from, settings), change(until, '')]
  })
}

interface Changing {
  readonly sidecar: Sidecar
  readonly untilArrived: () => Promise<void>
  readonly made: History['policies'][number][]
}

function changes({ spanMs, startMs }: HistoryAsk, { sidecar, untilArrived, made }: Changing): Cue[] {
  return policyChanges.map(({ at, route, weights, reason }) => ({
    atMs: at * spanMs,
    holds: true,
    act: async () => {
      // What was asked before it must not be ruled by it.
      await untilArrived()
      const ms = Math.round(startMs + at * spanMs)
      const policy = makePolicy({
        ...{ route, version: 1, parent: 0, created_at: new Date(ms).toISOString(), salt_id: 's1' },
        ...{ segment_by: ['feature', 'prompt'], merge: {}, segments: {}, default: weights },
      })
      made.push({ policy, ms, reason })
      sidecar.usePolicies(
        made.map((one) => ({ text: one.policy.text, origin: 'warehouse' as const, sinceMs: one.ms })),
      )
    },
  }))
}
