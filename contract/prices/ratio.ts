import { type Fraction, parseFraction } from '../money.ts'

// Ratios of two list prices are printed with 7 or more digits when they do not end: 1.6666667 is 0.25 / 0.15.
const roundedFromDigits = 7
const largestDenominator = 100

/**
 * The exact ratio behind a printed one. Taking 1.6666667 at its word would be off by a millionth of the price,
 * and an invoice is compared to the last decimal.
 */
export function exactRatio(printed: number): Fraction {
  const text = String(printed)
  const digits = /\.(\d+)$/.exec(text)?.[1]?.length ?? 0
  if (digits >= roundedFromDigits) {
    const half = 0.5 * 10 ** -digits
    for (let denominator = 3; denominator <= largestDenominator; denominator++) {
      const numerator = Math.round(printed * denominator)
      if (Math.abs(printed - numerator / denominator) <= half) {
        return { numerator: BigInt(numerator), denominator: BigInt(denominator) }
      }
    }
  }
  return parseFraction(text) ?? { numerator: 1n, denominator: 1n }
}
