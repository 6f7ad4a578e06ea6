import { type Money, moneyDigits } from '../../contract/money.ts'

/** What is compared, in the order it is shown. Tokens as in the ledger: input holds cached and written ones. */
export const figures = [
  'requests',
  'input_tokens',
  'cached_input_tokens',
  'cache_write_tokens',
  'output_tokens',
  'cost_usd',
] as const

export type Figure = (typeof figures)[number]

/** Counts as they are, money in pico-dollars: sums are exact. */
export type Amounts = Partial<Record<Figure, bigint | Money>>

export function digitsOf(figure: Figure): number {
  return figure === 'cost_usd' ? moneyDigits : 0
}

/** One model on one day (UTC), of the export or of the ledger. */
export interface UsageLine {
  readonly day: string
  /** '' where the source does not tell models apart. */
  readonly model: string
  readonly amounts: Amounts
}
