import type { ScoreRow } from '../../contract/tables/scores.ts'
import { pairScore } from '../judge/judge.ts'
import { pairText } from '../judge/pair-text.ts'
import { askCandidate, expectedUsage } from './ask-candidate.ts'
import { inParallel } from './parallel.ts'
import { ARRIVED, DRAWN, dayMs } from './population.ts'
import type { RouteJob } from './route-job.ts'
import { type SampledRow, type StoredText, sampleOf, textsOf } from './sample.ts'
import { newTally, type ScoringTally } from './score-live.ts'
import { pairScoreRow } from './score-rows.ts'
import { type StoredPrompt, storedAnswer, storedPrompt } from './stored-prompt.ts'
import type { TimeWindow } from './window.ts'

const spendQuery = `
SELECT toFloat64(ifNull(sum(cost_usd), 0)) AS usd FROM {database:Identifier}.requests WHERE ${DRAWN} AND ${ARRIVED}`

const atOnce = 2

/**
 * What users asked, asked again of the candidates that would cost less than the baseline, each answer compared with the
 * baseline's on the same prompt.
 */
export async function shadowReplay(
  job: RouteJob,
  window: TimeWindow,
  notes: string[],
): Promise<ScoringTally> {
  const { shadow, store, settings, judge, onProgress } = job
  const tally = newTally()
  if (shadow === undefined) return tally
  if (judge === undefined) {
    notes.push('prompts are not replayed: there is no judge to compare the answers')
    return tally
  }
  const { route } = settings
  const budget = Math.ceil((shadow.prompts * Math.min(window.toMs - window.fromMs, 7 * dayMs)) / dayMs)
  // By traffic, not by candidate: what is replayed stands for what users ask.
  const { rows } = await sampleOf(store, { route, window, budget, seed: `shadow ${job.seed}`, by: 'traffic' })
  const texts = await textsOf(store, rows)
  if (texts.size === 0 && rows.length > 0) {
    notes.push('prompts are not replayed: no text is stored (`content.store: masked`)')
    return tally
  }
  const [spend] = await store.rows<{ usd: number }>(spendQuery, {
    route,
    from: window.fromMs,
    to: window.toMs,
  })
  const mostUsd = shadow.share * (spend?.usd ?? 0)
  const known = await replayedBefore(job, rows)
  const pending: ScoreRow[] = []
  let done = 0
  await inParallel(rows, atOnce, async (row) => {
    const text = texts.get(row.request_id)
    const prompt = text === undefined || text.truncated ? undefined : storedPrompt(text.prompt)
    const isOver = tally.spentUsd >= mostUsd
    if (text !== undefined && prompt?.isRepeatable === true && !known.has(row.request_id) && !isOver)
      pending.push(...(await replayed(job, { row, text, prompt }, tally)))
    done += 1
    onProgress?.(`${route}: ${done} of ${rows.length} prompts replayed`)
    if (pending.length >= 50) await store.insert('scores', pending.splice(0))
  })
  await store.insert('scores', pending)
  if (tally.spentUsd >= mostUsd && tally.asked > 0)
    notes.push(`replaying stopped at ${100 * shadow.share} % of the spend`)
  return tally
}

const knownQuery = `
SELECT DISTINCT pair_id AS pair FROM {database:Identifier}.scores
WHERE route = {route:String} AND scorer = 'judge_pair' AND scorer_version = {version:String} AND origin = 'shadow' AND pair_id IN {ids:Array(String)}`

async function replayedBefore(
  { store, settings, judge }: RouteJob,
  rows: readonly SampledRow[],
): Promise<ReadonlySet<string>> {
  if (rows.length === 0) return new Set()
  const ids = rows.map(({ request_id }) => request_id)
  const known = await store.rows<{ pair: string }>(knownQuery, {
    route: settings.route,
    version: judge?.version ?? '',
    ids,
  })
  return new Set(known.map(({ pair }) => pair))
}

interface Replayed {
  readonly row: SampledRow
  readonly text: StoredText
  readonly prompt: StoredPrompt
}

async function replayed(job: RouteJob, of: Replayed, tally: ScoringTally): Promise<ScoreRow[]> {
  const { settings } = job
  const { row, text, prompt } = of
  const usage = expectedUsage(prompt.messages)
  const price = (candidate: string) => job.priceOf(candidate, usage) ?? Number.POSITIVE_INFINITY
  const cheaper = settings.candidates.filter(
    (candidate) => candidate !== settings.baseline && price(candidate) < price(settings.baseline),
  )
  if (cheaper.length === 0) return []
  const ask = (candidate: string) =>
    askCandidate(job, { candidate, messages: prompt.messages, id: row.request_id }, tally)
  const answerOf = async (candidate: string) =>
    row.candidate === candidate ? storedAnswer(text.answer) : (await ask(candidate))?.text
  tally.asked += cheaper.length
  const base = await answerOf(settings.baseline)
  const rows: ScoreRow[] = []
  for (const candidate of base === undefined ? [] : cheaper) {
    const answer = await answerOf(candidate)
    if (answer === undefined || base === undefined) continue
    const scored = await comparedRow(job, { ...of, candidate, answers: [answer, base] }, tally)
    if (scored !== undefined) rows.push(scored)
  }
  return rows
}

async function comparedRow(
  job: RouteJob,
  of: Replayed & { readonly candidate: string; readonly answers: readonly [string, string] },
  tally: ScoringTally,
): Promise<ScoreRow | undefined> {
  const { row, prompt, candidate, answers } = of
  const verdict = await job.judge?.compare({ id: row.request_id, prompt: prompt.text, answers })
  if (verdict !== undefined && 'costUsd' in verdict) tally.spentUsd += verdict.costUsd
  if (verdict?.kind !== 'judged') {
    if (verdict?.kind === 'over_budget') tally.skipped += 1
    else tally.failed += 1
    if (verdict?.kind === 'over_budget') tally.problem ??= 'the budget of the run is spent'
    return undefined
  }
  tally.scored += 1
  const { settings, runId, nowMs } = job
  return pairScoreRow(
    {
      item: '',
      pair: row.request_id,
      requestId: row.request_id,
      tsMs: row.ts_ms,
      app: row.app,
      customer: row.customer,
      segment: row.segment,
      candidate,
      scorer: 'judge_pair',
      version: job.judge?.version ?? '',
      score: pairScore(verdict.value),
      reason: pairText(verdict.value),
      judgeCostUsd: verdict.costUsd,
      pairOrigin: 'shadow',
    },
    { route: settings.route, runId, nowMs },
  )
}
