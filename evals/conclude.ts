import type { Collected } from './collect.ts'
import type { Alarm, Decision, StageReport } from './decision.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import type { LoopInput } from './loop.ts'
import type { Bounds } from './optimiser/bounds.ts'
import { isChange } from './optimiser/change.ts'
import type { Floors } from './optimiser/ladder.ts'
import type { Matrix } from './optimiser/matrix.ts'
import { outlookOf } from './optimiser/propose.ts'
import { nextPolicy } from './policy/document.ts'
import type { Validation } from './validate.ts'

export interface Outcome {
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

/** What was found, as a verdict, and as a policy where it is worth one. */
export function concluded(input: LoopInput, collected: Collected, outcome: Outcome): Decision {
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
