import type { PolicyDocument, Weights } from '../contract/policy.ts'
import { type Collected, collect } from './collect.ts'
import { concluded } from './conclude.ts'
import type { Decision, StageReport } from './decision.ts'
import type { ScoredRow } from './estimators/off-policy.ts'
import type { Evidence } from './evidence.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { alarmsOf, lastResort, pinnedOf } from './guards.ts'
import { checkedOn } from './held-back.ts'
import { type IntegrityFacts, integrity } from './integrity/integrity.ts'
import { isExploringOnly } from './optimiser/bounds.ts'
import { at, type Matrix, sumOf } from './optimiser/matrix.ts'
import { outlookOf, propose } from './optimiser/propose.ts'
import { onlyOf } from './optimiser/single.ts'
import { currentShares, trafficShares, weightsIn } from './policy/weights.ts'
import type { LoopSettings } from './settings.ts'
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
