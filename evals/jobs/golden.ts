import { hash } from 'node:crypto'
import type { ScoreRow } from '../../contract/tables/scores.ts'
import { checkItem, type GoldenAnswer, type GoldenJudge, isChecked } from '../golden/check.ts'
import type { GoldenItem } from '../golden/item.ts'
import { pairScore } from '../judge/judge.ts'
import { pairText } from '../judge/pair-text.ts'
import { askCandidate } from './ask-candidate.ts'
import { inParallel } from './parallel.ts'
import { at, dayMs } from './population.ts'
import type { RouteJob } from './route-job.ts'
import { newTally, type ScoringTally } from './score-live.ts'
import { type PairScored, pairScoreRow } from './score-rows.ts'
import { storedPrompt } from './stored-prompt.ts'

/** An answer of a week ago is asked for again: providers change models without a word. */
const freshDays = 7
const atOnce = 4

const knownQuery = `
SELECT DISTINCT toString(pair_id) AS pair, toString(candidate) AS candidate, toString(scorer_version) AS answered_by
FROM {database:Identifier}.scores FINAL
WHERE route = {route:String} AND origin IN ('golden', 'golden_holdout') AND score IS NOT NULL
  AND version >= {since:UInt64} AND ts >= ${at('since_day')}`

/** Items that are due, each answered by every candidate and checked; one row an item and candidate. */
export async function scoreGolden(job: RouteJob, notes: string[]): Promise<ScoringTally> {
  const { store, settings, golden, nowMs, onProgress } = job
  const tally = newTally()
  if (golden.length === 0) return tally
  const unjudged = golden.filter((item) => !isChecked(item) && job.judge === undefined).length
  if (unjudged > 0) notes.push(`${unjudged} golden items have no known answer, and there is no judge`)
  const since = nowMs - freshDays * dayMs
  const known = new Set(
    (
      await store.rows<{ pair: string; candidate: string; answered_by: string }>(knownQuery, {
        route: settings.route,
        since,
        since_day: since - dayMs,
      })
    ).map(({ pair, candidate, answered_by }) => `${pair} ${candidate} ${answered_by}`),
  )
  const usable = golden.filter((item) => isChecked(item) || job.judge !== undefined)
  const due = usable
    .filter((item) => settings.candidates.some((candidate) => !known.has(keyOf(job, item, candidate))))
    .sort((a, b) => (pairOf(a) < pairOf(b) ? -1 : 1))
  const pending: ScoreRow[] = []
  let done = 0
  await inParallel(due, atOnce, async (item) => {
    pending.push(...(await scoreItem(job, item, tally)))
    done += 1
    onProgress?.(`${settings.route}: ${done} of ${due.length} golden items`)
    if (pending.length >= 50) await store.insert('scores', pending.splice(0))
  })
  await store.insert('scores', pending)
  return tally
}

/** The item as it is now: one that was changed is another, and its old answers are compared with nothing. */
export function pairOf(item: GoldenItem): string {
  const { messages, ideal, asserts } = item
  return `golden ${item.id} ${hash('sha256', JSON.stringify([messages, ideal, asserts])).slice(0, 8)}`
}

function versionOf(job: RouteJob, item: GoldenItem, candidate: string): string {
  const own = job.candidateHashes.get(candidate) ?? ''
  return isChecked(item) ? own : (job.judge?.version ?? '')
}

function keyOf(job: RouteJob, item: GoldenItem, candidate: string): string {
  // Of a comparison there is no row of the baseline: it is in the others'.
  if (!isChecked(item) && candidate === job.settings.baseline) return keyOf(job, item, otherOf(job))
  return `${pairOf(item)} ${candidate} ${versionOf(job, item, candidate)}`
}

function otherOf({ settings }: RouteJob): string {
  return settings.candidates.find((candidate) => candidate !== settings.baseline) ?? ''
}

async function scoreItem(job: RouteJob, item: GoldenItem, tally: ScoringTally): Promise<ScoreRow[]> {
  const { settings, runId, nowMs } = job
  const { baseline, route } = settings
  const order = [baseline, ...settings.candidates.filter((candidate) => candidate !== baseline)]
  const rows: ScoreRow[] = []
  let base: GoldenAnswer | undefined
  for (const candidate of order) {
    tally.asked += 1
    const answer = await askCandidate(job, { candidate, messages: item.messages, id: pairOf(item) }, tally)
    if (candidate === baseline) base = answer
    if (answer === undefined) continue
    const scored = await scoredAnswer(job, { item, candidate, answer, base }, tally)
    if (scored === undefined) continue
    rows.push(
      pairScoreRow(
        { ...scored, costUsd: answer.costUsd, durationMs: answer.durationMs },
        { route, runId, nowMs },
      ),
    )
  }
  return rows
}

async function scoredAnswer(
  job: RouteJob,
  of: {
    readonly item: GoldenItem
    readonly candidate: string
    readonly answer: GoldenAnswer
    readonly base: GoldenAnswer | undefined
  },
  tally: ScoringTally,
): Promise<PairScored | undefined> {
  const { item, candidate, answer, base } = of
  const place = {
    item: item.id,
    pair: pairOf(item),
    segment: item.segment,
    candidate,
    version: versionOf(job, item, candidate),
    pairOrigin: item.isHeldOut ? ('golden_holdout' as const) : ('golden' as const),
  }
  if (isChecked(item)) {
    const before = tally.failed + tally.skipped
    const checked = await checkItem(item, answer, judgeFor(job, item, base, tally))
    if (tally.failed + tally.skipped === before) tally.scored += 1
    return { ...place, scorer: 'golden', ...checked }
  }
  if (candidate === job.settings.baseline || base === undefined) {
    if (candidate === job.settings.baseline) tally.scored += 1
    else tally.skipped += 1
    return undefined
  }
  const verdict = await compared(job, { item, answers: [answer.text, base.text] }, tally)
  return verdict === undefined ? undefined : { ...place, scorer: 'judge_pair', ...verdict }
}

function judgeFor(
  job: RouteJob,
  item: GoldenItem,
  base: GoldenAnswer | undefined,
  tally: ScoringTally,
): GoldenJudge {
  const prompt = storedPrompt(JSON.stringify({ messages: item.messages }))?.text ?? ''
  return {
    async rubric(rubric, answer) {
      const verdict = await job.judge?.score({
        id: pairOf(item),
        prompt: `${prompt}\n\nWhat a good answer does: ${rubric}`,
        answer,
      })
      if (verdict !== undefined && 'costUsd' in verdict) tally.spentUsd += verdict.costUsd
      if (verdict?.kind === 'judged') return verdict.value
      if (verdict?.kind === 'failed' || verdict?.kind === 'unreadable') tally.failed += 1
      else tally.skipped += 1
      return null
    },
    async best(answer) {
      if (base === undefined) return null
      return (await compared(job, { item, answers: [answer, base.text] }, tally, false))?.score ?? null
    },
  }
}

async function compared(
  job: RouteJob,
  of: { readonly item: GoldenItem; readonly answers: readonly [string, string] },
  tally: ScoringTally,
  isCounted = true,
): Promise<Pick<PairScored, 'score' | 'reason' | 'judgeCostUsd'> | undefined> {
  const prompt = storedPrompt(JSON.stringify({ messages: of.item.messages }))?.text ?? ''
  const verdict = await job.judge?.compare({ id: pairOf(of.item), prompt, answers: of.answers })
  if (verdict?.kind === 'judged') {
    tally.spentUsd += verdict.costUsd
    if (isCounted) tally.scored += 1
    return { score: pairScore(verdict.value), reason: pairText(verdict.value), judgeCostUsd: verdict.costUsd }
  }
  if (verdict?.kind === 'failed' || verdict?.kind === 'unreadable') tally.failed += 1
  else tally.skipped += 1
  if (verdict?.kind === 'failed') tally.problem ??= `the judge does not answer (${verdict.reason})`
  if (verdict?.kind === 'over_budget') tally.problem ??= 'the budget of the run is spent'
  return undefined
}
