import { formatMoney, type Money } from '../../contract/money.ts'
import type { Gauge } from '../observe/metrics.ts'
import type { Period } from './period.ts'

export interface BudgetState {
  readonly key: string
  readonly period: Period
  readonly spent: Money
  readonly limit: Money
}

export function budgetGauges(states: readonly BudgetState[]): Gauge[] {
  return states.flatMap(({ key, period, spent, limit }): Gauge[] => {
    const labels = { key, period }
    return [
      {
        name: 'sidelight_budget_spent_usd',
        type: 'gauge',
        help: 'What a key has spent of its budget in this period.',
        value: usdOf(spent),
        labels,
      },
      {
        name: 'sidelight_budget_limit_usd',
        type: 'gauge',
        help: 'What a key may spend in a period.',
        value: usdOf(limit),
        labels,
      },
    ]
  })
}

/** For people and gauges; the limit itself is held in exact money. */
export function usdOf(money: Money): number {
  return Number(formatMoney(money))
}
