import { countTest } from '../tests/chi-square.ts'

/** Requests of one segment under one version of the policy, by candidate: drawn, and the sum of their probabilities. */
export interface Stratum {
  readonly segment: string
  readonly policyVersion: number
  readonly observed: readonly number[]
  readonly expected: readonly number[]
}

export interface IntegrityFacts {
  readonly strata: readonly Stratum[]
  readonly inverseWeights: InverseWeights
  readonly rows: number
  readonly withoutPropensity: number
  /** Rows whose draw was done again, and those that came out otherwise. */
  readonly recomputed: number
  readonly mismatches: number
}

/**
 * Of each row the probability of an even draw over that of the draw that was: 1 on average. Its variance follows from
 * the probabilities; seen variance would be too small whenever a rare candidate happens to be missing.
 */
export interface InverseWeights {
  readonly n: number
  readonly sum: number
  /** Of each row, summed: the mean of 1 / probability over its k candidates, divided by k, less 1. */
  readonly variance: number
}

export interface IntegrityReport {
  readonly problems: readonly string[]
  /** Smallest p, corrected for how many were looked at. */
  readonly p: number
}

/** Chance of a false alarm, half for the route as a whole and half for all of its parts. */
const alpha = 0.001
const withoutMost = 0.001
/** The sum is skewed by rare candidates: at 3 one clean log of 300 would be held. */
const deviations = 4

/** Whether the log is one of the draws it says it is. Nothing may be learned from one that is not. */
export function integrity(facts: IntegrityFacts): IntegrityReport {
  const { p, problem } = countProblem(facts.strata)
  const problems = [problem, weightProblem(facts), propensityProblem(facts), recomputeProblem(facts)]
  return { problems: problems.filter((one) => one !== undefined), p }
}

function countProblem(strata: readonly Stratum[]): { p: number; problem: string | undefined } {
  const whole = countTest(added(strata, 'observed'), added(strata, 'expected')).p
  let least = { p: 1, segment: '' }
  for (const { segment, observed, expected } of strata) {
    const { p } = countTest(observed, expected)
    if (p < least.p) least = { p, segment }
  }
  // Many parts are looked at, and one of them is always the worst.
  const p = Math.min(1, 2 * whole, 2 * strata.length * least.p)
  if (p >= alpha) return { p, problem: undefined }
  const where = 2 * whole < alpha ? '' : ` in segment ${JSON.stringify(least.segment.slice(0, 40))}`
  return { p, problem: `candidates served other shares than were drawn${where} (p ${p.toExponential(1)})` }
}

function added(strata: readonly Stratum[], field: 'observed' | 'expected'): number[] {
  const sums: number[] = []
  for (const stratum of strata)
    for (const [index, value] of stratum[field].entries()) sums[index] = (sums[index] ?? 0) + value
  return sums
}

function weightProblem({ inverseWeights }: IntegrityFacts): string | undefined {
  const { n, sum, variance } = inverseWeights
  if (n === 0) return undefined
  const error = Math.sqrt(variance) / n
  const off = sum / n - 1
  if (Math.abs(off) <= deviations * error + 1e-9) return undefined
  return `inverse probabilities average ${(1 + off).toFixed(3)} instead of 1`
}

function propensityProblem({ rows, withoutPropensity }: IntegrityFacts): string | undefined {
  if (withoutPropensity <= withoutMost * rows) return undefined
  return `${withoutPropensity} of ${rows} rows have no probability`
}

function recomputeProblem({ recomputed, mismatches }: IntegrityFacts): string | undefined {
  if (mismatches === 0) return undefined
  return `${mismatches} of ${recomputed} draws that were done again came out otherwise`
}
