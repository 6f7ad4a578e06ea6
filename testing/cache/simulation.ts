import { auditCounted, freshSampling, hitCounted, samplingP } from '../../sidecar/cache/audit/sampling.ts'
import {
  auditedShare,
  freshTuner,
  labelled,
  never,
  type Setting,
  scoreMin,
  type TunerState,
} from '../../sidecar/cache/audit/tuner.ts'
import { type Random, seededRandom } from '../random.ts'

/** Probability that a candidate of this score is wrong. */
export type ErrorCurve = (score: number) => number

/** Steep, flat and never good: how encoders behave on easy, mixed and hopeless traffic. */
export const errorCurves: Readonly<Record<string, ErrorCurve>> = {
  steep: (score) => Math.min(1, 0.6 * Math.exp(-14 * (score - scoreMin))),
  flat: (score) => Math.max(0.001, 0.35 * (1 - (score - scoreMin) / 0.5) ** 2),
  floor: (score) => 0.03 + 0.5 * (1 - (score - scoreMin) / 0.5) ** 2,
}

export interface Simulated {
  readonly hits: number
  readonly wrong: number
  readonly audits: number
  readonly tau: number
  /** The interval of the audited share held the true share of what is served. */
  readonly covers: boolean
  readonly isServing: boolean
}

/** One route's traffic of requests that each have a candidate; the truth of each is known to the simulation alone. */
export function simulate(options: {
  readonly curve: ErrorCurve
  readonly delta: number
  readonly requests: number
  readonly seed: number
  readonly start: Setting['start']
}): Simulated {
  const { curve, delta, requests, start } = options
  const random = seededRandom(options.seed)
  const setting: Setting = { delta, start }
  let state = freshTuner(start === 'serving' ? scoreMin : never)
  let sampling = freshSampling
  let [hits, wrong, audits] = [0, 0, 0]
  for (let n = 0; n < requests; n += 1) {
    const nowMs = n * 8640
    const score = drawScore(random)
    const isWrong = random.chance(curve(score))
    if (score < state.tau) {
      state = labelled(state, { score, isWrong, p: 1 }, setting)
      continue
    }
    hits += 1
    if (isWrong) wrong += 1
    sampling = hitCounted(sampling, nowMs)
    const p = samplingP(sampling, { nowMs, usdPerDay: 1000 })
    if (!random.chance(p)) continue
    audits += 1
    sampling = auditCounted(sampling, 0.001, nowMs)
    state = labelled(state, { score, isWrong, p }, setting)
  }
  return {
    hits,
    wrong,
    audits,
    tau: state.tau,
    covers: coversTruth(state, curve),
    isServing: state.tau < never,
  }
}

/** More of the middle than of the ends. */
function drawScore(random: Random): number {
  return scoreMin + 0.5 * ((random.next() + random.next() + random.next()) / 3) ** 0.8
}

function coversTruth(state: TunerState, curve: ErrorCurve): boolean {
  const { lower, upper, trials } = auditedShare(state)
  if (state.tau >= never || trials < 1) return true
  const random = seededRandom(99)
  let [sum, count] = [0, 0]
  for (let n = 0; n < 20_000; n += 1) {
    const score = drawScore(random)
    if (score < state.tau) continue
    sum += curve(score)
    count += 1
  }
  const truth = count === 0 ? 0 : sum / count
  return lower <= truth && truth <= upper
}
