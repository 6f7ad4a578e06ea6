import { bet, type EProcess, fires, newEProcess } from '../tests/e-process.ts'

/** What one request came to. */
export interface Outcome {
  /** Null: not scored. */
  readonly score: number | null
  readonly isOk: boolean
  readonly durationMs: number
  /** Null: no price is known. */
  readonly costUsd: number | null
}

/** A request of the canary and one of its control, in the order they came, of the same segment. */
export interface CanaryPair {
  readonly canary: Outcome
  readonly control: Outcome
}

/** Of the control before the canary began: fixed, so that nothing is compared with itself. */
export interface ControlReference {
  readonly durationP95Ms: number
  readonly costUsd: number
  /** By how much dearer the canary is meant to be, as a share of the control's cost. */
  readonly dearer: number
}

export const canaryMetrics = ['quality', 'ok', 'duration', 'cost'] as const
export type CanaryMetric = (typeof canaryMetrics)[number]

export type CanaryProcesses = Readonly<Record<CanaryMetric, EProcess>>

export const newCanaryProcesses: CanaryProcesses = {
  quality: newEProcess,
  ok: newEProcess,
  duration: newEProcess,
  cost: newEProcess,
}

/** What may be lost without calling it a loss. */
const margins: Readonly<Record<CanaryMetric, number>> = {
  quality: 0.02,
  ok: 0.005,
  duration: 0.02,
  cost: 0.0125,
}
/** Costs have no upper end; what is above this many times the control's mean counts as this. */
const costCap = 4
/** Chance that a canary as good as its control is taken back, all metrics and all looks together. */
const alpha = 0.05 / canaryMetrics.length

export interface Crossing {
  readonly metric: CanaryMetric
  readonly eValue: number
}

export function watchPair(
  processes: CanaryProcesses,
  { canary, control }: CanaryPair,
  reference: ControlReference,
): CanaryProcesses {
  const { durationP95Ms, costUsd, dearer } = reference
  const scored = canary.score !== null && control.score !== null ? canary.score - control.score : undefined
  // One in twenty of the control's takes longer than its 95th percentile.
  const slow = 0.05 - Number(canary.durationMs > durationP95Ms)
  const capped = (cost: number) => Math.min(cost / Math.max(costUsd, Number.MIN_VALUE), costCap) / costCap
  const priced =
    canary.costUsd !== null && control.costUsd !== null && costUsd > 0
      ? capped(control.costUsd) - capped(canary.costUsd)
      : undefined
  const on = (metric: CanaryMetric, difference: number | undefined, more = 0) =>
    difference === undefined ? processes[metric] : bet(processes[metric], difference, margins[metric] + more)
  return {
    quality: on('quality', scored),
    ok: on('ok', Number(canary.isOk) - Number(control.isOk)),
    duration: on('duration', slow),
    cost: on('cost', priced, Math.max(0, dearer) / costCap),
  }
}

export function crossing(processes: CanaryProcesses): Crossing | undefined {
  const metric = canaryMetrics.find((name) => fires(processes[name], alpha))
  return metric === undefined ? undefined : { metric, eValue: processes[metric].peak }
}
