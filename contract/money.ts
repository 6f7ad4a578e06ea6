/**
 * Money is a bigint of pico-dollars: one unit is the last digit of Decimal(18,12). On the wire and in records
 * it is decimal text, because a JSON number would be read as a float.
 */
export type Money = bigint

export const moneyDigits = 12

/** The largest amount a Decimal(18,12) column takes. */
export const maxMoney: Money = 10n ** 18n - 1n

/** An exact factor, such as the 5/3 that price lists print as 1.6666667. */
export interface Fraction {
  readonly numerator: bigint
  readonly denominator: bigint
}

export const one: Fraction = { numerator: 1n, denominator: 1n }

// Longer texts and larger exponents are no prices; the limit keeps hostile numbers from growing huge bigints.
const longestText = 64
const largestExponent = 60

const decimalText = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/

/** The number a text writes, without any rounding; undefined when it is no decimal number. */
export function parseFraction(text: string): Fraction | undefined {
  const match = text.length <= longestText ? decimalText.exec(text) : null
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const power = Number(exponent) - fraction.length
  if (whole + fraction === '' || Math.abs(Number(exponent)) > largestExponent) return undefined
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n)
  return power < 0
    ? { numerator: digits, denominator: 10n ** BigInt(-power) }
    : { numerator: digits * 10n ** BigInt(power), denominator: 1n }
}

/** Decimal text to pico-dollars; digits after the twelfth are rounded half-even. */
export function parseMoney(text: string): Money | undefined {
  const parsed = parseFraction(text)
  return parsed && divideHalfEven(parsed.numerator * 10n ** BigInt(moneyDigits), parsed.denominator)
}

const picoPerMicro = 10n ** BigInt(moneyDigits - 6)

/** What a configuration writes as a number of dollars, to the millionth: finer than anyone sets a limit. */
export function moneyOfUsd(usd: number): Money {
  return BigInt(Math.round(usd * 1e6)) * picoPerMicro
}

/** The one canonical text: no exponent, no trailing zeros, `0` for nothing. */
export function formatMoney(money: Money): string {
  return formatScaled(money, moneyDigits)
}

/** `value` × 10^-digits as plain decimal text. */
export function formatScaled(value: bigint, digits: number): string {
  const text = (value < 0n ? -value : value).toString().padStart(digits + 1, '0')
  const point = text.length - digits
  let end = text.length
  while (end > point && text.charCodeAt(end - 1) === zero) end -= 1
  const fraction = text.slice(point, end)
  const whole = text.slice(0, point)
  return `${value < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

const zero = 0x30

/** Decimal text where that is exact, else `5/3`. */
export function formatFraction({ numerator, denominator }: Fraction): string {
  for (let digits = 0, scale = 1n; digits <= 30; digits++, scale *= 10n) {
    if ((numerator * scale) % denominator === 0n) {
      return formatScaled((numerator * scale) / denominator, digits)
    }
  }
  return `${numerator}/${denominator}`
}

export function multiply(left: Fraction, right: Fraction): Fraction {
  return {
    numerator: left.numerator * right.numerator,
    denominator: left.denominator * right.denominator,
  }
}

export function add(left: Fraction, right: Fraction): Fraction {
  if (left.denominator === right.denominator)
    return { numerator: left.numerator + right.numerator, denominator: left.denominator }
  return {
    numerator: left.numerator * right.denominator + right.numerator * left.denominator,
    denominator: left.denominator * right.denominator,
  }
}

/** A markup or discount on an amount that is already known, rounded once. */
export function scaleMoney(money: Money, factor: Fraction): Money {
  return divideHalfEven(money * factor.numerator, factor.denominator)
}

/** The sum; unknown as soon as one part is unknown, because a partial sum would look like a whole one. */
export function sumMoney(amounts: Iterable<Money | undefined>): Money | undefined {
  let sum = 0n
  for (const amount of amounts) {
    if (amount === undefined) return undefined
    sum += amount
  }
  return sum
}

/** `numerator / denominator` to the nearest integer, ties to the even one; the denominator is positive. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator
  const remainder = numerator - quotient * denominator
  if (remainder === 0n) return quotient
  const twice = remainder < 0n ? -2n * remainder : 2n * remainder
  const isAway = twice > denominator || (twice === denominator && (quotient & 1n) === 1n)
  if (!isAway) return quotient
  return numerator < 0n ? quotient - 1n : quotient + 1n
}
