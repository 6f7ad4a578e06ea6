import { divideHalfEven, parseFraction } from '../money.ts'

export type Counts = Readonly<Record<string, number | undefined>>

export interface BillLine {
  readonly name: string
  readonly count: number
  readonly rateName: string
  /** Index of the token rate used; -1 for units, which no multiplier touches. */
  readonly rateIndex: number
  /** What the rate is quoted for. */
  readonly per: number
  /** For one token or unit. */
  readonly grains: bigint
  readonly amount: bigint
  /** Something the price depends on was not said. */
  readonly isGuess: boolean
}

/** Undefined when the count is no number one can multiply. */
export function lineOf(
  line: Omit<BillLine, 'amount' | 'isGuess'> & { readonly isGuess?: boolean },
): BillLine | undefined {
  const amount = amountOf(line.count, line.grains)
  if (amount === undefined) return undefined
  const { name, count, rateName, rateIndex, per, grains, isGuess = false } = line
  return { name, count, rateName, rateIndex, per, grains, amount, isGuess }
}

function amountOf(count: number, grains: bigint): bigint | undefined {
  if (Number.isInteger(count)) return BigInt(count) * grains
  // Seconds come with decimals. Grains are so small that nothing is lost up to twelve of them.
  const exact = parseFraction(String(count))
  return exact && divideHalfEven(exact.numerator * grains, exact.denominator)
}
