import { isObject } from '../json.ts'
import { type Fraction, parseFraction } from '../money.ts'
import { tokenRates, unitRates } from './rates.ts'
import type { SeedEntry } from './seed.ts'

/** A user's `prices.yaml`, checked. */
export interface Overrides {
  readonly prices: readonly PriceOverride[]
  /** Negotiated discounts by provider: they change cost. */
  readonly discounts: ReadonlyMap<string, Fraction>
  /** Markups by customer: a figure of their own, never part of cost. */
  readonly markups: ReadonlyMap<string, Fraction>
}

export interface PriceOverride {
  readonly provider: string
  readonly model: string
  readonly validFrom: string | undefined
  readonly fields: Omit<SeedEntry, 'from'>
  /** Where in the file, e.g. prices[2]. */
  readonly path: string
}

export interface OverrideProblem {
  readonly path: string
  readonly message: string
}

export const noOverrides: Overrides = { prices: [], discounts: new Map(), markups: new Map() }

/** Reads the parsed YAML. Anything unknown is a problem that names its key: a typo must not become a price. */
export function readOverrides(value: unknown): {
  overrides: Overrides
  problems: readonly OverrideProblem[]
} {
  const problems: OverrideProblem[] = []
  const report = (path: string, message: string) => problems.push({ path, message })
  const file = value ?? {}
  if (!isObject(file)) {
    report('', 'must be an object with `prices` and `factors`')
    return { overrides: noOverrides, problems }
  }
  checkKeys(file, ['prices', 'factors'], { path: '', report })
  const factors = file['factors'] ?? {}
  if (!isObject(factors)) report('factors', 'must be an object with `providers` and `customers`')
  else checkKeys(factors, ['providers', 'customers'], { path: 'factors', report })
  const factorsOf = (key: string) =>
    readFactors(isObject(factors) ? factors[key] : undefined, { path: `factors.${key}`, report })
  const overrides = {
    prices: readPrices(file['prices'] ?? [], report),
    discounts: factorsOf('providers'),
    markups: factorsOf('customers'),
  }
  return { overrides: problems.length === 0 ? overrides : noOverrides, problems }
}

type Report = (path: string, message: string) => void
interface Place {
  readonly path: string
  readonly report: Report
}

const below = (path: string, key: string) => (path === '' ? key : `${path}.${key}`)

function checkKeys(value: object, known: readonly string[], { path, report }: Place): void {
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) report(below(path, key), `is not a known key; known are ${known.join(', ')}`)
  }
}

// A factor is a discount or a markup: nobody marks up a thousandfold, but a percentage typed as a factor does.
const largestFactor = 100

function readFactors(value: unknown, { path, report }: Place): ReadonlyMap<string, Fraction> {
  const factors = new Map<string, Fraction>()
  if (value === undefined || value === null) return factors
  if (!isObject(value)) {
    report(path, 'must be an object of names and factors')
    return factors
  }
  for (const [name, factor] of Object.entries(value)) {
    const parsed = decimalOf(factor)
    if (parsed === undefined || Number(factor) > largestFactor) {
      report(below(path, name), `must be a factor from 0 to ${largestFactor}, such as 0.85`)
    } else factors.set(name, parsed)
  }
  return factors
}

const entryKeys = [...tokenRates, ...Object.keys(unitRates), 'tiers', 'utc']
const priceKeys = ['provider', 'model', 'valid_from', ...entryKeys]

function readPrices(value: unknown, report: Report): PriceOverride[] {
  if (!Array.isArray(value)) {
    report('prices', 'must be a list')
    return []
  }
  return value.flatMap((row: unknown, index) => readPrice(row, { path: `prices[${index}]`, report }) ?? [])
}

function readPrice(row: unknown, place: Place): PriceOverride | undefined {
  const { path, report } = place
  if (!isObject(row)) {
    report(path, 'must be an object with `provider`, `model` and rates')
    return undefined
  }
  checkKeys(row, priceKeys, place)
  const { provider, model, valid_from: validFrom, ...fields } = row
  for (const [key, name] of [
    ['provider', provider],
    ['model', model],
  ] as const) {
    if (typeof name !== 'string' || name === '') report(below(path, key), 'must be a name')
  }
  if (validFrom !== undefined && !isDay(validFrom)) {
    report(below(path, 'valid_from'), 'must be a day such as 2026-11-21')
  }
  if (Object.keys(fields).length === 0) report(path, 'sets no rate')
  checkFields(fields, place)
  return {
    provider: String(provider),
    model: String(model),
    validFrom: validFrom === undefined ? undefined : String(validFrom),
    fields: fields as PriceOverride['fields'],
    path,
  }
}

function checkFields(fields: Record<string, unknown>, { path, report }: Place): void {
  for (const [key, value] of Object.entries(fields)) {
    const place = { path: below(path, key), report }
    if (key === 'tiers') checkTiers(value, place)
    else if (key === 'utc') checkWindow(value, place)
    else if (key === 'per_1k_web_searches' && isObject(value)) checkSearches(value, place)
    else checkRate(value, place)
  }
}

function checkRate(value: unknown, { path, report }: Place): void {
  if (decimalOf(value) === undefined) {
    report(path, 'must be an amount in USD, 0 or more, with at most 18 decimals')
  }
}

function checkSearches(value: object, place: Place): void {
  const sizes = ['low', 'medium', 'high']
  checkKeys(value, sizes, place)
  for (const size of sizes) {
    checkRate((value as Record<string, unknown>)[size], { ...place, path: below(place.path, size) })
  }
}

function checkWindow(value: unknown, { path, report }: Place): void {
  const isClock = (text: unknown) =>
    typeof text === 'string' && /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/.test(text)
  if (!Array.isArray(value) || value.length !== 2 || !value.every(isClock)) {
    report(path, "must be two times in UTC, such as ['22:00', '06:00']")
  }
}

function checkTiers(value: unknown, { path, report }: Place): void {
  if (!Array.isArray(value)) {
    report(path, 'must be a list')
    return
  }
  for (const [index, tier] of (value as unknown[]).entries()) {
    const place = { path: `${path}[${index}]`, report }
    if (!isObject(tier)) {
      report(place.path, 'must be an object with `above` and rates')
      continue
    }
    const { above, ...rates } = tier
    if (!Number.isInteger(above) || Number(above) < 0) {
      report(below(place.path, 'above'), 'must be a whole number of tokens')
    }
    checkKeys(rates, [...tokenRates], place)
    for (const [key, rate] of Object.entries(rates))
      checkRate(rate, { ...place, path: below(place.path, key) })
  }
}

function isDay(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d{2}-\d{2}$/.test(value) &&
    !Number.isNaN(Date.parse(`${value}T00:00Z`))
  )
}

const mostDecimals = 10n ** 18n

function decimalOf(value: unknown): Fraction | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined
  const parsed = parseFraction(String(value))
  return parsed && parsed.numerator >= 0n && mostDecimals % parsed.denominator === 0n ? parsed : undefined
}
