import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../../contract/config/schema.ts'
import type { LedgerRecord } from '../../contract/record.ts'
import type { DialectName } from '../../sidecar/dialects/dialect.ts'
import type { Scenario } from '../../sidecar/providers/simulated/scenarios.ts'
import type { SimulatedServer } from '../../sidecar/providers/simulated/server.ts'
import type { Timeouts } from '../../sidecar/routing/route.ts'
import { ask, type Came } from './ask.ts'
import { callerSecret } from './copy.ts'
import { judge, type Verdict } from './judge.ts'
import { readCame } from './reading.ts'
import { openStage, type Stage, type StageOptions, wordCount } from './stage.ts'

/** One request into one trouble. */
export interface Shot {
  readonly route: string
  readonly scenario: Scenario
  readonly dialect: DialectName
  readonly streamed: boolean
}

export interface ShotResult extends Verdict, Shot {
  readonly status: number
  readonly tookMs: number
  readonly attempts: number
  /** Of the route, in their order. */
  readonly candidates: readonly string[]
}

/** Beyond the route's own limit: for a machine that has other things to do. */
const graceMs = 5000

export async function runShot(shot: Shot, options: StageOptions): Promise<ShotResult> {
  const skipped = (reason: string): ShotResult => ({
    ...shot,
    ending: 'skipped',
    reason,
    advice: undefined,
    ...{ status: 0, tookMs: 0, attempts: 0, candidates: [] },
  })
  const key = keyFor(options.config, shot.route)
  if (key === 'nobody') return skipped('no key may use this route')
  await using stage = await openStage(options)
  // One conversation for each request, so that weights send some to every candidate.
  const session = `${shot.scenario.name} ${shot.dialect} ${shot.streamed}`
  const headers = { 'x-sidelight-session': session, ...(key === undefined ? {} : { 'x-sidelight-key': key }) }
  const giveUpMs = stage.route.timeouts.totalMs + graceMs
  const send = () => ask({ ...shot, origin: stage.origin, headers, giveUpMs })
  // Who is drawn for this conversation, and whether the route works at all.
  const first = await send()
  const before = await recordAfter(stage, 0)
  const fault = readCame(first, shot.dialect)
  if (first.status !== 200 || fault.finish === undefined)
    return skipped(
      `not even without trouble: ${first.status} ${fault.errorCode ?? ''}`.trimEnd() + excludedText(before),
    )
  const asked = [...stage.servers].find(([, { meter }]) => meter.requests > 0)
  if (asked === undefined || before === undefined) return skipped('no provider was asked')
  trouble(stage, { shot, name: asked[0], server: asked[1] })
  const calls = callsOf(stage)
  const came = await send()
  const record = await recordAfter(stage, 1)
  const assigned = record?.request.candidate_assigned
  if (assigned !== undefined && assigned !== before.request.candidate_assigned && assigned !== '')
    return skipped(`the conversation moved on to ${assigned}`)
  return finished(shot, {
    stage,
    came,
    record,
    assigned: before.request.candidate_assigned,
    calls: callsOf(stage) - calls,
  })
}

interface Finished {
  readonly stage: Stage
  readonly came: Came
  readonly record: LedgerRecord | undefined
  readonly assigned: string
  /** Requests that arrived at providers. */
  readonly calls: number
}

function finished(shot: Shot, { stage, came, record, assigned, calls }: Finished): ShotResult {
  const reading = readCame(came, shot.dialect)
  const verdict = judge({
    shot,
    route: stage.route,
    assigned,
    came,
    reading,
    record,
    records: stage.records.length - 1,
    calls,
    words: wordCount,
  })
  return {
    ...shot,
    ...verdict,
    status: came.status,
    tookMs: came.tookMs,
    attempts: record?.attempts.length ?? 0,
    candidates: stage.route.candidates.map(({ id }) => id),
  }
}

const excludedMax = 8

/** Why each candidate may not serve. */
function excludedText(record: LedgerRecord | undefined): string {
  const reasons = Object.entries(record?.request.excluded ?? {}).map(([id, reason]) => `${id}: ${reason}`)
  if (reasons.length === 0) return ''
  const more = reasons.length > excludedMax ? ` and ${reasons.length - excludedMax} more` : ''
  return ` (${reasons.slice(0, excludedMax).join(', ')}${more})`
}

function callsOf({ servers }: Stage): number {
  return [...servers.values()].reduce((sum, { meter }) => sum + meter.requests, 0)
}

/** The secret of a key that may use the route; undefined where none is needed. */
function keyFor({ keys }: Config, route: string): string | 'nobody' | undefined {
  if (keys.length === 0) return undefined
  const key = keys.find(({ routes }) => routes === undefined || routes.includes(route))
  return key === undefined ? 'nobody' : callerSecret(key.name)
}

const recordWaitMs = 2000

async function recordAfter({ records }: Stage, count: number): Promise<LedgerRecord | undefined> {
  const endsAt = performance.now() + recordWaitMs
  while (records.length <= count && performance.now() < endsAt) await sleep(5)
  return records[count]
}

interface Armed {
  readonly shot: Shot
  readonly name: string
  readonly server: SimulatedServer
}

/** Nobody listens on port 1, and no name under .invalid is ever given to anybody. */
const addresses = { refused: 'http://127.0.0.1:1', unknown_host: 'http://drill.invalid' }

/** Puts the fault where the next request of the conversation goes, and nowhere else. */
function trouble(stage: Stage, { shot, name, server }: Armed): void {
  const { scenario, streamed } = shot
  const kind = scenario.trouble.kind
  if (kind === 'refused' || kind === 'unknown_host') {
    stage.move(name, addresses[kind])
    return
  }
  const [model = ''] = Object.keys(server.meter.byModel)
  const text =
    scenario.trouble.kind === 'settings'
      ? scenario.trouble.settings
      : `first=${slowMs(stage.route.timeouts, streamed)}ms`
  if (scenario.ends === 'error') for (const each of stage.servers.values()) each.simulate(text)
  else server.simulate(text, model)
}

/** Later than the route waits for it; where it waits for ever, late all the same. */
function slowMs({ firstTokenMs, attemptMs, totalMs }: Timeouts, streamed: boolean): number {
  const limitMs = streamed ? firstTokenMs : attemptMs
  return Math.round(
    Number.isFinite(limitMs) ? Math.min(limitMs + 400, totalMs * 0.8) : Math.min(700, totalMs / 2),
  )
}
