import type { Config } from '../../contract/config/schema.ts'
import { moneyOfUsd } from '../../contract/money.ts'
import type { Budget } from './budgets.ts'

export function budgetOf({ budget }: Pick<Config['keys'][number], 'budget'>): Budget | undefined {
  return budget === undefined ? undefined : { limit: moneyOfUsd(budget.usd), per: budget.per }
}
