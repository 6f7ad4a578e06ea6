import type { Weights } from '../../contract/policy.ts'
import { mergedInto } from '../segments.ts'
import { type DriftState, drift } from '../watch/drift.ts'
import { at, dayMs, memoryDays } from './population.ts'
import type { ScorerVersion } from './read-scores.ts'
import type { EvalStore } from './store.ts'

/** Weights of the configuration as shares; candidates of weight 0 are named, so that they may grow. */
export function configuredWeights(
  candidates: readonly { readonly id: string; readonly weight: number }[],
): Weights {
  const sum = candidates.reduce((total, { weight }) => total + weight, 0)
  return Object.fromEntries(
    candidates.map(({ id, weight }) => [id, sum > 0 ? weight / sum : 1 / candidates.length]),
  )
}

const scoresMost = 100_000
/** Scores of a candidate before anybody can say what to expect of it. */
const leastForDrift = 40

const scoresQuery = `
SELECT toString(segment) AS segment, toString(candidate) AS candidate, score, toFloat64(version) AS at_ms
FROM {database:Identifier}.scores FINAL
WHERE route = {route:String} AND scorer = {scorer:String} AND scorer_version = {version:String} AND origin IN ('live', 'feedback')
  AND score IS NOT NULL AND ts >= ${at('since')} AND ts <= ${at('now')}
ORDER BY ts, request_id LIMIT ${scoresMost}`

const expectedQuery = `
SELECT toFloat64(toUnixTimestamp64Milli(ts)) AS at_ms, figures FROM {database:Identifier}.eval_runs
WHERE route = {route:String} AND stage = 'estimate' AND kind = 'run' AND ts >= ${at('since')} ORDER BY ts`

/** Names of the figures that say what a run expects of a candidate in a segment. */
export const qualityFigure = (candidate: string, segment: string) => `quality ${candidate}\u001f${segment}`
export const countFigure = (candidate: string) => `scores ${candidate}`

export interface Drifts {
  /** When each candidate was last found to have become worse. */
  readonly lastAt: ReadonlyMap<string, number>
  /** Those found since the last run. */
  readonly recent: readonly string[]
}

/**
 * Every score against what the run before it expected. Nothing is kept between runs but what they wrote: the same rows
 * lead to the same alarms.
 */
export async function driftsOf(
  store: EvalStore,
  of: ScorerVersion & {
    readonly route: string
    readonly nowMs: number
    readonly merge: Readonly<Record<string, string>>
    readonly sinceRunMs: number | undefined
  },
): Promise<Drifts> {
  const where = { route: of.route, since: of.nowMs - memoryDays * dayMs }
  const { scorer, version, nowMs } = of
  const expectations = await store.rows<{ at_ms: number; figures: Record<string, number> }>(
    expectedQuery,
    where,
  )
  if (expectations.length === 0) return { lastAt: new Map(), recent: [] }
  const scores = await store.rows<{ segment: string; candidate: string; score: number; at_ms: number }>(
    scoresQuery,
    {
      ...where,
      scorer,
      version,
      now: nowMs,
    },
  )
  const lastAt = new Map<string, number>()
  let state: DriftState = {}
  for (const score of scores) {
    const expected = expectations.findLast(({ at_ms }) => at_ms < score.at_ms)?.figures
    const isKnown = (expected?.[countFigure(score.candidate)] ?? 0) >= leastForDrift
    const seen = drift(state, [score], (segment, candidate) =>
      isKnown ? expected?.[qualityFigure(candidate, mergedInto(of.merge, segment))] : undefined,
    )
    state = seen.state
    for (const candidate of seen.alarms) lastAt.set(candidate, score.at_ms)
  }
  const since = of.sinceRunMs ?? expectations.at(-1)?.at_ms ?? 0
  return { lastAt, recent: [...lastAt].filter(([, at]) => at > since).map(([candidate]) => candidate) }
}
