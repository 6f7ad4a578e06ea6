import type { Candidate, Route, Strategy } from './route.ts'
import { ordered } from './strategies/ordered.ts'
import { weighted } from './strategies/weighted.ts'

/** Probabilities over the eligible candidates, in their order. */
export type StrategyFunction = (eligible: readonly Candidate[], route: Route) => number[]

/** Strategies that rest on learned figures begin as `ordered`: nothing is known yet. */
export const strategies: Readonly<Record<Strategy, StrategyFunction>> = {
  weighted,
  ordered,
  cheapest: ordered,
  fastest: ordered,
  best: ordered,
}
