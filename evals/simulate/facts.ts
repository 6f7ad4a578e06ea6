import type { IntegrityFacts, Stratum } from '../integrity/integrity.ts'
import { isSameDraw } from '../integrity/recompute.ts'
import type { Row, Ruling } from './day.ts'

const recomputedLeast = 1_000
const recomputedShare = 0.01

/** What the integrity checks want to know of a day. */
export function factsOf(
  rows: readonly Row[],
  of: { readonly ruling: Ruling; readonly candidates: readonly string[]; readonly policyVersion: number },
): IntegrityFacts {
  const strata = new Map<string, { observed: number[]; expected: number[] }>()
  const zeros = () => of.candidates.map(() => 0)
  const inverseWeights = { n: rows.length, sum: 0, variance: 0 }
  for (const row of rows) {
    const stratum = strata.get(row.segment) ?? { observed: zeros(), expected: zeros() }
    strata.set(row.segment, stratum)
    stratum.observed[row.candidate] = (stratum.observed[row.candidate] ?? 0) + 1
    for (const [a, probability] of row.probabilities.entries())
      stratum.expected[a] = (stratum.expected[a] ?? 0) + probability
    const possible = row.probabilities.filter((probability) => probability > 0)
    inverseWeights.sum += 1 / possible.length / row.propensity
    inverseWeights.variance +=
      possible.reduce((sum, probability) => sum + 1 / probability, 0) / possible.length ** 2 - 1
  }
  const again = rows.slice(0, Math.max(recomputedLeast, Math.ceil(recomputedShare * rows.length)))
  return {
    strata: [...strata].map(
      ([segment, counts]): Stratum => ({ segment, policyVersion: of.policyVersion, ...counts }),
    ),
    inverseWeights,
    rows: rows.length,
    withoutPropensity: rows.filter(({ propensity }) => !(propensity > 0)).length,
    recomputed: again.length,
    mismatches: again.filter((row) => !isSameDraw(drawnRow(row, of))).length,
  }
}

function drawnRow(
  row: Row,
  { ruling, candidates }: { readonly ruling: Ruling; readonly candidates: readonly string[] },
): Parameters<typeof isSameDraw>[0] {
  return {
    route: ruling.route,
    saltId: ruling.saltId,
    unit: row.unit,
    drawN: 0,
    drawU: row.drawU,
    candidates,
    probabilities: row.probabilities,
    assigned: candidates[row.candidate] ?? '',
    isHoldout: row.isHoldout,
    baseline: candidates[ruling.baseline],
  }
}
