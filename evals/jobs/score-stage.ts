import { exitCodes } from '../exit-codes.ts'
import { scoreGolden } from './golden.ts'
import type { RouteJob } from './route-job.ts'
import { type Sample, textsOf } from './sample.ts'
import { scoreFeedback } from './score-feedback.ts'
import { newTally, type ScoringTally, scoreLive } from './score-live.ts'
import { moneyText } from './score-rows.ts'
import { shadowReplay } from './shadow.ts'
import type { TimeWindow } from './window.ts'

/** Golden items, a sample of live requests or what users said of them, and replays; what is short holds the run. */
export async function scoredStage(
  job: RouteJob,
  of: {
    readonly window: TimeWindow
    readonly sample: Sample
    readonly isSound: boolean
    readonly notes: string[]
  },
) {
  const { window, sample, isSound, notes } = of
  const tally = isSound && !job.isDry ? await scoredBy(job, window, sample, notes) : newTally()
  const isShort = tally.failed > 0 || tally.skipped > 0
  const exitCode = isShort || tally.problem !== undefined ? exitCodes.scorer : exitCodes.published
  const { asked, scored: done, failed, skipped } = tally
  return {
    value: tally,
    outcome: {
      status: exitCode === exitCodes.published ? ('ok' as const) : ('held' as const),
      exitCode,
      asked,
      scored: done,
      failed,
      skipped,
      spend_usd: moneyText(tally.spentUsd),
      reason: [tally.problem, ...notes].filter(Boolean).join('; '),
      // Where the next run begins: not behind what could not be scored.
      figures: { from_s: window.fromMs / 1000, ...(isSound && !isShort ? { to_s: window.toMs / 1000 } : {}) },
    },
  }
}

async function scoredBy(
  job: RouteJob,
  window: TimeWindow,
  sample: Sample,
  notes: string[],
): Promise<ScoringTally> {
  const { store, settings, runId, nowMs, scorer } = job
  const { route } = settings
  const tally = await scoreGolden(job, notes)
  const add = (more: ScoringTally) => {
    for (const name of ['asked', 'scored', 'failed', 'skipped', 'spentUsd'] as const)
      tally[name] += more[name]
    tally.problem ??= more.problem
  }
  if (typeof scorer === 'object')
    add(await scoreFeedback(store, { route, name: scorer.feedback, runId, nowMs, window }))
  else add(await scoredLive(job, sample, notes))
  add(await shadowReplay(job, window, notes))
  return tally
}

async function scoredLive(job: RouteJob, sample: Sample, notes: string[]): Promise<ScoringTally> {
  const { store, settings, runId, nowMs, scorer, onProgress } = job
  const { route } = settings
  const texts = await textsOf(store, sample.rows)
  const hasText = texts.size > 0
  if (scorer === 'judge' && !hasText && sample.rows.length > 0)
    notes.push('no text is stored (`content.store: masked`), so nothing was judged and nothing replayed')
  const judge = scorer === 'judge' && hasText ? job.judge : undefined
  const onScored = (done: number, of: number) => onProgress?.(`${route}: ${done} of ${of} scored`)
  // Where some texts are not kept, the others are judged; who is judged does not depend on who answered.
  const rows =
    judge === undefined ? sample.rows : sample.rows.filter(({ request_id }) => texts.has(request_id))
  return scoreLive({ store, route, runId, nowMs, rows, texts, judge, onScored })
}
