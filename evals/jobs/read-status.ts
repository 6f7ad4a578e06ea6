import { type Arm, type Comparison, compare } from '../ab.ts'
import type { Moments } from '../estimators/moments.ts'
import { type Saving, saving } from '../estimators/savings.ts'
import { at, DRAWN, dayMs, memoryDays, OWN } from './population.ts'
import type { ScorerVersion } from './read-scores.ts'
import type { EvalStore } from './store.ts'

const costsQuery = `
SELECT policy_role = 'holdout' AS is_holdout, toFloat64(count()) AS n, toFloat64(sum(cost_usd)) AS sum,
  sum(toFloat64(cost_usd) * toFloat64(cost_usd)) AS squares
FROM {database:Identifier}.requests
WHERE ${DRAWN} AND cost_usd IS NOT NULL AND ts >= ${at('since')} AND ts <= ${at('now')} AND policy_version > 0
GROUP BY is_holdout`

/** Against those who kept the baseline by chance; undefined while too few were held out. */
export async function savingOf(
  store: EvalStore,
  of: { readonly route: string; readonly nowMs: number },
): Promise<Saving | undefined> {
  const rows = await store.rows<Moments & { is_holdout: number | boolean }>(costsQuery, {
    route: of.route,
    now: of.nowMs,
    since: of.nowMs - memoryDays * dayMs,
  })
  const sum = (parts: readonly Moments[]) =>
    parts.reduce((a, b) => ({ n: a.n + b.n, sum: a.sum + b.sum, squares: a.squares + b.squares }), {
      n: 0,
      sum: 0,
      squares: 0,
    })
  return saving(sum(rows), sum(rows.filter(({ is_holdout }) => Boolean(is_holdout))))
}

export interface RunRow {
  readonly at_ms: number
  readonly kind: string
  readonly stage: string
  readonly status: string
  readonly exit_code: number
  readonly asked: number
  readonly scored: number
  readonly reason: string
}

const runsQuery = `
SELECT toFloat64(toUnixTimestamp64Milli(ts)) AS at_ms, toString(kind) AS kind, toString(stage) AS stage, toString(status) AS status,
  exit_code, asked, scored, reason
FROM {database:Identifier}.eval_runs WHERE route = {route:String} AND kind IN ('run', 'watch')
ORDER BY ts DESC LIMIT 1 BY kind, stage LIMIT 40`

export function lastStages(store: EvalStore, route: string): Promise<readonly RunRow[]> {
  return store.rows<RunRow>(runsQuery, { route })
}

const spendQuery = `
SELECT toFloat64(ifNull(sum(spend_usd), 0)) AS usd FROM {database:Identifier}.eval_runs
WHERE route = {route:String} AND ts >= ${at('since')}`

export async function judgingUsd(
  store: EvalStore,
  of: { readonly route: string; readonly nowMs: number },
): Promise<number> {
  const [row] = await store.rows<{ usd: number }>(spendQuery, {
    route: of.route,
    since: of.nowMs - memoryDays * dayMs,
  })
  return row?.usd ?? 0
}

interface ArmRow {
  readonly candidate: string
  readonly arrived: number
  readonly due: number
  readonly n: number
  readonly sum: number
  readonly squares: number
  readonly days: number
}

/** One number for each unit: requests of one user resemble each other. */
const armsQuery = `
SELECT candidate, toFloat64(count()) AS arrived, toFloat64(countIf(mean IS NOT NULL)) AS n, sum(ifNull(mean, 0)) AS sum,
  sum(ifNull(mean * mean, 0)) AS squares, (max(last) - min(first)) / ${dayMs} AS days
FROM (
  SELECT toString(r.candidate_assigned) AS candidate, r.unit_hash AS unit, avgOrNull(s.points) AS mean,
    toFloat64(toUnixTimestamp64Milli(min(r.ts))) AS first, toFloat64(toUnixTimestamp64Milli(max(r.ts))) AS last
  FROM (SELECT request_id, candidate_assigned, unit_hash, ts FROM {database:Identifier}.requests
    WHERE ${DRAWN} AND ${OWN} AND ts >= ${at('since')} AND ts <= ${at('now')}) AS r
  LEFT JOIN (SELECT request_id, toNullable(any(score)) AS points FROM {database:Identifier}.scores FINAL
    WHERE route = {route:String} AND scorer = {scorer:String} AND scorer_version = {version:String} AND score IS NOT NULL
    GROUP BY request_id) AS s ON s.request_id = r.request_id
  GROUP BY candidate, unit)
GROUP BY candidate ORDER BY candidate`

/** Units that were due, by the chances they were drawn with. */
const dueQuery = `
SELECT candidate, sum(due) AS due FROM (
  SELECT any(arrayMap(c -> toString(c), candidates)) AS names, any(probabilities) AS shares
  FROM {database:Identifier}.requests WHERE ${DRAWN} AND ts >= ${at('since')} AND ts <= ${at('now')} GROUP BY unit_hash)
ARRAY JOIN names AS candidate, shares AS due GROUP BY candidate`

export interface Armed extends Comparison {
  readonly candidate: string
}

/** Every candidate against the baseline, at any time and as often as one likes. */
export async function comparisons(
  store: EvalStore,
  of: ScorerVersion & {
    readonly route: string
    readonly baseline: string
    readonly margin: number
    readonly nowMs: number
  },
): Promise<Armed[]> {
  const where = {
    route: of.route,
    scorer: of.scorer,
    version: of.version,
    now: of.nowMs,
    since: of.nowMs - memoryDays * dayMs,
  }
  const rows = await store.rows<ArmRow>(armsQuery, where)
  const due = new Map(
    (await store.rows<{ candidate: string; due: number }>(dueQuery, where)).map((row) => [
      row.candidate,
      row.due,
    ]),
  )
  const arm = ({ candidate, arrived, ...units }: ArmRow): Arm => ({
    units,
    arrived,
    due: due.get(candidate) ?? 0,
  })
  const control = rows.find(({ candidate }) => candidate === of.baseline)
  if (control === undefined) return []
  const days = Math.max(...rows.map((row) => row.days), 0)
  return rows
    .filter(({ candidate }) => candidate !== of.baseline)
    .map((row) => ({
      candidate: row.candidate,
      ...compare(arm(row), arm(control), { margin: of.margin, days }),
    }))
}
