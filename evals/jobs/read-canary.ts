import type { PolicyDocument } from '../../contract/policy.ts'
import type { CanaryPair, ControlReference, Outcome } from '../watch/canary.ts'
import { at, DRAWN, OWN } from './population.ts'
import type { ScorerVersion } from './read-scores.ts'
import type { EvalStore } from './store.ts'

/** Of each side: more than that say nothing new, and every look reads them again. */
const rowsMost = 20_000

/**
 * Rows of both sides since the canary began, in the order they came, the same share of both. Which rows are looked at
 * depends on nothing that happened to them.
 */
const rowsQuery = `
SELECT toString(r.segment) AS segment, r.policy_role = 'candidate' AS is_canary, toFloat64(toUnixTimestamp64Milli(r.ts)) AS at_ms,
  s.points AS score, r.status = 'ok' AND r.is_own AS is_ok, toFloat64(r.duration_ms) AS duration_ms,
  if(r.cost_usd IS NULL, NULL, toFloat64(r.cost_usd)) AS cost_usd
FROM (
  SELECT request_id, ts, segment, policy_role, status, duration_ms, cost_usd, ${OWN} AS is_own
  FROM {database:Identifier}.requests
  WHERE ${DRAWN} AND policy_role IN ('candidate', 'control') AND status NOT IN ('client_abort', 'blocked')
    AND ts >= ${at('from')} AND ts <= ${at('to')} AND NOT sticky_hit
) AS r
LEFT JOIN (
  SELECT request_id, toNullable(any(score)) AS points FROM {database:Identifier}.scores FINAL
  WHERE route = {route:String} AND scorer = {scorer:String} AND scorer_version = {version:String} AND score IS NOT NULL
    AND ts >= ${at('from')} GROUP BY request_id
) AS s ON s.request_id = r.request_id
WHERE {scored:UInt8} = 0 OR s.points IS NOT NULL
ORDER BY cityHash64(r.request_id) LIMIT ${rowsMost} BY r.policy_role`

interface SideRow {
  readonly segment: string
  readonly is_canary: number | boolean
  readonly at_ms: number
  readonly score: number | null
  readonly is_ok: number | boolean
  readonly duration_ms: number
  readonly cost_usd: number | null
}

export type TimedPair = CanaryPair & { readonly atMs: number }

export interface CanaryPairs {
  /** Of all requests: whether they were answered, how long it took, what it cost. */
  readonly all: readonly TimedPair[]
  /** Of those that were scored. Who fails is never scored, so the two are not to be mixed. */
  readonly scored: readonly TimedPair[]
}

export async function readCanaryPairs(
  store: EvalStore,
  of: ScorerVersion & { readonly route: string; readonly fromMs: number; readonly toMs: number },
): Promise<CanaryPairs> {
  const { route, scorer, version, fromMs, toMs } = of
  const where = { route, scorer, version, from: fromMs, to: toMs }
  const all = await store.rows<SideRow>(rowsQuery, { ...where, scored: 0 })
  const scored = await store.rows<SideRow>(rowsQuery, { ...where, scored: 1 })
  return { all: pairsOf(all), scored: pairsOf(scored) }
}

/** The next of one side with the next of the other in the same segment, whatever became of either. */
function pairsOf(rows: readonly SideRow[]): readonly TimedPair[] {
  const waiting = new Map<string, SideRow[]>()
  const pairs: TimedPair[] = []
  for (const row of rows.toSorted((a, b) => a.at_ms - b.at_ms)) {
    const isCanary = Boolean(row.is_canary)
    const key = (side: boolean) => `${row.segment}\u001f${side}`
    const other = waiting.get(key(!isCanary))?.shift()
    if (other === undefined) {
      const own = waiting.get(key(isCanary))
      if (own === undefined) waiting.set(key(isCanary), [row])
      else own.push(row)
      continue
    }
    const [canary, control] = isCanary ? [row, other] : [other, row]
    pairs.push({ canary: outcomeOf(canary), control: outcomeOf(control), atMs: row.at_ms })
  }
  return pairs
}

function outcomeOf({ score, is_ok, duration_ms, cost_usd }: SideRow): Outcome {
  return { score, isOk: Boolean(is_ok), durationMs: duration_ms, costUsd: cost_usd }
}

const referenceDays = 7

const referenceQuery = `
SELECT toFloat64(count()) AS n, toFloat64(quantileTDigest(0.95)(duration_ms)) AS p95, toFloat64(ifNull(avg(cost_usd), 0)) AS usd
FROM {database:Identifier}.requests
WHERE ${DRAWN} AND status = 'ok' AND ts >= ${at('from')} - INTERVAL ${referenceDays} DAY AND ts < ${at('from')}`

/** What the control was like before the canary began. */
export async function readReference(
  store: EvalStore,
  of: {
    readonly route: string
    readonly fromMs: number
    readonly document: PolicyDocument
    readonly control: PolicyDocument | undefined
  },
): Promise<ControlReference> {
  const [found] = await store.rows<{ n: number; p95: number; usd: number }>(referenceQuery, {
    route: of.route,
    from: of.fromMs,
  })
  const { n = 0, p95 = 0, usd = 0 } = found ?? {}
  const costs = [of.document.evidence?.cost ?? 1, of.control?.evidence?.cost ?? 1] as const
  return {
    // Of nothing nobody is slower.
    durationP95Ms: n === 0 ? Number.POSITIVE_INFINITY : p95,
    costUsd: usd,
    dearer: Math.max(0, costs[0] / Math.max(costs[1], 1e-9) - 1),
  }
}
