import { lowerBound, upperBound } from './clopper-pearson.ts'

/** Scores below a half are no candidates. */
export const scoreMin = 0.5
const binsPerUnit = 40
const bins = 21
const decay = 0.999
const retuneEvery = 50
const labelsMin = 30
const binLabelsMin = 8
const recentMax = 200

export interface Label {
  readonly score: number
  readonly isWrong: boolean
  /** Probability with which it was chosen; 1 for labels that come by themselves. */
  readonly p: number
}

export interface TunerState {
  readonly counts: readonly number[]
  readonly weights: readonly number[]
  readonly squares: readonly number[]
  readonly errors: readonly number[]
  readonly labels: number
  readonly tau: number
  readonly recent: readonly { readonly isWrong: boolean; readonly p: number }[]
  /** Same prompts asked twice, and how often the answers disagreed by themselves. */
  readonly twice: number
  readonly differed: number
  readonly isBroken: boolean
  /** Serves without proof, as long as nothing speaks against it. */
  readonly isTrusted: boolean
}

/** Never: no score reaches it. */
export const never = 2

export function freshTuner(tau: number): TunerState {
  const zeros = Array.from({ length: bins }, () => 0)
  return {
    counts: zeros,
    weights: zeros,
    squares: zeros,
    errors: zeros,
    labels: 0,
    tau,
    recent: [],
    twice: 0,
    differed: 0,
    isBroken: false,
    isTrusted: true,
  }
}

export function binOf(score: number): number {
  return Math.max(0, Math.min(bins - 1, Math.floor((score - scoreMin) * binsPerUnit + 1e-9)))
}

export const lowerEdge = (bin: number) => scoreMin + bin / binsPerUnit

/** Share of answers that differ from themselves, at the least: only beyond it are differences the cache's fault. */
export function selfDisagreement({ twice, differed }: TunerState): number {
  return twice === 0 ? 0 : lowerBound(differed, twice)
}

export interface Setting {
  /** Share of wrong hits that the route allows. */
  readonly delta: number
  /** Serves until proven wrong (lexical), or only when proven right (semantic). */
  readonly start: 'serving' | 'never'
}

/** What a label changes. A wrong hit raises the threshold by one bin at once. */
export function labelled(state: TunerState, label: Label, setting: Setting): TunerState {
  const bin = binOf(label.score)
  const weight = 1 / label.p
  const isServed = label.score >= state.tau
  const counted: TunerState = {
    ...state,
    counts: added(state.counts, bin, 1),
    weights: added(state.weights, bin, weight),
    squares: added(state.squares, bin, weight * weight),
    errors: label.isWrong ? added(state.errors, bin, weight) : state.errors,
    labels: state.labels + 1,
    recent: isServed
      ? [...state.recent, { isWrong: label.isWrong, p: label.p }].slice(-recentMax)
      : state.recent,
  }
  if (isServed && isBreached(counted, setting)) return broken(counted)
  const raised = label.isWrong && isServed ? doubted(counted, bin, setting) : counted
  return raised.labels % retuneEvery === 0 ? retuned(raised, setting) : raised
}

/** One bin higher; and where more was wrong than is allowed, only what is proven is served from now on. */
function doubted(state: TunerState, bin: number, { delta }: Setting): TunerState {
  const isTrusted = state.isTrusted && (hasProof(state) || auditedShare(state).share <= delta)
  const tau = raisedTau(state.tau, bin)
  return {
    ...state,
    isTrusted,
    tau: isTrusted || !state.isTrusted ? tau : Math.max(tau, thresholdOf(state, delta)),
  }
}

function added(values: readonly number[], bin: number, amount: number): readonly number[] {
  return values.with(bin, (values[bin] ?? 0) + amount)
}

function raisedTau(tau: number, bin: number): number {
  const next = lowerEdge(Math.max(bin, binOf(tau)) + 1)
  return next > 1 ? never : Math.max(tau, next)
}

/** It is looked at after every label, so a chance of one in twenty would not do. */
const breachConfidence = 0.999

/** Even at the best, more than twice what is allowed was wrong of the last hits that were checked. */
function isBreached({ recent }: TunerState, { delta }: Setting): boolean {
  if (recent.length < labelsMin || recent.at(-1)?.isWrong !== true) return false
  const { errors, trials } = effective(recent.map(({ isWrong, p }) => ({ weight: 1 / p, isWrong })))
  return lowerBound(errors, trials, breachConfidence) > 2 * delta
}

/** Nothing is served until what comes from now on proves that it may. */
function broken(state: TunerState): TunerState {
  const { twice, differed } = state
  return { ...freshTuner(never), twice, differed, isBroken: true, isTrusted: false }
}

function effective(labels: readonly { weight: number; isWrong: boolean }[]): {
  errors: number
  trials: number
} {
  let weights = 0
  let squares = 0
  let wrong = 0
  for (const { weight, isWrong } of labels) {
    weights += weight
    squares += weight * weight
    if (isWrong) wrong += weight
  }
  const trials = squares === 0 ? 0 : (weights * weights) / squares
  return { trials, errors: weights === 0 ? 0 : (trials * wrong) / weights }
}

/** From the best scores down, as far as the bound allows. */
export function retuned(state: TunerState, setting: Setting): TunerState {
  const found = thresholdOf(state, setting.delta)
  const isTrusted = setting.start === 'serving' && state.isTrusted && !hasProof(state)
  const tau = isTrusted ? state.tau : found
  const faded = (values: readonly number[]) => values.map((value) => value * decay)
  return {
    ...state,
    counts: faded(state.counts),
    weights: faded(state.weights),
    squares: faded(state.squares),
    errors: faded(state.errors),
    tau,
    isBroken: state.isBroken && tau >= never,
  }
}

/** With few labels the strict guard is the proof. */
function hasProof({ weights, squares }: TunerState): boolean {
  const sum = weights.reduce((total, value) => total + value, 0)
  const sumOfSquares = squares.reduce((total, value) => total + value, 0)
  return sumOfSquares > 0 && (sum * sum) / sumOfSquares >= 300
}

function thresholdOf(state: TunerState, delta: number): number {
  const nu = selfDisagreement(state)
  let tau = never
  let [count, weight, square, error] = [0, 0, 0, 0]
  for (let bin = bins - 1; bin >= 0; bin -= 1) {
    const own = state.weights[bin] ?? 0
    if ((state.counts[bin] ?? 0) >= binLabelsMin && (state.errors[bin] ?? 0) / own > delta) break
    count += state.counts[bin] ?? 0
    weight += own
    square += state.squares[bin] ?? 0
    error += state.errors[bin] ?? 0
    // Nothing is served where nothing was seen, however good it is above.
    if (count < labelsMin || (state.counts[bin] ?? 0) < binLabelsMin) continue
    const trials = (weight * weight) / square
    const upper = upperBound((trials * error) / weight, trials)
    if (Math.max(0, (upper - nu) / (1 - nu)) <= delta) tau = lowerEdge(bin)
  }
  return tau
}

export function askedTwice(state: TunerState, differed: boolean): TunerState {
  return { ...state, twice: state.twice + 1, differed: state.differed + (differed ? 1 : 0) }
}

export interface Audited {
  readonly errors: number
  readonly trials: number
  readonly share: number
  readonly upper: number
  readonly lower: number
}

/** Share of wrong hits among what is served now, with its interval of 95 %: 2.5 % on each side. */
export function auditedShare(state: TunerState): Audited {
  let [weight, square, error] = [0, 0, 0]
  for (let bin = state.tau >= never ? bins : binOf(state.tau); bin < bins; bin += 1) {
    weight += state.weights[bin] ?? 0
    square += state.squares[bin] ?? 0
    error += state.errors[bin] ?? 0
  }
  const trials = square === 0 ? 0 : (weight * weight) / square
  const errors = weight === 0 ? 0 : (trials * error) / weight
  return {
    errors,
    trials,
    share: trials === 0 ? 0 : errors / trials,
    upper: upperBound(errors, trials, 0.975),
    lower: lowerBound(errors, trials, 0.975),
  }
}
