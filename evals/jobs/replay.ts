import type { ScoreRow } from '../../contract/tables/scores.ts'
import { exitCodes } from '../exit-codes.ts'
import { pairScore } from '../judge/judge.ts'
import { pairText } from '../judge/pair-text.ts'
import { gateOf } from '../scorers/gates.ts'
import { expectedUsage } from './ask-candidate.ts'
import { inParallel } from './parallel.ts'
import type { RouteJob } from './route-job.ts'
import { type SampledRow, type StoredText, sampleOf, textsOf } from './sample.ts'
import { moneyText, pairScoreRow } from './score-rows.ts'
import { storedAnswer, storedPrompt } from './stored-prompt.ts'
import { windowOf } from './window.ts'

export interface ReplayAsk {
  readonly model: string
  readonly isCandidate: boolean
  readonly sample: number
  priceOf(usage: Readonly<Record<string, number>>): number | undefined
}

export interface ReplayResult {
  asked: number
  replayed: number
  /** Of these, those that an earlier replay had done. */
  before: number
  costUsd: number
  servedUsd: number
  expectedUsd: number | undefined
  wins: number
  ties: number
  losses: number
  problem: string | undefined
}

const atOnce = 4
const scorer = 'replay'

/** Stored requests, asked again of another model; each is written as soon as it is done, so it can be gone on with. */
export async function replay(job: RouteJob, ask: ReplayAsk): Promise<ReplayResult> {
  const { store, settings, nowMs, journal } = job
  const { route } = settings
  return journal.stage('replay', route, async () => {
    const window = await windowOf(store, { route, sinceMs: job.sinceMs, nowMs, maturityMs: 0 })
    const { rows } = await sampleOf(store, {
      route,
      window,
      budget: ask.sample,
      seed: job.seed,
      by: 'traffic',
    })
    const texts = await textsOf(store, rows)
    const result = await replayed(job, ask, rows, texts)
    if (rows.length > 0 && texts.size === 0)
      result.problem = 'no text is stored (`content.store: masked`): nothing can be replayed'
    const { asked, replayed: done, costUsd, problem } = result
    const isWhole = problem === undefined && done === asked
    return {
      value: result,
      outcome: {
        status: isWhole ? ('ok' as const) : ('held' as const),
        exitCode: isWhole ? exitCodes.published : exitCodes.scorer,
        asked,
        scored: done,
        skipped: asked - done,
        spend_usd: moneyText(job.purse.spentUsd()),
        reason: problem ?? `on ${ask.model}`,
        figures: { cost_usd: costUsd, served_usd: result.servedUsd },
      },
    }
  })
}

async function replayed(
  job: RouteJob,
  ask: ReplayAsk,
  rows: readonly SampledRow[],
  texts: ReadonlyMap<string, StoredText>,
): Promise<ReplayResult> {
  const result: ReplayResult = {
    ...{
      asked: 0,
      replayed: 0,
      before: 0,
      costUsd: 0,
      servedUsd: 0,
      expectedUsd: 0,
      wins: 0,
      ties: 0,
      losses: 0,
    },
    problem: undefined,
  }
  const known = await doneBefore(job, ask, rows)
  const pending: ScoreRow[] = []
  await inParallel(rows, atOnce, async (row) => {
    const text = texts.get(row.request_id)
    const prompt = text === undefined || text.truncated ? undefined : storedPrompt(text.prompt)
    if (text === undefined || prompt?.isRepeatable !== true) return
    result.asked += 1
    const expected = ask.priceOf(expectedUsage(prompt.messages))
    result.expectedUsd = add(result.expectedUsd, expected)
    const earlier = known.get(row.request_id)
    if (earlier !== undefined) {
      result.before += 1
      count(result, row, earlier)
    } else if (!job.isDry) pending.push(...(await once(job, { ...ask, row, text, expected }, result)))
    job.onProgress?.(`${job.settings.route}: ${result.replayed} replayed`)
    if (pending.length >= 20) await job.store.insert('scores', pending.splice(0))
  })
  await job.store.insert('scores', pending)
  return result
}

interface Done {
  readonly cost: number
  readonly score: number | null
}

function count(result: ReplayResult, row: SampledRow, { cost, score }: Done): void {
  result.replayed += 1
  result.costUsd += cost
  result.servedUsd += Number(row.cost_usd ?? 0)
  if (score !== null) result[score === 0.5 ? 'ties' : score > 0.5 ? 'wins' : 'losses'] += 1
}

function add(sum: number | undefined, more: number | undefined): number | undefined {
  return sum === undefined || more === undefined ? undefined : sum + more
}

async function once(
  job: RouteJob,
  of: ReplayAsk & {
    readonly row: SampledRow
    readonly text: StoredText
    readonly expected: number | undefined
  },
  result: ReplayResult,
): Promise<ScoreRow[]> {
  const { row, text, model, isCandidate, expected } = of
  const { settings, runId, nowMs } = job
  const prompt = storedPrompt(text.prompt)
  const settle = expected === undefined ? undefined : job.purse.reserve(expected)
  if (prompt === undefined || settle === undefined) {
    result.problem ??=
      expected === undefined
        ? `no price of ${model} is known`
        : 'the limit is reached: go on with the same command'
    return []
  }
  const target = isCandidate ? { route: settings.route, candidate: model } : { model }
  const reply = await job.ask({ role: 'shadow', pairId: row.request_id, target, messages: prompt.messages })
  settle(reply.kind === 'answered' ? (reply.costUsd ?? expected ?? 0) : 0)
  if (reply.kind === 'failed') {
    result.problem ??= `${model} does not answer (${reply.reason})`
    return []
  }
  const verdict = await judged(job, {
    row,
    answers: [reply.text, storedAnswer(text.answer)],
    prompt: prompt.text,
  })
  const gate = gateOf({ ...reply, prompt: prompt.text })
  const score = gate === undefined ? verdict.score : 0
  const costUsd = reply.costUsd ?? expected ?? 0
  count(result, row, { cost: costUsd, score })
  const place = {
    item: '',
    pair: row.request_id,
    requestId: row.request_id,
    tsMs: row.ts_ms,
    app: row.app,
    customer: row.customer,
  }
  const scored = {
    scorer,
    version: model,
    candidate: model,
    segment: row.segment,
    pairOrigin: 'shadow' as const,
  }
  return [
    pairScoreRow(
      { ...place, ...scored, score, reason: gate ?? verdict.reason, costUsd, durationMs: reply.durationMs },
      { route: settings.route, runId, nowMs },
    ),
  ]
}

async function judged(
  { judge }: RouteJob,
  of: { readonly row: SampledRow; readonly answers: readonly [string, string]; readonly prompt: string },
): Promise<{ score: number | null; reason: string }> {
  const verdict = await judge?.compare({ id: of.row.request_id, prompt: of.prompt, answers: of.answers })
  return verdict?.kind === 'judged'
    ? { score: pairScore(verdict.value), reason: pairText(verdict.value) }
    : { score: null, reason: verdict?.kind ?? 'no judge' }
}

const doneQuery = `
SELECT toString(request_id) AS id, score, toFloat64(ifNull(cost_usd, 0)) AS cost
FROM {database:Identifier}.scores FINAL
WHERE route = {route:String} AND scorer = '${scorer}' AND scorer_version = {version:String} AND request_id IN {ids:Array(UUID)}`

async function doneBefore(
  job: RouteJob,
  { model }: ReplayAsk,
  rows: readonly SampledRow[],
): Promise<ReadonlyMap<string, Done>> {
  if (rows.length === 0) return new Map()
  const ids = rows.map(({ request_id }) => request_id)
  const done = await job.store.rows<Done & { id: string }>(doneQuery, {
    route: job.settings.route,
    version: model,
    ids,
  })
  return new Map(done.map(({ id, ...one }) => [id, one]))
}
