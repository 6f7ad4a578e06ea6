import { drawNumber, unitHash } from '../../contract/draw.ts'
import type { IntegrityFacts, Stratum } from '../integrity/integrity.ts'
import { type DrawnRow, isSameDraw } from '../integrity/recompute.ts'
import { ARRIVED, DRAWN } from './population.ts'
import type { EvalStore } from './store.ts'
import type { TimeWindow } from './window.ts'

interface Counted {
  readonly segment: string
  readonly version: number
  readonly assigned: string
  readonly n: number
  readonly bare: number
  readonly eligible: readonly string[]
  readonly shares: readonly number[]
}

/** Draws with the same chances are counted by the engine; a conversation is one draw, whatever its length. */
const countsQuery = `
SELECT toString(segment) AS segment, toUInt32(policy_version) AS version, toString(candidate_assigned) AS assigned,
  toFloat64(count()) AS n, toFloat64(countIf(NOT (propensity > 0))) AS bare,
  any(candidates) AS eligible, any(probabilities) AS shares
FROM {database:Identifier}.requests
WHERE ${DRAWN} AND ${ARRIVED} AND NOT sticky_hit
GROUP BY segment, version, assigned, cityHash64(candidates, probabilities)
LIMIT 200000`

interface Again {
  readonly request_id: string
  readonly session: string
  readonly customer: string
  readonly unit_kind: string
  readonly unit_hash: string
  readonly salt_id: string
  readonly draw_n: number
  readonly draw_u: number
  readonly policy_id: string
  readonly policy_role: string
  readonly eligible: readonly string[]
  readonly shares: readonly number[]
  readonly assigned: string
}

const recomputedLeast = 1_000
const recomputedMost = 100_000
const recomputedShare = 0.01

const againQuery = `
SELECT toString(request_id) AS request_id, session, toString(customer) AS customer, toString(unit_kind) AS unit_kind,
  toString(unit_hash) AS unit_hash, toString(salt_id) AS salt_id, draw_n, draw_u, toString(policy_id) AS policy_id,
  toString(policy_role) AS policy_role, arrayMap(c -> toString(c), candidates) AS eligible, probabilities AS shares,
  toString(candidate_assigned) AS assigned
FROM {database:Identifier}.requests
WHERE ${DRAWN} AND ${ARRIVED} AND cityHash64(request_id, {seed:String}) < {below:UInt64}
LIMIT {most:UInt32}`

/** What the integrity checks want to know of the requests of a window. */
export async function readIntegrity(
  store: EvalStore,
  of: {
    readonly route: string
    readonly baseline: string
    readonly seed: string
    readonly window: TimeWindow
  },
): Promise<IntegrityFacts> {
  const { route, window } = of
  const where = { route, from: window.fromMs, to: window.toMs }
  const counts = await store.rows<Counted>(countsQuery, where)
  const rows = counts.reduce((sum, { n }) => sum + n, 0)
  const wanted = Math.min(recomputedMost, Math.max(recomputedLeast, Math.ceil(recomputedShare * rows)))
  // Two more in a hundred, so that chance does not leave it short.
  const share = Math.min(1, (1.02 * wanted + 50) / Math.max(rows, 1))
  const below = share >= 1 ? '18446744073709551615' : String(BigInt(Math.floor(share * 2 ** 53)) << 11n)
  const again = await store.rows<Again>(againQuery, { ...where, seed: of.seed, below, most: recomputedMost })
  return {
    ...counted(counts),
    rows,
    withoutPropensity: counts.reduce((sum, { bare }) => sum + bare, 0),
    recomputed: again.length,
    mismatches: again.filter((row) => !isSameDraw(drawnRow(row, of))).length,
  }
}

function counted(counts: readonly Counted[]): Pick<IntegrityFacts, 'strata' | 'inverseWeights'> {
  const names = [...new Set(counts.flatMap(({ eligible }) => eligible))].sort()
  const place = new Map(names.map((name, index) => [name, index]))
  const zeros = () => names.map(() => 0)
  const strata = new Map<string, Stratum & { observed: number[]; expected: number[] }>()
  const inverseWeights = { n: 0, sum: 0, variance: 0 }
  for (const { segment, version, assigned, n, eligible, shares } of counts) {
    const key = `${version} ${segment}`
    const stratum = strata.get(key) ?? {
      segment,
      policyVersion: version,
      observed: zeros(),
      expected: zeros(),
    }
    strata.set(key, stratum)
    const index = place.get(assigned) ?? -1
    if (index >= 0) stratum.observed[index] = (stratum.observed[index] ?? 0) + n
    for (const [at, candidate] of eligible.entries()) {
      const to = place.get(candidate) ?? 0
      stratum.expected[to] = (stratum.expected[to] ?? 0) + n * (shares[at] ?? 0)
    }
    const possible = shares.filter((share) => share > 0)
    const own = shares[eligible.indexOf(assigned)] ?? 0
    if (!(own > 0)) continue
    inverseWeights.n += n
    inverseWeights.sum += n / possible.length / own
    inverseWeights.variance +=
      n * (possible.reduce((sum, share) => sum + 1 / share, 0) / possible.length ** 2 - 1)
  }
  return { strata: [...strata.values()], inverseWeights }
}

function drawnRow(
  row: Again,
  { route, baseline }: { readonly route: string; readonly baseline: string },
): DrawnRow {
  return {
    route,
    saltId: row.salt_id,
    unit: unitOf(row, route),
    drawN: row.draw_n,
    drawU: row.draw_u,
    candidates: row.eligible,
    probabilities: row.shares,
    assigned: row.assigned,
    isHoldout: row.policy_role === 'holdout',
    baseline: row.policy_id === '' ? undefined : baseline,
  }
}

/** What the unit was named by, where the row still holds it; a conversation known by its opening is its own hash. */
function unitOf(row: Again, route: string): string | undefined {
  const named = [row.request_id, row.session, row.customer].find(
    (name) => name !== '' && unitHash(name) === row.unit_hash,
  )
  if (named !== undefined) return named
  const u = drawNumber({ salt: row.salt_id, route, unit: row.unit_hash, n: row.draw_n })
  return u === row.draw_u ? row.unit_hash : undefined
}
