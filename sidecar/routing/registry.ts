import type { Strategy } from './route.ts'
import { best } from './strategies/best.ts'
import { cheapest } from './strategies/cheapest.ts'
import { fastest } from './strategies/fastest.ts'
import { ordered } from './strategies/ordered.ts'
import { weighted } from './strategies/weighted.ts'
import type { StrategyFunction } from './strategy.ts'

export const strategies: Readonly<Record<Strategy, StrategyFunction>> = {
  weighted,
  cheapest,
  fastest,
  best,
  ordered,
}
