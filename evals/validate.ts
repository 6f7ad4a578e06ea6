import { type Moments, meanOf, noMoments, varianceOf, withValue } from './estimators/moments.ts'
import {
  clippedShare,
  doublyRobust,
  effectiveSample,
  type PolicyDifference,
  type ScoredRow,
  snips,
  weighed,
} from './estimators/off-policy.ts'
import { dot, type Matrix } from './optimiser/matrix.ts'

export interface Validation {
  /** What passed: the weights that were asked for, or a shorter step towards them; undefined: none did. */
  readonly weights: Matrix | undefined
  readonly halvings: number
  readonly effectiveSample: number
  readonly clipped: number
  /** Against the baseline and against what is in force. */
  readonly againstBaseline: PolicyDifference
  readonly againstCurrent: PolicyDifference
  readonly snips: number
  readonly problem: string | undefined
}

const halvingsMost = 4
const leastEffective = 200
const tolerance = 0.01
/** One-sided 95 %. */
const z95 = 1.645
/** Fewer prompts than this say nothing; and that few agree does not make them certain. */
const leastCompared = 30
const leastVariance = 0.01

/** A prompt that several candidates answered: scores less the baseline's, by candidate; undefined for the others. */
export interface ComparedPrompt {
  readonly segment: number
  readonly differences: readonly (number | undefined)[]
}

export interface ValidationAsk {
  readonly rows: readonly ScoredRow[]
  readonly prompts: readonly ComparedPrompt[]
  readonly current: Matrix
  readonly next: Matrix
  readonly baseline: number
  readonly share: readonly number[]
  readonly maxLoss: number
  /** What the evidence says of a mix, against the baseline. */
  expected(weights: Matrix): PolicyDifference
}

/**
 * The last look before weights are published, on scores that took no part in choosing them: a wrong log, a wrong sum
 * or a step too far for what is known shows here. Shorter steps need less evidence.
 */
export function validate(asked: ValidationAsk): Validation {
  let part = 1
  for (let halvings = 0; ; halvings += 1) {
    const look = lookAt(asked, between(asked.current, asked.next, part))
    if (look.problem === undefined || halvings === halvingsMost)
      return { ...look, halvings, weights: look.problem === undefined ? look.weights : undefined }
    part /= 2
  }
}

function lookAt(
  { rows, prompts, current, baseline, share, maxLoss, expected }: ValidationAsk,
  weights: Matrix,
): Omit<Validation, 'halvings'> & { readonly weights: Matrix } {
  const only = weights.map((row) => row.map((_, a) => (a === baseline ? 1 : 0)))
  const compared = comparedOn(prompts, weights)
  const againstBaseline = pooled(
    doublyRobust(rows, { policy: weights, against: only, share }),
    rows,
    compared,
  )
  const againstCurrent = doublyRobust(rows, { policy: weights, against: current, share })
  const own = weighed(rows, weights)
  // Of a prompt that all answered every mix can be read off.
  const effective = effectiveSample(own) + compared.n
  // Held-back scores alone could prove no small floor: they are too few. With the evidence they are an appeal.
  const together = surer(againstBaseline, expected(weights))
  return {
    weights,
    effectiveSample: effective,
    clipped: clippedShare(own),
    againstBaseline,
    againstCurrent,
    snips: snips(own),
    problem: problemOf({
      effective,
      lower: together.mean - z95 * together.error,
      upper: againstBaseline.mean + z95 * againstBaseline.error,
      floor: -maxLoss,
    }),
  }
}

function comparedOn(prompts: readonly ComparedPrompt[], weights: Matrix): Moments {
  let moments = noMoments
  for (const { segment, differences } of prompts) {
    const row = weights[segment] ?? []
    if (row.some((weight, a) => weight > 0 && differences[a] === undefined)) continue
    moments = withValue(
      moments,
      dot(
        row,
        differences.map((value) => value ?? 0),
      ),
    )
  }
  return moments
}

function pooled(live: PolicyDifference, rows: readonly ScoredRow[], compared: Moments): PolicyDifference {
  if (compared.n < leastCompared) return live
  const own = Math.max(varianceOf(compared), leastVariance) / compared.n
  const pairs = { mean: meanOf(compared), error: Math.sqrt(own) }
  if (rows.length === 0) return pairs
  return surer(pairs, { ...live, error: Math.max(live.error, Math.sqrt(leastVariance / rows.length)) })
}

/** Two independent looks: the surer one counts for more. */
function surer(a: PolicyDifference, b: PolicyDifference): PolicyDifference {
  const [own, other] = [a.error ** 2, b.error ** 2]
  if (own + other === 0) return a
  const part = other / (own + other)
  return { mean: part * a.mean + (1 - part) * b.mean, error: Math.sqrt((own * other) / (own + other)) }
}

function problemOf(of: {
  effective: number
  lower: number
  upper: number
  floor: number
}): string | undefined {
  const points = (value: number) => (100 * value).toFixed(1)
  if (of.effective < leastEffective)
    return `held-back scores are worth ${Math.floor(of.effective)} of the new weights; ${leastEffective} are needed`
  if (of.upper < of.floor)
    return `held-back scores show a loss of at least ${points(-of.upper)} points; ${points(-of.floor)} may be`
  if (of.lower < of.floor - tolerance)
    return `with the held-back scores a loss of ${points(-of.lower)} points is possible; ${points(tolerance - of.floor)} may be`
  return undefined
}

function between(from: Matrix, to: Matrix, part: number): number[][] {
  return to.map((row, s) => row.map((weight, a) => (from[s]?.[a] ?? 0) * (1 - part) + weight * part))
}
