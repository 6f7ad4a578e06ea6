import type { CanaryProcesses, Crossing } from './canary.ts'
import { crossing } from './canary.ts'

/** Shares of the units that get the new weights, one after the other. */
export const canaryFractions = [0.1, 0.5, 1] as const

const leastPairs = 200
const hourMs = 3_600_000
const leastMs = 2 * hourMs
const mostMs = 48 * hourMs

export interface CanaryStage {
  readonly fraction: number
  readonly sinceMs: number
  /** Scored pairs of this stage. */
  readonly pairs: number
  readonly processes: CanaryProcesses
}

export type CanaryVerdict =
  | { readonly kind: 'watching'; readonly missing: string }
  /** To the next share of the units; 1: the weights hold for all. */
  | { readonly kind: 'advance'; readonly fraction: number }
  | { readonly kind: 'held'; readonly reason: string }
  | { readonly kind: 'revert'; readonly crossing: Crossing }
  | { readonly kind: 'done' }

/** What becomes of a canary now. Evidence against it counts at every look and in every stage. */
export function canaryVerdict(stage: CanaryStage, nowMs: number): CanaryVerdict {
  const crossed = crossing(stage.processes)
  if (crossed !== undefined) return { kind: 'revert', crossing: crossed }
  const age = nowMs - stage.sinceMs
  if (stage.pairs >= leastPairs && age >= leastMs) return next(stage.fraction)
  if (age > mostMs)
    return { kind: 'held', reason: `${stage.pairs} scored pairs in 48 h; ${leastPairs} are needed` }
  const pairs = Math.max(0, leastPairs - stage.pairs)
  const minutes = Math.max(0, Math.ceil((leastMs - age) / 60_000))
  return { kind: 'watching', missing: `${pairs} scored pairs and ${minutes} min` }
}

function next(fraction: number): CanaryVerdict {
  const following = canaryFractions.find((share) => share > fraction)
  return following === undefined ? { kind: 'done' } : { kind: 'advance', fraction: following }
}
