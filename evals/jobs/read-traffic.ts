import { added, discount, type Moments, noMoments, scaled } from '../estimators/moments.ts'
import { AGE, at, DRAWN, dayMs, memoryDays, OWN } from './population.ts'
import type { EvalStore } from './store.ts'

interface Counted {
  readonly segment: string
  readonly candidate: string
  readonly age: number
  readonly n: number
  readonly tried: number
  readonly delivered: number
  readonly counted: number
  readonly usage: Readonly<Record<string, number>>
  readonly others: number
  readonly others_usd: number
}

/** The engine counts; what comes back does not grow with the traffic. Usage, not money: prices are those of today. */
const query = `
SELECT toString(segment) AS segment, toString(candidate_assigned) AS candidate, ${AGE('ts')} AS age,
  toFloat64(count()) AS n, toFloat64(countIf(status NOT IN ('client_abort', 'blocked'))) AS tried,
  toFloat64(countIf(status = 'ok' AND ${OWN})) AS delivered,
  toFloat64(countIf(${OWN} AND notEmpty(usage_classes))) AS counted,
  CAST(sumMapIf(usage_classes, ${OWN}), 'Map(String, Float64)') AS usage,
  toFloat64(countIf(NOT (${OWN}) AND cost_usd IS NOT NULL)) AS others,
  toFloat64(ifNull(sumIf(cost_usd, NOT (${OWN})), 0)) AS others_usd
FROM {database:Identifier}.requests
WHERE ${DRAWN} AND ts >= ${at('since')} AND ts <= ${at('now')}
GROUP BY segment, candidate, age
ORDER BY segment, candidate, age`

const timesQuery = `
SELECT toString(candidate_served) AS candidate, toFloat64(count()) AS n, toFloat64(quantileTDigest(0.95)(duration_ms)) AS p95
FROM {database:Identifier}.requests
WHERE ${DRAWN} AND ${OWN} AND status = 'ok' AND ts >= ${at('since')} AND ts <= ${at('now')}
GROUP BY candidate`

export interface TrafficCell {
  readonly cost: Moments
  readonly delivered: Moments
}

export interface Traffic {
  /** Requests a day, by segment as recorded. */
  readonly perDay: ReadonlyMap<string, number>
  readonly cells: ReadonlyMap<string, ReadonlyMap<string, TrafficCell>>
  readonly p95: ReadonlyMap<string, number>
  readonly requests: number
}

/** US dollars of a mean request of a candidate, by classes of usage; undefined where no price is known. */
export type PriceOf = (candidate: string, usage: Readonly<Record<string, number>>) => number | undefined

const timesDays = 7
const timesLeast = 100

export async function readTraffic(
  store: EvalStore,
  of: { readonly route: string; readonly nowMs: number; readonly priceOf: PriceOf },
): Promise<Traffic> {
  const { route, nowMs } = of
  const where = (days: number) => ({ route, now: nowMs, since: nowMs - days * dayMs })
  const rows = await store.rows<Counted>(query, where(memoryDays))
  const times = await store.rows<{ candidate: string; n: number; p95: number }>(timesQuery, where(timesDays))
  const cells = new Map<string, Map<string, TrafficCell>>()
  for (const row of rows) {
    const ofSegment = cells.get(row.segment) ?? new Map<string, TrafficCell>()
    cells.set(row.segment, ofSegment)
    const before = ofSegment.get(row.candidate) ?? { cost: noMoments, delivered: noMoments }
    const factor = discount(row.age)
    ofSegment.set(row.candidate, {
      cost: added(before.cost, scaled(costOf(row, of.priceOf), factor)),
      delivered: added(
        before.delivered,
        scaled({ n: row.tried, sum: row.delivered, squares: row.delivered }, factor),
      ),
    })
  }
  return {
    perDay: perDayOf(rows),
    cells,
    p95: new Map(times.filter(({ n }) => n >= timesLeast).map(({ candidate, p95 }) => [candidate, p95])),
    requests: rows.reduce((sum, { n }) => sum + n, 0),
  }
}

/** What fell back cost what it cost; what the candidate answered costs what its usage costs today. */
function costOf({ candidate, counted, usage, others, others_usd }: Counted, priceOf: PriceOf): Moments {
  const fallen: Moments = { n: others, sum: others_usd, squares: 0 }
  if (counted === 0) return fallen
  const mean = Object.fromEntries(Object.entries(usage).map(([name, sum]) => [name, sum / counted]))
  const usd = priceOf(candidate, mean)
  // Of a candidate without a price the fallbacks' cost would be taken for its own.
  if (usd === undefined) return noMoments
  return added(fallen, { n: counted, sum: usd * counted, squares: usd * usd * counted })
}

function perDayOf(rows: readonly Counted[]): ReadonlyMap<string, number> {
  const oldest = rows.reduce((most, { age }) => Math.max(most, age), 0)
  let days = 0
  for (let age = 0; age <= oldest; age += 1) days += discount(age)
  const perDay = new Map<string, number>()
  for (const { segment, age, n } of rows)
    perDay.set(segment, (perDay.get(segment) ?? 0) + (n * discount(age)) / Math.max(days, 1))
  return perDay
}
