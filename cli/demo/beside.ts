import type { Environment } from '../../contract/config/load.ts'
import type { Config } from '../../contract/config/schema.ts'
import type { Log } from '../../sidecar/observe/log.ts'
import { createCaller } from './caller.ts'
import { playHistory } from './history.ts'
import { liveAtOnce, trickle } from './live.ts'
import { rememberTold, toldUntil } from './memory.ts'
import { ownOffer } from './offer.ts'
import type { DemoOptions } from './options.ts'
import { tellDecisions } from './told.ts'

export interface BesideAsk {
  readonly config: Config
  readonly environment: Environment
  readonly options: DemoOptions
  /** Of the sidecar that runs. */
  readonly url: string
  readonly log: Log
  readonly signal: AbortSignal
}

/** The history in a sidecar of its own, and from now on the trickle through the one that runs. */
export async function runBeside(ask: BesideAsk): Promise<void> {
  const { options, url, signal, config } = ask
  const caller = createCaller(url, liveAtOnce)
  signal.addEventListener('abort', () => caller.close())
  const startMs = Date.now()
  const trickling =
    options.perMinute === 0
      ? Promise.resolve()
      : trickle({ caller, offer: ownOffer, signal, seed: `${options.seed}.${startMs}` }, options.perMinute)
  await history(ask, startMs)
  await trickling
  await rememberTold(config.stateDir, Date.now())
}

/** A gap so short is no gap. */
const gapMs = 120_000

async function history(ask: BesideAsk, nowMs: number): Promise<void> {
  const { options, config, log, signal } = ask
  const until = await toldUntil(config.stateDir)
  const spanMs = Math.min(options.historyMs, nowMs - until)
  if (spanMs < gapMs || options.requests === 0) return
  const hasStory = spanMs === options.historyMs
  let said = 0
  const told = await playHistory({
    ...{ environment: ask.environment, log, seed: options.seed, signal, hasStory, spanMs },
    startMs: nowMs - spanMs,
    perMinute: (options.requests * 60_000) / options.historyMs,
    onProgress(done, of) {
      const tenth = Math.floor((done * 4) / of)
      if (tenth > said && tenth < 4) log.info('demo: the history is on its way', { sent: done, of })
      said = Math.max(said, tenth)
    },
  })
  if (signal.aborted) return
  await rememberTold(config.stateDir, nowMs)
  log.info('demo: the history is written', {
    ...{ requests: told.requests, minutes: Math.round(spanMs / 60_000), took_ms: Math.round(told.tookMs) },
  })
  if (!hasStory) return
  try {
    await tellDecisions(config, told)
  } catch (error) {
    // Words of the warehouse's client quote statements.
    log.warn('demo: the policies and budgets of the history did not reach the warehouse', {
      reason: error instanceof Error ? error.name : 'unknown',
    })
  }
}
