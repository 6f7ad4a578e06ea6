import type { PolicyDocument } from '../../contract/policy.ts'
import { budgetCheck } from '../budget.ts'
import type { Decision } from '../decision.ts'
import { exitCodes } from '../exit-codes.ts'
import type { IntegrityFacts } from '../integrity/integrity.ts'
import { decide } from '../loop.ts'
import { at, sumOf } from '../optimiser/matrix.ts'
import type { LoopSettings } from '../settings.ts'
import { evidenceOf } from './evidence-of.ts'
import { contradicted, heldBackOf, heldOut } from './held-out-items.ts'
import { type JudgeStanding, judgeStanding } from './judge-standing.ts'
import { publish, staged } from './publish.ts'
import { type LiveScores, readLiveScores, readPairedScores } from './read-scores.ts'
import { readTraffic, type Traffic } from './read-traffic.ts'
import type { RouteJob, RouteResult } from './route-job.ts'
import type { ScoringTally } from './score-live.ts'
import { liveScorerOf } from './scorer-of.ts'
import { configuredWeights, countFigure, type Drifts, driftsOf, qualityFigure } from './standing-of.ts'
import { Overtaken } from './store.ts'

const defaultSalt = 's1'

/** Whether a week of scores can tell the floor from no loss at all; if not, what would do. */
function budgetNote(
  { maxLoss, scores }: LoopSettings,
  { estimates, weights }: Decision,
  requests: number,
): string[] {
  if (estimates === undefined || weights === undefined) return []
  const { isEnough, scoresNeeded, lossNeeded } = budgetCheck(estimates, {
    requests,
    scores,
    maxLoss,
    weights,
  })
  if (isEnough) return []
  const enough = scoresNeeded === undefined ? '' : `${scoresNeeded} scores a day would do, or `
  return [
    `${scores} scores a day leave a floor of ${(100 * maxLoss).toFixed(1)} % hard to see: ${enough}a floor of ${(100 * lossNeeded).toFixed(1)} %`,
  ]
}

/** What the stages before have found. */
export interface Known {
  readonly parent: PolicyDocument | undefined
  readonly facts: IntegrityFacts
  readonly tally: ScoringTally
  readonly notes: string[]
}

/** From what is known to what is published, or to why nothing is. */
export async function concluded(job: RouteJob, known: Known): Promise<RouteResult> {
  const { journal, settings, store, nowMs } = job
  const { route } = settings
  const standing = await judgeStanding(job)
  const live = liveScorerOf(job)
  const { lastAt, recent } = await driftsOf(store, {
    ...live,
    route,
    nowMs,
    merge: known.parent?.merge ?? {},
    sinceRunMs: undefined,
  })
  const decision = await journal.stage('estimate', route, async () => {
    const traffic = await readTraffic(store, { route, nowMs, priceOf: job.priceOf })
    const scores = await readLiveScores(store, { ...live, route, nowMs, drifts: lastAt })
    const decided = await decidedOn(job, { known, traffic, scores, drifts: { lastAt, recent }, standing })
    const perDay = [...traffic.perDay.values()].reduce((sum, requests) => sum + requests, 0)
    known.notes.push(...budgetNote(settings, decided, perDay))
    return {
      value: decided,
      outcome: {
        figures: figuresOf(decided, traffic),
        reason: recent.map((id) => `${id} has become worse`).join('; '),
      },
    }
  })
  for (const stage of decision.stages)
    if (stage.stage === 'optimise' || stage.stage === 'validate')
      await journal.note(stage.stage, route, { ...stage, figures: stage.figures })
  return published(job, known, decision)
}

async function decidedOn(
  job: RouteJob,
  of: {
    readonly known: Known
    readonly traffic: Traffic
    readonly scores: LiveScores
    readonly drifts: Drifts
    readonly standing: JudgeStanding
  },
): Promise<Decision> {
  const { settings, store, nowMs, shelf } = job
  const { known, traffic, scores, drifts, standing } = of
  const { route, baseline } = settings
  const paired = await readPairedScores(store, {
    route,
    nowMs,
    baseline,
    drifts: drifts.lastAt,
    judge: standing.mayMove ? (job.judge?.version ?? '') : '',
    traffic: traffic.perDay,
    rectifiers: standing.rectifiers,
  })
  const hasEvidence = scores.cells.size > 0 || paired.pairs > 0
  const heldBack = heldBackOf(scores, paired.prompts)
  if (!hasEvidence && job.scorer === undefined && job.golden.length === 0)
    known.notes.push('nothing measures quality: name a scorer (`quality.scorer`), a judge or a golden set')
  const decided = decide({
    settings,
    evidence: evidenceOf(traffic, scores, paired, paired.rectifiers),
    standing: {
      policy: known.parent,
      configured: configuredWeights(job.candidates),
      saltId: known.parent?.salt_id ?? defaultSalt,
      drifted: drifts.recent,
      reverts: (await shelf.versions(route))
        .filter(({ action }) => action === 'revert')
        .map(({ atMs }) => atMs),
    },
    // Of no requests there is no log that could be wrong.
    integrity: known.facts.rows === 0 ? undefined : known.facts,
    scorerProblem: scorerProblemOf(job, known, standing.problem),
    heldBack,
    runId: job.runId,
    nowMs,
  })
  return heldBack === undefined ? checkedOnItems(decided, heldOut(paired.prompts), job) : decided
}

/** Where the held-out items of a golden set are all there is to check by. */
function checkedOnItems(
  decided: Decision,
  items: ReturnType<typeof heldOut>,
  { settings, candidates }: RouteJob,
): Decision {
  const { policy } = decided
  if (policy === undefined) return decided
  const before = configuredWeights(candidates)
  const grows = (id: string) =>
    Object.values(policy.document.segments).some((weights) => (weights[id] ?? 0) > (before[id] ?? 0))
  const worse = settings.candidates.find((id) => grows(id) && contradicted(items.get(id), settings.maxLoss))
  if (worse === undefined) return decided
  const { policy: _policy, ...rest } = decided
  return {
    ...rest,
    exitCode: exitCodes.notEnough,
    reason: `${worse} does worse on the golden items it was not tuned by`,
  }
}

function scorerProblemOf(
  job: RouteJob,
  { tally }: Known,
  judgeProblem: string | undefined,
): string | undefined {
  const { asked, scored: done, failed, skipped } = tally
  if (tally.problem !== undefined) return tally.problem
  if (failed + skipped > 0) return `${done} of ${asked} were scored`
  return job.scorer === 'judge' ? judgeProblem : undefined
}

function figuresOf(decision: Decision, traffic: Traffic): Record<string, number> {
  const { estimates } = decision
  const figures: Record<string, number> = { requests: traffic.requests }
  if (estimates === undefined) return figures
  for (const [a, candidate] of estimates.candidates.entries()) {
    figures[countFigure(candidate)] = estimates.count.reduce((sum, row) => sum + (row[a] ?? 0), 0)
    for (const [s, segment] of estimates.segments.entries())
      figures[qualityFigure(candidate, segment)] = at(estimates.quality, s, a)
  }
  return figures
}

async function published(job: RouteJob, known: Known, decision: Decision): Promise<RouteResult> {
  const { journal, settings, runId, nowMs, isDry } = job
  const { route, baseline } = settings
  const { policy, exitCode } = decision
  const reason = [decision.reason, ...decision.alarms.map((alarm) => `alarm: ${alarm}`)].join('; ')
  const result = { route, exitCode, reason, notes: known.notes, decision }
  if (policy === undefined || isDry) {
    const status = exitCode === exitCodes.published || exitCode === exitCodes.noChange ? 'ok' : 'held'
    await journal.note('publish', route, { status, exitCode, reason })
    return result
  }
  const next = staged(policy, {
    parent: known.parent,
    configured: configuredWeights(job.candidates),
    baseline,
    nowMs,
  })
  const signed = job.sign(next.policy)
  try {
    const weights = overTraffic(decision)
    await publish(job, signed, { parent: known.parent, action: next.action, reason, runId, nowMs, weights })
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error
    await journal.note('publish', route, {
      status: 'failed',
      exitCode: exitCodes.failed,
      reason: error.message,
    })
    return { ...result, exitCode: exitCodes.failed, reason: error.message }
  }
  const { version } = signed.document
  await journal.note('publish', route, { reason, applied: true, policy_version: version, exitCode })
  return { ...result, decision: { ...decision, policy: signed } }
}

/** What share of all requests each candidate gets: what a picture of the weights shows. */
function overTraffic({ estimates, weights }: Decision): Record<string, number> | undefined {
  if (estimates === undefined || weights === undefined) return undefined
  const share = (a: number) => sumOf(estimates.share, (part, s) => part * at(weights, s, a))
  return Object.fromEntries(estimates.candidates.map((id, a) => [id, Math.round(1e6 * share(a)) / 1e6]))
}
