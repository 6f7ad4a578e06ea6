import { waterFilled } from '../scoring/plan.ts'
import { ARRIVED, at, DRAWN, OWN } from './population.ts'
import type { EvalStore } from './store.ts'
import type { TimeWindow } from './window.ts'

/** A request that is to be scored, with what the score's row repeats of it. */
export interface SampledRow {
  readonly ts_ms: number
  readonly request_id: string
  readonly app: string
  readonly customer: string
  readonly segment: string
  readonly candidate: string
  readonly policy_version: number
  readonly policy_role: string
  readonly unit_hash: string
  readonly propensity: number
  readonly cost_usd: string | null
  readonly duration_ms: number
  readonly first_token_ms: number | null
  readonly finish_reason: string
  readonly output_tokens: number
  readonly inclusion: number
}

const SCORABLE = `${DRAWN} AND ${OWN} AND status = 'ok'`
/**
 * Within each segment by candidate; while a canary is tried by its two sides, because a tenth of the units would have a
 * tenth of the scores; for replays simply by traffic.
 */
export type SampledBy = 'candidate' | 'side' | 'traffic'

const cellOf = `multiIf({by:String} = 'traffic', 'all',
    {by:String} = 'side', concat(toString(segment), '\\x1f', toString(policy_role = 'candidate')),
    concat(toString(segment), '\\x1f', toString(candidate_assigned)))`

const cellsQuery = `
SELECT ${cellOf} AS cell, toFloat64(count()) AS n
FROM {database:Identifier}.requests WHERE ${SCORABLE} AND ${ARRIVED}
GROUP BY cell ORDER BY cell LIMIT 20000`

/** Only the rows whose hash is small leave the engine: somewhat more than are wanted, so that chance leaves none short. */
const rowsQuery = `
SELECT toFloat64(toUnixTimestamp64Milli(ts)) AS ts_ms, toString(request_id) AS request_id, toString(app) AS app,
  toString(customer) AS customer, toString(segment) AS segment, toString(candidate_assigned) AS candidate, policy_version,
  toString(policy_role) AS policy_role, toString(unit_hash) AS unit_hash, propensity,
  if(cost_usd IS NULL, NULL, toString(cost_usd)) AS cost_usd, duration_ms, first_token_ms,
  toString(finish_reason) AS finish_reason, output_tokens, ${cellOf} AS cell
FROM {database:Identifier}.requests
WHERE ${SCORABLE} AND ${ARRIVED}
  AND cityHash64(request_id, {seed:String}) / 18446744073709551616
    < transform(cell, {cells:Array(String)}, {below:Array(Float64)}, toFloat64(0))
ORDER BY cityHash64(request_id, {seed:String}), request_id
LIMIT {most:UInt32} BY cell`

export interface Sample {
  /** Requests of the window that could be scored. */
  readonly available: number
  readonly rows: readonly SampledRow[]
}

/** Rare cells first; inside a cell simply by chance, and the same rows whenever it is asked again. */
export async function sampleOf(
  store: EvalStore,
  of: {
    readonly route: string
    readonly window: TimeWindow
    readonly budget: number
    readonly seed: string
    readonly by: SampledBy
  },
): Promise<Sample> {
  const where = { route: of.route, from: of.window.fromMs, to: of.window.toMs, by: of.by }
  const cells = await store.rows<{ cell: string; n: number }>(cellsQuery, where)
  const counts = cells.map(({ n }) => n)
  const available = counts.reduce((sum, count) => sum + count, 0)
  if (available === 0) return { available, rows: [] }
  const plan = waterFilled(counts, of.budget)
  const below = plan.map((wanted, index) => (wanted === 0 ? 0 : (1.5 * wanted + 30) / (counts[index] ?? 1)))
  const found = await store.rows<Omit<SampledRow, 'inclusion'> & { readonly cell: string }>(rowsQuery, {
    ...where,
    seed: of.seed,
    cells: cells.map(({ cell }) => cell),
    below,
    most: Math.max(...plan, 1),
  })
  const left = new Map(cells.map(({ cell }, index) => [cell, plan[index] ?? 0]))
  const share = new Map(cells.map(({ cell, n }, index) => [cell, (plan[index] ?? 0) / n]))
  const rows = found.flatMap(({ cell, ...row }) => {
    const more = left.get(cell) ?? 0
    if (more === 0) return []
    left.set(cell, more - 1)
    return [{ ...row, inclusion: share.get(cell) ?? 1 }]
  })
  return { available, rows }
}

const textsQuery = `
SELECT toString(request_id) AS id, prompt, answer, truncated
FROM {database:Identifier}.contents
WHERE request_id IN {ids:Array(UUID)} AND ts >= ${at('from')} AND ts <= ${at('to')}`

export interface StoredText {
  readonly prompt: string
  readonly answer: string
  readonly truncated: boolean
}

const idsAtOnce = 200

/** Masked text of prompts and answers, where it is kept. */
export async function textsOf(
  store: EvalStore,
  rows: readonly Pick<SampledRow, 'request_id' | 'ts_ms'>[],
): Promise<ReadonlyMap<string, StoredText>> {
  const texts = new Map<string, StoredText>()
  for (let first = 0; first < rows.length; first += idsAtOnce) {
    const some = rows.slice(first, first + idsAtOnce)
    const times = some.map(({ ts_ms }) => ts_ms)
    const found = await store.rows<StoredText & { readonly id: string }>(textsQuery, {
      ids: some.map(({ request_id }) => request_id),
      from: Math.min(...times) - 1,
      to: Math.max(...times) + 1,
    })
    for (const { id, ...text } of found) texts.set(id, text)
  }
  return texts
}
