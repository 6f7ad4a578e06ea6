import type { Config } from '../../contract/config/schema.ts'
import { moneyDigits } from '../../contract/money.ts'
import type { Budget } from './budgets.ts'

const picoPerMicro = 10n ** BigInt(moneyDigits - 6)

/** To the millionth of a dollar, which is finer than anyone sets a budget. */
export function budgetOf({ budget }: Pick<Config['keys'][number], 'budget'>): Budget | undefined {
  if (budget === undefined) return undefined
  return { limit: BigInt(Math.round(budget.usd * 1e6)) * picoPerMicro, per: budget.per }
}
