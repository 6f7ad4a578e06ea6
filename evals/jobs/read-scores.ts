import { added, discount, type Moments, noMoments, scaled, withValue } from '../estimators/moments.ts'
import type { Rectifier } from '../evidence.ts'
import type { HeldBackPrompt, HeldBackRow } from '../loop.ts'
import { keptAfterDrift } from '../watch/drift.ts'
import { AGE, at, dayMs, heldBackShare, memoryDays, PLACE } from './population.ts'
import type { EvalStore } from './store.ts'

/** One scorer under one version: scores of two are never added up. */
export interface ScorerVersion {
  readonly scorer: string
  readonly version: string
}

export interface LiveScores {
  readonly cells: ReadonlyMap<string, ReadonlyMap<string, Moments>>
  readonly heldBack: readonly HeldBackRow[]
}

interface Asked extends ScorerVersion {
  readonly route: string
  readonly nowMs: number
  /** When a candidate was found to have become worse: what was scored before counts for little. */
  readonly drifts: ReadonlyMap<string, number>
}

const OF_ROUTE = `route = {route:String} AND scorer = {scorer:String} AND scorer_version = {version:String}
  AND ts >= ${at('since')} AND ts <= ${at('now')}`

const momentsQuery = `
SELECT toString(segment) AS segment, toString(candidate) AS candidate, ${AGE('ts')} AS age,
  version < transform(toString(candidate), {drifted:Array(String)}, {drifted_at:Array(UInt64)}, 0) AS is_old,
  toFloat64(count()) AS n, sum(assumeNotNull(score)) AS sum, sum(assumeNotNull(score) * assumeNotNull(score)) AS squares
FROM {database:Identifier}.scores FINAL
WHERE ${OF_ROUTE} AND origin IN ('live', 'feedback') AND score IS NOT NULL AND ${PLACE} >= ${heldBackShare}
GROUP BY segment, candidate, age, is_old
ORDER BY segment, candidate, age, is_old`

const heldBackMost = 50_000

const heldBackQuery = `
SELECT toString(segment) AS segment, toString(candidate) AS candidate, score, propensity,
  inclusion, ${PLACE} / ${heldBackShare} AS unit
FROM {database:Identifier}.scores FINAL
WHERE ${OF_ROUTE} AND origin IN ('live', 'feedback') AND score IS NOT NULL AND propensity > 0 AND inclusion > 0
  AND ${PLACE} < ${heldBackShare}
  AND version >= transform(toString(candidate), {drifted:Array(String)}, {drifted_at:Array(UInt64)}, 0)
ORDER BY ts DESC, request_id
LIMIT ${heldBackMost}`

export async function readLiveScores(store: EvalStore, of: Asked): Promise<LiveScores> {
  const where = parametersOf(of)
  const rows = await store.rows<
    Moments & { segment: string; candidate: string; age: number; is_old: number }
  >(momentsQuery, where)
  const cells = new Map<string, Map<string, Moments>>()
  for (const { segment, candidate, age, is_old, ...moments } of rows) {
    const ofSegment = cells.get(segment) ?? new Map<string, Moments>()
    cells.set(segment, ofSegment)
    const kept = discount(age) * (is_old ? keptAfterDrift : 1)
    ofSegment.set(candidate, added(ofSegment.get(candidate) ?? noMoments, scaled(moments, kept)))
  }
  return { cells, heldBack: await store.rows<HeldBackRow>(heldBackQuery, where) }
}

function parametersOf({ route, scorer, version, nowMs, drifts }: Asked) {
  return {
    route,
    scorer,
    version,
    now: nowMs,
    since: nowMs - memoryDays * dayMs,
    // An empty list has no type that the engine could compare with.
    drifted: drifts.size === 0 ? [''] : [...drifts.keys()],
    drifted_at: drifts.size === 0 ? [0] : [...drifts.values()],
  }
}

interface PairedRow {
  readonly pair: string
  readonly segment: string
  readonly candidate: string
  readonly scorer: string
  readonly score: number
  readonly age: number
  readonly origin: string
  readonly place: number
}

const pairedMost = 200_000

/** The newest score of each item and candidate: what is asked again every run is still one item. */
const pairedQuery = `
SELECT toString(pair_id) AS pair, toString(segment) AS segment, toString(candidate) AS candidate, toString(scorer) AS scorer,
  score, ${AGE('ts')} AS age, toString(origin) AS origin,
  cityHash64(pair_id) % 10000 / 10000 AS place
FROM {database:Identifier}.scores FINAL
WHERE route = {route:String} AND origin IN ('golden', 'golden_holdout', 'shadow') AND pair_id != '' AND score IS NOT NULL
  AND scorer IN ('golden', 'judge_pair') AND (scorer = 'golden' OR scorer_version = {judge:String})
  AND version >= transform(toString(candidate), {drifted:Array(String)}, {drifted_at:Array(UInt64)}, 0)
  AND ts >= ${at('since')} AND ts <= ${at('now')}
ORDER BY pair, candidate, version DESC
LIMIT 1 BY pair, candidate
LIMIT ${pairedMost}`

export interface PairedScores {
  readonly cells: ReadonlyMap<string, ReadonlyMap<string, Moments>>
  readonly prompts: readonly HeldBackPrompt[]
  readonly pairs: number
  /** What the corrections of the judge leave open: they are in the differences already. */
  readonly rectifiers: ReadonlyMap<string, Rectifier>
}

/**
 * Differences to the baseline on the same prompt. A judge that compared the two has said it already: a win is 1, a tie
 * 0, a loss −1. Items that name no segment stand for the whole route: each is counted in one, more of them in large ones.
 */
export async function readPairedScores(
  store: EvalStore,
  of: Omit<Asked, 'scorer' | 'version'> & {
    readonly judge: string
    readonly baseline: string
    readonly traffic: ReadonlyMap<string, number>
    readonly rectifiers: ReadonlyMap<string, Rectifier>
  },
): Promise<PairedScores> {
  const { judge, baseline, traffic } = of
  const rows = await store.rows<PairedRow>(pairedQuery, {
    ...parametersOf({ ...of, scorer: '', version: '' }),
    judge,
  })
  const byPair = new Map<string, PairedRow[]>()
  for (const row of rows) byPair.set(row.pair, [...(byPair.get(row.pair) ?? []), row])
  const cells = new Map<string, Map<string, Moments>>()
  const prompts: HeldBackPrompt[] = []
  for (const [, group] of byPair) {
    const base = group.find(({ candidate, scorer }) => candidate === baseline && scorer === 'golden')
    const [first] = group
    if (first === undefined) continue
    const segment = traffic.has(first.segment) ? first.segment : placed(traffic, first.place)
    const differences: Record<string, number> = {}
    for (const row of group) {
      if (row.candidate === baseline) continue
      if (row.scorer === 'judge_pair') differences[row.candidate] = corrected(of.rectifiers, row)
      else if (base !== undefined) differences[row.candidate] = row.score - base.score
    }
    const isHeldBack =
      first.origin === 'golden_holdout' || (first.origin === 'shadow' && first.place < heldBackShare)
    if (isHeldBack) {
      prompts.push({ segment, differences })
      continue
    }
    // A golden answer is as true as on its first day; what users asked a month ago is not what they ask.
    const kept = first.origin === 'shadow' ? discount(first.age) : 1
    const ofSegment = cells.get(segment) ?? new Map<string, Moments>()
    cells.set(segment, ofSegment)
    for (const [candidate, value] of Object.entries(differences))
      ofSegment.set(
        candidate,
        added(ofSegment.get(candidate) ?? noMoments, scaled(withValue(noMoments, value), kept)),
      )
  }
  return { cells, prompts, pairs: byPair.size, rectifiers: leftOpen(rows, of.rectifiers) }
}

function corrected(rectifiers: ReadonlyMap<string, Rectifier>, { candidate, score }: PairedRow): number {
  const { lambda, mean } = rectifiers.get(candidate) ?? { lambda: 1, mean: 0 }
  return lambda * (2 * score - 1) + mean
}

/** Only the part that was judged is in doubt by as much; answers that are known to be right need nobody's correction. */
function leftOpen(
  rows: readonly PairedRow[],
  rectifiers: ReadonlyMap<string, Rectifier>,
): ReadonlyMap<string, Rectifier> {
  return new Map(
    [...rectifiers].map(([candidate, { variance }]) => {
      const own = rows.filter((row) => row.candidate === candidate)
      const judged = own.filter(({ scorer }) => scorer === 'judge_pair').length / Math.max(own.length, 1)
      return [candidate, { lambda: 1, mean: 0, variance: variance * judged ** 2 }] as const
    }),
  )
}

function placed(traffic: ReadonlyMap<string, number>, place: number): string {
  const segments = [...traffic].sort(([a], [b]) => (a < b ? -1 : 1))
  const sum = segments.reduce((total, [, requests]) => total + requests, 0)
  let below = 0
  for (const [segment, requests] of segments) {
    below += requests / Math.max(sum, Number.MIN_VALUE)
    if (place < below) return segment
  }
  return segments.at(-1)?.[0] ?? ''
}
