import type { PolicyDocument } from '../../contract/policy.ts'
import { exitCodes } from '../exit-codes.ts'
import { type IntegrityFacts, integrity } from '../integrity/integrity.ts'
import { concluded } from './conclude.ts'
import { readIntegrity } from './read-integrity.ts'
import type { RouteJob, RouteResult } from './route-job.ts'
import { type Sample, type SampledBy, sampleOf } from './sample.ts'
import { scoredStage } from './score-stage.ts'
import { scoresIn, type TimeWindow, windowOf } from './window.ts'

const hourMs = 3_600_000
const feedbackHours = 24

/** One run of the loop over one route. Throws where it could not be done: then nothing was published. */
export async function runRoute(job: RouteJob): Promise<RouteResult> {
  const { store, journal, settings, nowMs } = job
  const { route } = settings
  const parent = await journal.stage('load', route, () => loaded(job))
  const window = await windowOf(store, { route, sinceMs: job.sinceMs, nowMs, maturityMs: maturityOf(job) })
  const facts = await journal.stage('integrity', route, () => checked(job, window))
  const isSound = problemsOf(facts).length === 0
  const by = parent?.canary === undefined ? 'candidate' : 'side'
  const sample = await journal.stage('collect', route, () => collected(job, { window, isSound, by }))
  const notes: string[] = []
  const tally = await journal.stage('score', route, () =>
    scoredStage(job, { window, sample, isSound, notes }),
  )
  if (parent?.canary !== undefined) return waiting(job, parent, { facts, notes })
  return concluded(job, { parent, facts, tally, notes })
}

async function loaded(job: RouteJob) {
  const { shelf, settings, candidates } = job
  const parent = await shelf.newest(settings.route)
  const figures = { candidates: candidates.length, version: parent?.version ?? 0 }
  return { value: parent, outcome: { figures, reason: parent === undefined ? 'no policy yet' : '' } }
}

/** What is being tried is scored like everything else, and nothing else is tried beside it. */
async function waiting(
  { journal, settings }: RouteJob,
  { version, canary }: PolicyDocument,
  known: { readonly facts: IntegrityFacts; readonly notes: readonly string[] },
): Promise<RouteResult> {
  const { route } = settings
  const problems = problemsOf(known.facts)
  const isSound = problems.length === 0
  const waits = `version ${version} is a canary of ${100 * (canary?.fraction ?? 0)} %: nothing new before its end`
  const reason = isSound ? waits : problems.join('; ')
  const exitCode = isSound ? exitCodes.notEnough : exitCodes.integrity
  await journal.note('publish', route, { status: 'held', exitCode, reason })
  return { route, exitCode, reason, notes: known.notes }
}

/** Of no requests there is no log that could be wrong. */
function problemsOf(facts: IntegrityFacts): readonly string[] {
  return facts.rows === 0 ? [] : integrity(facts).problems
}

function maturityOf({ scorer }: RouteJob): number {
  if (scorer === 'judge') return hourMs
  return typeof scorer === 'object' ? feedbackHours * hourMs : 0
}

async function checked(job: RouteJob, window: TimeWindow) {
  const { route, baseline } = job.settings
  const facts = await readIntegrity(job.store, { route, baseline, seed: job.runId, window })
  const { problems, p } = facts.rows === 0 ? { problems: [], p: 1 } : integrity(facts)
  const { rows, withoutPropensity, recomputed, mismatches, inverseWeights } = facts
  const inverse_mean = inverseWeights.n === 0 ? 1 : inverseWeights.sum / inverseWeights.n
  return {
    value: facts,
    outcome: {
      status: problems.length === 0 ? ('ok' as const) : ('held' as const),
      exitCode: problems.length === 0 ? exitCodes.published : exitCodes.integrity,
      asked: recomputed,
      scored: recomputed - mismatches,
      failed: mismatches,
      reason: problems.join('; '),
      figures: { rows, without_propensity: withoutPropensity, p, inverse_mean },
    },
  }
}

/** A log that is not what it says is not worth the scoring. */
async function collected(
  job: RouteJob,
  of: { readonly window: TimeWindow; readonly isSound: boolean; readonly by: SampledBy },
) {
  const { window, isSound, by } = of
  const { settings, scorer } = job
  const { route, scores } = settings
  const budget = isSound && typeof scorer !== 'object' ? scoresIn(window, scores) : 0
  const sample: Sample =
    budget === 0
      ? { available: 0, rows: [] }
      : await sampleOf(job.store, { route, window, budget, seed: job.seed, by })
  return {
    value: sample,
    outcome: {
      asked: sample.rows.length,
      figures: {
        available: sample.available,
        budget,
        from_s: window.fromMs / 1000,
        to_s: window.toMs / 1000,
      },
    },
  }
}
