import type { PolicyDocument } from '../../contract/policy.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { reverted, withCanary } from '../policy/canary.ts'
import { type CanaryProcesses, canaryMetrics, newCanaryProcesses, watchPair } from '../watch/canary.ts'
import { type CanaryVerdict, canaryVerdict } from '../watch/stages.ts'
import type { StageOutcome } from './journal.ts'
import { publish } from './publish.ts'
import { readCanaryPairs, readReference, type TimedPair } from './read-canary.ts'
import type { RouteJob } from './route-job.ts'
import { liveScorerOf } from './scorer-of.ts'
import { configuredWeights, driftsOf } from './standing-of.ts'
import { Overtaken, type PublishedVersion } from './store.ts'

export interface WatchResult {
  readonly route: string
  readonly exitCode: ExitCode
  readonly reason: string
}

/** The short pass: what became of a canary, and whether somebody has become worse. */
export async function watchRoute(job: RouteJob): Promise<WatchResult> {
  const { settings, shelf } = job
  const { route } = settings
  const document = await shelf.newest(route)
  const drifted = await driftedOf(job, document)
  if (document?.canary !== undefined) return watchCanary(job, document, drifted)
  const reason = document === undefined ? 'no policy yet' : `version ${document.version} holds for all`
  await heartbeat(job, { status: 'skipped', reason: [reason, drifted].filter(Boolean).join('; ') })
  return { route, exitCode: exitCodes.published, reason }
}

async function driftedOf(job: RouteJob, document: PolicyDocument | undefined): Promise<string> {
  const { store, settings, nowMs } = job
  const { route } = settings
  const merge = document?.merge ?? {}
  const { recent } = await driftsOf(store, {
    ...liveScorerOf(job),
    route,
    nowMs,
    merge,
    sinceRunMs: undefined,
  })
  return recent.length === 0 ? '' : `${recent.join(', ')} became worse: the next run cuts it`
}

const heartbeatMs = 3_600_000

const lastQuery = `
SELECT toFloat64(toUnixTimestamp64Milli(max(ts))) AS at_ms FROM {database:Identifier}.eval_runs
WHERE kind = 'watch' AND stage = 'canary' AND route = {route:String}`

/** Whoever looks every five minutes and sees nothing new says so once an hour: what happened is to be found among it. */
async function heartbeat(job: RouteJob, outcome: StageOutcome): Promise<void> {
  const { store, settings, journal, nowMs } = job
  const [last] = await store.rows<{ at_ms: number }>(lastQuery, { route: settings.route })
  if (nowMs - (last?.at_ms ?? 0) < heartbeatMs) return
  await journal.note('canary', settings.route, outcome)
}

async function watchCanary(job: RouteJob, document: PolicyDocument, drifted: string): Promise<WatchResult> {
  const { settings, shelf, store, journal, nowMs } = job
  const { route } = settings
  const canary = document.canary as NonNullable<PolicyDocument['canary']>
  const versions = await shelf.versions(route)
  const own = versions.filter((one) => one.document.canary?.salt === canary.salt)
  const startMs = Math.min(...own.map(({ atMs }) => atMs), nowMs)
  const sinceMs = own.find(({ document: one }) => one.version === document.version)?.atMs ?? startMs
  const control = versions.find((one) => one.document.version === canary.control.version)?.document
  const reference = await readReference(store, { route, fromMs: startMs, document, control })
  const pairs = await readCanaryPairs(store, { ...liveScorerOf(job), route, fromMs: startMs, toMs: nowMs })
  const watchAll = (some: readonly TimedPair[]) =>
    some.reduce((bets, pair) => watchPair(bets, pair, reference), newCanaryProcesses)
  const processes: CanaryProcesses = { ...watchAll(pairs.all), quality: watchAll(pairs.scored).quality }
  const scored = pairs.scored.filter(({ atMs }) => atMs >= sinceMs).length
  const verdict = canaryVerdict({ fraction: canary.fraction, sinceMs, pairs: scored, processes }, nowMs)
  const figures = Object.fromEntries(canaryMetrics.map((name) => [`e_${name}`, processes[name].peak]))
  const facts = { pairs: pairs.all.length, scored, fraction: canary.fraction, ...figures }
  try {
    return await acted(job, { document, control, versions, drifted, verdict, figures: facts })
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error
    await journal.note('canary', route, {
      status: 'failed',
      exitCode: exitCodes.failed,
      reason: error.message,
      figures: facts,
    })
    return { route, exitCode: exitCodes.failed, reason: error.message }
  }
}

interface Verdict {
  readonly document: PolicyDocument
  readonly control: PolicyDocument | undefined
  readonly versions: readonly PublishedVersion[]
  readonly drifted: string
  readonly verdict: CanaryVerdict
  readonly figures: Readonly<Record<string, number>>
}

async function acted(job: RouteJob, of: Verdict): Promise<WatchResult> {
  const { journal, settings } = job
  const { route } = settings
  const { verdict, figures } = of
  const end = async (
    exitCode: ExitCode,
    reason: string,
    more: { applied?: boolean; policy_version?: number } = {},
  ) => {
    const status = exitCode === exitCodes.notEnough ? ('held' as const) : ('ok' as const)
    const said = [reason, of.drifted].filter(Boolean).join('; ')
    const row = { status, exitCode, reason: said, figures, ...more }
    if (more.applied === true) await journal.note('canary', route, row)
    else await heartbeat(job, row)
    return { route, exitCode, reason }
  }
  switch (verdict.kind) {
    case 'watching':
      return end(exitCodes.published, `canary of ${percent(of.document)}: ${verdict.missing} to go`)
    case 'held':
      return end(exitCodes.notEnough, `canary of ${percent(of.document)} held: ${verdict.reason}`)
    case 'advance':
    case 'done': {
      const fraction = verdict.kind === 'done' ? 1 : verdict.fraction
      const reason =
        fraction === 1 ? 'the canary did as well as its control: for all' : `canary to ${100 * fraction} %`
      const version = await advanced(job, of, { fraction, reason })
      return end(exitCodes.published, reason, { applied: true, policy_version: version })
    }
    case 'revert': {
      const { metric, eValue } = verdict.crossing
      const reason = `taken back: ${metric} got worse (e-value ${eValue.toPrecision(3)})`
      const version = await takenBack(job, of, reason)
      return end(exitCodes.rolledBack, reason, { applied: true, policy_version: version })
    }
    default: {
      const unknown: never = verdict
      return unknown
    }
  }
}

const percent = ({ canary }: PolicyDocument) => `${100 * (canary?.fraction ?? 1)} %`

/** What rules those who are not in the canary, as a document. */
function controlOf(job: RouteJob, { document, control }: Verdict): PolicyDocument {
  if (control !== undefined) return control
  const { canary, evidence: _evidence, ...rest } = document
  const {
    version = 0,
    segments = {},
    default: usual = configuredWeights(job.candidates),
  } = canary?.control ?? {}
  return { ...rest, version, segments, default: usual }
}

async function advanced(
  job: RouteJob,
  of: Verdict,
  to: { readonly fraction: number; readonly reason: string },
): Promise<number> {
  const { document } = of
  const { nowMs } = job
  const next = withCanary(document, {
    fraction: to.fraction,
    control: controlOf(job, of),
    version: document.version + 1,
    nowMs,
  })
  const action = to.fraction === 1 ? 'publish' : 'canary'
  return put(job, of, { next, action, reason: to.reason, as: document.version })
}

async function takenBack(job: RouteJob, of: Verdict, reason: string): Promise<number> {
  const next = reverted(of.document, { control: controlOf(job, of), nowMs: job.nowMs })
  return put(job, of, { next, action: 'revert', reason, as: of.document.canary?.control.version ?? 0 })
}

async function put(
  job: RouteJob,
  { document, versions }: Verdict,
  of: {
    readonly next: ReturnType<typeof withCanary>
    readonly action: 'publish' | 'canary' | 'revert'
    readonly reason: string
    /** Version whose weights these are. */
    readonly as: number
  },
): Promise<number> {
  const { runId, nowMs } = job
  const weights = versions.find((one) => one.document.version === of.as)?.weights
  const signed = job.sign(of.next)
  await publish(job, signed, {
    ...{ parent: document, action: of.action, reason: of.reason },
    ...{ runId, nowMs, weights },
  })
  return signed.document.version
}
