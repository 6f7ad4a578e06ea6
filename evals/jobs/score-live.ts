import type { ScoreRow } from '../../contract/tables/scores.ts'
import type { Judge } from '../judge/judge.ts'
import { type Gate, gateOf } from '../scorers/gates.ts'
import { inParallel } from './parallel.ts'
import type { SampledRow, StoredText } from './sample.ts'
import { liveScoreRow, type Scored } from './score-rows.ts'
import type { EvalStore } from './store.ts'
import { storedAnswer, storedPrompt } from './stored-prompt.ts'

export const gatesScorer = { scorer: 'gates', version: '1' } as const

export interface ScoringTally {
  asked: number
  scored: number
  /** Whoever scores did not answer. */
  failed: number
  /** Left out: no text, no money. */
  skipped: number
  spentUsd: number
  problem: string | undefined
}

export const newTally = (): ScoringTally => ({
  asked: 0,
  scored: 0,
  failed: 0,
  skipped: 0,
  spentUsd: 0,
  problem: undefined,
})

export interface LiveAsk {
  readonly store: EvalStore
  readonly route: string
  readonly runId: string
  readonly nowMs: number
  readonly rows: readonly SampledRow[]
  readonly texts: ReadonlyMap<string, StoredText>
  /** Undefined: gates alone. */
  readonly judge: Judge | undefined
  readonly onScored?: (done: number, of: number) => void
}

const judgesAtOnce = 4
/** So much work is lost at most when the run is killed. */
const writeEvery = 50

/** Gates of every row, and the judge's score of those that pass; what was scored before is not scored again. */
export async function scoreLive(ask: LiveAsk): Promise<ScoringTally> {
  const { store, rows, judge } = ask
  const tally = newTally()
  const gates = rows.map((row) => gateOfRow(row, ask.texts.get(row.request_id)))
  const written = (row: SampledRow, scored: Scored) => liveScoreRow(row, scored, ask)
  await store.insert(
    'scores',
    rows.map((row, index) => written(row, { ...gatesScorer, ...gateScore(gates[index]) })),
  )
  tally.asked = rows.length
  if (judge === undefined) {
    tally.scored = rows.length
    return tally
  }
  const known = await scoredBefore(store, ask, judge.version)
  const fresh = rows.flatMap((row, index) => (known.has(row.request_id) ? [] : [{ row, gate: gates[index] }]))
  tally.scored = rows.length - fresh.length
  const pending: ScoreRow[] = []
  const flush = async () => {
    await store.insert('scores', pending.splice(0))
  }
  await inParallel(fresh, judgesAtOnce, async ({ row, gate }) => {
    const scored = await judgedRow(ask, { row, gate, judge }, tally)
    if (scored !== undefined)
      pending.push(written(row, { scorer: 'judge', version: judge.version, ...scored }))
    if (pending.length >= writeEvery) await flush()
    ask.onScored?.(tally.scored + tally.failed + tally.skipped, tally.asked)
  })
  await flush()
  return tally
}

async function judgedRow(
  { texts }: LiveAsk,
  { row, gate, judge }: { readonly row: SampledRow; readonly gate: Gate | undefined; readonly judge: Judge },
  tally: ScoringTally,
): Promise<Pick<Scored, 'score' | 'reason' | 'judgeCostUsd'> | undefined> {
  const text = texts.get(row.request_id)
  const prompt = text === undefined ? undefined : storedPrompt(text.prompt)
  if (gate !== undefined) {
    tally.scored += 1
    return { score: 0, reason: gate, judgeCostUsd: 0 }
  }
  if (text === undefined || prompt === undefined) {
    tally.skipped += 1
    return undefined
  }
  const verdict = await judge.score({
    id: row.request_id,
    prompt: prompt.text,
    answer: storedAnswer(text.answer),
  })
  if ('costUsd' in verdict) tally.spentUsd += verdict.costUsd
  if (verdict.kind === 'judged') {
    tally.scored += 1
    return { score: verdict.value, reason: '', judgeCostUsd: verdict.costUsd }
  }
  if (verdict.kind === 'unreadable') {
    tally.failed += 1
    return { score: null, reason: 'unreadable', judgeCostUsd: verdict.costUsd }
  }
  if (verdict.kind === 'over_budget') {
    tally.skipped += 1
    tally.problem ??= 'the budget of the run is spent'
  } else {
    tally.failed += 1
    tally.problem ??= `the judge does not answer (${verdict.reason})`
  }
  return undefined
}

export function gateOfRow(row: SampledRow, text: StoredText | undefined): Gate | undefined {
  const facts = { finishReason: row.finish_reason, outputTokens: row.output_tokens }
  if (text === undefined || text.truncated) return gateOf(facts)
  const prompt = storedPrompt(text.prompt)
  return gateOf({
    ...facts,
    text: storedAnswer(text.answer),
    prompt: prompt?.text,
    isJsonAsked: prompt?.isJsonAsked ?? false,
  })
}

function gateScore(gate: Gate | undefined): Pick<Scored, 'score' | 'reason'> {
  return { score: gate === undefined ? 1 : 0, reason: gate ?? '' }
}

const knownQuery = `
SELECT DISTINCT toString(request_id) AS id FROM {database:Identifier}.scores
WHERE route = {route:String} AND scorer = 'judge' AND scorer_version = {version:String} AND score IS NOT NULL
  AND request_id IN {ids:Array(UUID)}`

async function scoredBefore(
  store: EvalStore,
  { route, rows }: LiveAsk,
  version: string,
): Promise<ReadonlySet<string>> {
  if (rows.length === 0) return new Set()
  const ids = rows.map(({ request_id }) => request_id)
  const known = await store.rows<{ id: string }>(knownQuery, { route, version, ids })
  return new Set(known.map(({ id }) => id))
}
