import type { PolicyDocument, Weights } from '../contract/policy.ts'
import { type Collected, collect } from './collect.ts'
import type { Alarm, Decision, StageReport } from './decision.ts'
import type { ScoredRow } from './estimators/off-policy.ts'
import type { Evidence } from './evidence.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { alarmsOf, lastResort, pinnedOf } from './guards.ts'
import { type IntegrityFacts, integrity } from './integrity/integrity.ts'
import { type Bounds, isExploringOnly } from './optimiser/bounds.ts'
import { isChange } from './optimiser/change.ts'
import { mixDifference } from './optimiser/difference.ts'
import type { Floors } from './optimiser/ladder.ts'
import { at, type Matrix, sumOf } from './optimiser/matrix.ts'
import { outlookOf, propose } from './optimiser/propose.ts'
import { onlyOf } from './optimiser/single.ts'
import { nextPolicy } from './policy/document.ts'
import { currentShares, trafficShares, weightsIn } from './policy/weights.ts'
import { mergedInto } from './segments.ts'
import type { LoopSettings } from './settings.ts'
import { type Validation, validate } from './validate.ts'
import { holdOf, marginOf } from './watch/reverts.ts'

/** What is in force, and what happened to it. */
export interface Standing {
  readonly policy: PolicyDocument | undefined
  /** What rules without a policy. */
  readonly configured: Weights
  readonly saltId: string
  /** Candidates whose scores have become worse since the last run. */
  readonly drifted: readonly string[]
  /** When policies were taken back, in milliseconds. */
  readonly reverts: readonly number[]
}

export interface HeldBackRow extends Omit<ScoredRow, 'segment' | 'candidate'> {
  /** As recorded. */
  readonly segment: string
  readonly candidate: string
}

/** A golden item or a shadowed prompt: scores less the baseline's. */
export interface HeldBackPrompt {
  readonly segment: string
  readonly differences: Readonly<Record<string, number>>
}

export interface HeldBack {
  readonly rows: readonly HeldBackRow[]
  readonly prompts: readonly HeldBackPrompt[]
}

export interface LoopInput {
  readonly settings: LoopSettings
  readonly evidence: Evidence
  readonly standing: Standing
  /** Undefined where there is no log to be checked. */
  readonly integrity: IntegrityFacts | undefined
  /** Why scores cannot be relied on: the scorer is unhealthy, over budget, or scored too little of its plan. */
  readonly scorerProblem: string | undefined
  /** Scores that took no part in the evidence; undefined: there is nothing to validate on (golden sets alone). */
  readonly heldBack: HeldBack | undefined
  readonly runId: string
  readonly nowMs: number
}

/** One run of the loop, from statistics to a policy or to why there is none. The same for jobs and simulations. */
export function decide(input: LoopInput): Decision {
  const hold = holdBeforeEstimates(input)
  if (hold !== undefined) return hold
  const collected = collect(input.evidence, { ...input.settings, merged: input.standing.policy?.merge ?? {} })
  const { estimates } = collected
  const baseline = estimates.baseline
  if (collected.requests === 0) return held(input, exitCodes.notEnough, 'there is no traffic to learn from')
  if (estimates.isPriced[baseline] !== true)
    return held(input, exitCodes.notEnough, 'no price of the baseline is known')
  const current = inForce(input, collected)
  if (input.standing.drifted.includes(input.settings.baseline)) {
    const reason = 'the baseline itself has become worse: nothing moves by itself'
    return { ...held(input, exitCodes.notEnough, reason), alarms: ['baseline_drift'], estimates }
  }
  return optimised(input, collected, current)
}

function holdBeforeEstimates(input: LoopInput): Decision | undefined {
  const { settings, standing, nowMs } = input
  if (settings.mode === 'freeze' || settings.mode === 'ab')
    return held(input, exitCodes.noChange, `weights are fixed (mode: ${settings.mode})`)
  const reverted = holdOf(standing.reverts, nowMs)
  if (reverted !== undefined)
    return {
      ...held(input, exitCodes.notEnough, reverted.reason),
      alarms: reverted.isFrozen ? ['frozen'] : [],
    }
  const problems = input.integrity === undefined ? [] : integrity(input.integrity).problems
  if (problems.length > 0) return held(input, exitCodes.integrity, problems.join('; '))
  if (input.scorerProblem !== undefined) return held(input, exitCodes.scorer, input.scorerProblem)
  return undefined
}

function held(input: LoopInput, exitCode: ExitCode, reason: string): Decision {
  const stage: StageReport['stage'] = exitCode === exitCodes.integrity ? 'integrity' : 'optimise'
  const figures = { candidates: input.settings.candidates.length }
  return {
    exitCode,
    reason,
    alarms: [],
    stages: [{ stage, status: exitCode === exitCodes.noChange ? 'ok' : 'held', exitCode, reason, figures }],
  }
}

function inForce({ standing, settings }: LoopInput, { groups, estimates }: Collected): Matrix {
  const { policy, configured } = standing
  return currentShares(groups, (segment) =>
    trafficShares(
      policy === undefined ? configured : weightsIn(policy, segment),
      settings.candidates,
      estimates.baseline,
    ),
  )
}

function optimised(input: LoopInput, collected: Collected, current: Matrix): Decision {
  const { settings, standing, evidence } = input
  const { estimates } = collected
  const margin = marginOf(standing.reverts, input.nowMs)
  const maxLoss = Math.max(0, settings.maxLoss - margin)
  const floors = {
    floor: -maxLoss,
    segmentFloor: settings.scope === 'segment' ? -maxLoss : -Math.max(settings.segmentLoss, maxLoss),
  }
  const pinned = pinnedOf(estimates, { settings, evidence, drifted: standing.drifted })
  const isSingle = settings.mode === 'single'
  const proposal = propose(estimates, { current, floors, maxLoss, pinned, isSingle })
  const best = lastResort(estimates, settings.min)
  const wanted = best === undefined ? proposal.weights : onlyOf(proposal.bounds, best, estimates.baseline)
  const checked =
    best === undefined ? checkedOn(input, collected, { from: proposal.from, to: wanted }) : undefined
  const weights = checked === undefined ? wanted : (checked.weights ?? proposal.from)
  const outlook = outlookOf(estimates, weights)
  const spendUsd =
    collected.requests *
    sumOf(
      estimates.share,
      (part, s) => part * sumOf(weights[s] ?? [], (weight, a) => weight * at(estimates.cost, s, a)),
    )
  const alarms = alarmsOf({ ...standing, estimates, settings, difference: outlook.difference, spendUsd })
  return concluded(input, collected, {
    current,
    weights,
    checked,
    alarms: best === undefined ? alarms : [...alarms, 'floor_unreachable'],
    floors,
    bounds: proposal.bounds,
    isNew: isExploringOnly(proposal.bounds, estimates.baseline),
    penalty: proposal.penalty,
  })
}

interface Outcome {
  readonly floors: Floors
  readonly bounds: Bounds
  readonly current: Matrix
  readonly weights: Matrix
  readonly checked: Validation | undefined
  readonly alarms: readonly Alarm[]
  /** Nobody may grow yet, for lack of scores. */
  readonly isNew: boolean
  readonly penalty: number | undefined
}

function concluded(input: LoopInput, collected: Collected, outcome: Outcome): Decision {
  const { estimates } = collected
  const { weights, checked, alarms, current } = outcome
  const outlook = outlookOf(estimates, weights)
  const figures = {
    cost_share: outlook.cost,
    difference: outlook.difference,
    lower: outlook.lower,
    penalty: outcome.penalty ?? -1,
    segments: collected.segments.length,
  }
  const known = { alarms, estimates, weights, outlook }
  const stages = stagesOf(figures, checked)
  const { floors, bounds } = outcome
  const isMoved = isChange(estimates, { current, next: weights, floors, bounds })
  const verdict = verdictOf(input, outcome, isMoved)
  const last: StageReport = {
    ...verdict,
    stage: 'publish',
    status: verdict.isPublished ? 'ok' : 'held',
    figures: {},
  }
  const decided = { ...known, exitCode: verdict.exitCode, reason: verdict.reason, stages: [...stages, last] }
  if (!verdict.isPublished) return decided
  const { settings, standing, runId, nowMs } = input
  const policy = nextPolicy({
    ...settings,
    ...collected,
    weights,
    outlook,
    parent: standing.policy,
    saltId: standing.saltId,
    runId,
    nowMs,
  })
  return { ...decided, policy }
}

interface Verdict {
  readonly exitCode: ExitCode
  readonly reason: string
  readonly isPublished: boolean
}

function verdictOf({ settings }: LoopInput, { checked, isNew }: Outcome, isMoved: boolean): Verdict {
  if (settings.mode === 'observe')
    return {
      exitCode: exitCodes.noChange,
      reason: 'computed and not published (mode: observe)',
      isPublished: false,
    }
  if (isMoved) {
    const reason = isNew
      ? 'every candidate gets what is needed to learn of it'
      : 'the mix is cheaper or better'
    return { exitCode: exitCodes.published, reason, isPublished: true }
  }
  if (isNew)
    return { exitCode: exitCodes.notEnough, reason: 'too few scores of every candidate', isPublished: false }
  if (checked?.problem !== undefined)
    return { exitCode: exitCodes.notEnough, reason: checked.problem, isPublished: false }
  return { exitCode: exitCodes.noChange, reason: 'no change worth publishing', isPublished: false }
}

function stagesOf(figures: Readonly<Record<string, number>>, checked: Validation | undefined): StageReport[] {
  const { published } = exitCodes
  const optimise: StageReport = { stage: 'optimise', status: 'ok', exitCode: published, reason: '', figures }
  if (checked === undefined) return [optimise]
  const { problem, halvings, effectiveSample, clipped, againstBaseline, againstCurrent, snips } = checked
  const validated: StageReport = {
    stage: 'validate',
    status: problem === undefined ? 'ok' : 'held',
    exitCode: problem === undefined ? published : exitCodes.notEnough,
    reason: problem ?? '',
    figures: {
      halvings,
      effective_sample: effectiveSample,
      clipped,
      difference: againstBaseline.mean,
      difference_error: againstBaseline.error,
      step: againstCurrent.mean,
      step_error: againstCurrent.error,
      snips,
    },
  }
  return [optimise, validated]
}

/** Undefined where there is nothing to be risked: no candidate but the baseline grows. */
function checkedOn(
  { heldBack, settings }: LoopInput,
  { segments, merge, estimates }: Collected,
  move: { readonly from: Matrix; readonly to: Matrix },
): Validation | undefined {
  const { baseline, share, candidates } = estimates
  const grows = move.to.some((row, s) =>
    row.some((weight, a) => a !== baseline && weight > at(move.from, s, a) + grown),
  )
  if (heldBack === undefined || !grows) return undefined
  const place = new Map(segments.map((segment, s) => [segment, s]))
  const placed = (segment: string) => place.get(mergedInto(merge, segment))
  const rows = heldBack.rows.flatMap((row) => {
    const segment = placed(row.segment)
    const candidate = candidates.indexOf(row.candidate)
    return segment === undefined || candidate < 0 ? [] : [{ ...row, segment, candidate }]
  })
  const prompts = heldBack.prompts.flatMap(({ segment: name, differences }) => {
    const segment = placed(name)
    const of = (candidate: string, a: number) => (a === baseline ? 0 : differences[candidate])
    return segment === undefined ? [] : [{ segment, differences: candidates.map(of) }]
  })
  return validate({
    rows,
    prompts,
    current: move.from,
    next: move.to,
    baseline,
    share,
    maxLoss: settings.maxLoss,
    expected: (weights) => mixDifference(estimates, weights),
  })
}

/** What exploration gives needs no proof. */
const grown = 0.03
