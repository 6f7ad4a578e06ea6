import type { Alarm } from './decision.ts'
import { type Estimates, standardError } from './estimators/estimates.ts'
import type { Evidence } from './evidence.ts'
import type { Pinned } from './optimiser/bounds.ts'
import { at, sumOf } from './optimiser/matrix.ts'
import type { LoopSettings } from './settings.ts'

/** Candidates that may not grow, and why. */
export function pinnedOf(
  estimates: Estimates,
  of: {
    readonly settings: LoopSettings
    readonly evidence: Pick<Evidence, 'durationP95Ms'>
    readonly drifted: readonly string[]
  },
): ReadonlyMap<string, Pinned> {
  const { candidates, baseline, isPriced, availability } = estimates
  const { durationP95Ms, failures } = of.settings.guardrails
  const pinned = new Map<string, Pinned>()
  for (const [a, candidate] of candidates.entries()) {
    if (a === baseline) continue
    const isSlow = (of.evidence.durationP95Ms?.(candidate) ?? 0) > (durationP95Ms ?? Number.POSITIVE_INFINITY)
    const isFailing = 1 - (availability[a] ?? 1) > (failures ?? Number.POSITIVE_INFINITY)
    if (isSlow || isFailing) pinned.set(candidate, 'guardrail')
    if (isPriced[a] !== true) pinned.set(candidate, 'unpriced')
    if (of.drifted.includes(candidate)) pinned.set(candidate, 'alarm')
  }
  return pinned
}

/** Standard errors by which a candidate has to be below the least quality before it counts as below. */
const z = 1.28

/**
 * Where no candidate reaches the least quality there is nothing to be saved: the one whose quality is surest to be
 * high gets the traffic, the baseline where two are equal. Undefined: somebody reaches it.
 */
export function lastResort(estimates: Estimates, min: number | undefined): number | undefined {
  if (min === undefined) return undefined
  const { candidates, baseline } = estimates
  const route = candidates.map((_, a) => qualityOf(estimates, a))
  if (route.some(({ mean, error }) => mean + z * error >= min)) return undefined
  const lower = route.map(({ mean, error }) => mean - z * error)
  const best = lower.reduce((most, value, a) => (value > (lower[most] ?? 0) ? a : most), baseline)
  return best
}

/** On the route: quality with its standard error. The baseline's own scores are in every segment's estimate. */
function qualityOf(estimates: Estimates, a: number): { mean: number; error: number } {
  const { share, quality, baseline, count } = estimates
  const mean = sumOf(share, (part, s) => part * at(quality, s, a))
  const own = (s: number) =>
    a === baseline ? Math.sqrt((mean * (1 - mean)) / (at(count, s, a) + 2)) : standardError(estimates, s, a)
  return { mean, error: Math.sqrt(sumOf(share, (part, s) => (part * own(s)) ** 2)) }
}

export function alarmsOf(of: {
  readonly estimates: Estimates
  readonly settings: LoopSettings
  readonly drifted: readonly string[]
  readonly difference: number
  readonly spendUsd: number
}): Alarm[] {
  const { estimates, settings, drifted } = of
  const { share, quality, baseline } = estimates
  const alarms: Alarm[] = []
  if (drifted.includes(settings.baseline)) alarms.push('baseline_drift')
  if (drifted.some((candidate) => candidate !== settings.baseline)) alarms.push('candidate_drift')
  const mean = sumOf(share, (part, s) => part * at(quality, s, baseline)) + of.difference
  if (settings.min !== undefined && mean < settings.min) alarms.push('below_min')
  if (of.spendUsd > (settings.guardrails.spendUsd ?? Number.POSITIVE_INFINITY)) alarms.push('spend_cap')
  return alarms
}
