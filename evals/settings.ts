export type Mode = 'mix' | 'single' | 'observe' | 'ab' | 'freeze'

/** What one route asks of the loop; names and defaults are those of the configuration. */
export interface LoopSettings {
  readonly route: string
  /** Ids, sorted: the order of everything that is computed. */
  readonly candidates: readonly string[]
  readonly baseline: string
  /** How much lower than the baseline's the quality of the mix may be, 0 to 1. */
  readonly maxLoss: number
  /** The same in any one segment. */
  readonly segmentLoss: number
  /** Below this quality a candidate is not used at all where another is. */
  readonly min: number | undefined
  readonly scope: 'route' | 'segment'
  readonly mode: Mode
  /** Scores a day. */
  readonly scores: number
  readonly segmentBy: readonly string[]
  readonly guardrails: Guardrails
}

/** A candidate that breaks one keeps what exploration gives it and no more. */
export interface Guardrails {
  readonly durationP95Ms?: number
  /** Share of requests that may end without an answer. */
  readonly failures?: number
  /** US dollars a day. */
  readonly spendUsd?: number
}

/** A segment may lose more than the route, where others lose less: wide enough to be of use, never wider than this. */
export function usualSegmentLoss(maxLoss: number): number {
  return Math.max(0.06, 2 * maxLoss)
}

export function usualSettings(
  needed: Pick<LoopSettings, 'route' | 'candidates' | 'baseline'> & Partial<LoopSettings>,
): LoopSettings {
  const { maxLoss = 0.02 } = needed
  return {
    maxLoss,
    segmentLoss: usualSegmentLoss(maxLoss),
    min: undefined,
    scope: 'route',
    mode: 'mix',
    scores: 600,
    segmentBy: ['feature', 'prompt'],
    guardrails: {},
    ...needed,
    candidates: needed.candidates.toSorted(),
  }
}
