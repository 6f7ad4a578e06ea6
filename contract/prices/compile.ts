import { divideHalfEven, type Fraction, parseFraction } from '../money.ts'
import { fallbackRate, type TokenRate, tokenRates, type UnitRate, unitRates } from './rates.ts'
import { exactRatio } from './ratio.ts'
import type { Rate, Ratios, SearchSize, SeedEntry, SeedModel } from './seed.ts'

/**
 * Rates are integers of one tiny unit, the grain: small enough that a rate per million tokens, per hour or
 * per image is a whole number of grains for one token, second or image, so a bill is integer sums until the
 * single rounding at its end.
 */
export const grainsPerUsd = 3600n * 10n ** 24n
export const grainsPerPico = grainsPerUsd / 10n ** 12n

export interface RateSheet {
  /** By index of tokenRates: grains for one token, own or through the fallbacks; undefined when there is none. */
  readonly grains: readonly (bigint | undefined)[]
  /** By index of tokenRates: the index of the rate that is used. */
  readonly used: readonly number[]
  readonly hasReasoningRate: boolean
  /** The same as `grains` in dollars, rounded to a double: to compare with, never to bill. */
  readonly usdPerToken: readonly (number | undefined)[]
}

export interface CompiledEntry {
  readonly from: string
  readonly fromMs: number
  readonly window: { readonly startMs: number; readonly endMs: number } | undefined
  readonly base: RateSheet
  /** Highest first. */
  readonly tiers: readonly { readonly above: number; readonly sheet: RateSheet }[]
  readonly units: ReadonlyMap<UnitRate, bigint>
  readonly searches: Readonly<Record<SearchSize, bigint>> | undefined
}

export interface CompiledService {
  /** By index of tokenRates, over the one denominator. */
  readonly numerators: readonly bigint[]
  readonly denominator: bigint
  readonly isDefault: boolean
}

export interface CompiledModel {
  readonly isFree: boolean
  readonly entries: readonly CompiledEntry[]
  readonly services: ReadonlyMap<string, CompiledService>
  readonly geo: ReadonlyMap<string, Fraction>
  readonly speed: ReadonlyMap<string, Fraction>
  /** Grains per image by `[quality/]W-x-H[/steps]`. */
  readonly imageTable: ReadonlyMap<string, bigint> | undefined
  readonly minSeconds: number
}

export const undatedFrom = '1970-01-01'

export function compileModel(
  row: SeedModel,
  serviceDefaults: Readonly<Record<string, number>> = {},
): CompiledModel {
  const table = row.image_table && Object.entries(row.image_table)
  const hasTablePrices = table !== undefined && table.length > 0
  const prices = row.prices.length === 0 && hasTablePrices ? [{}] : row.prices
  return {
    isFree: row.free === true,
    entries: prices.map(compileEntry),
    services: compileServices(row.service ?? {}, serviceDefaults),
    geo: ratioMap(row.geo),
    speed: ratioMap(row.speed),
    imageTable: table && new Map(table.map(([key, rate]) => [key, grainsOf(rate, 1)])),
    minSeconds: row.min_seconds ?? 0,
  }
}

function compileEntry(entry: SeedEntry): CompiledEntry {
  const tiers = (entry.tiers ?? []).map((tier) => ({
    above: tier.above,
    sheet: compileSheet({ ...entry, ...tier }),
  }))
  const units = new Map<UnitRate, bigint>()
  for (const name of Object.keys(unitRates) as UnitRate[]) {
    const rate = name === 'per_1k_web_searches' ? undefined : entry[name]
    if (rate !== undefined) units.set(name, grainsOf(rate, unitRates[name]))
  }
  return {
    from: entry.from ?? undatedFrom,
    fromMs: entry.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(`${entry.from}T00:00:00Z`),
    window: entry.utc && { startMs: clockMs(entry.utc[0]), endMs: clockMs(entry.utc[1]) },
    base: compileSheet(entry),
    tiers: tiers.sort((left, right) => right.above - left.above),
    units,
    searches: compileSearches(entry.per_1k_web_searches),
  }
}

function compileSheet(rates: Readonly<Partial<Record<TokenRate, Rate>>>): RateSheet {
  const used = tokenRates.map((name) => {
    let found: TokenRate | undefined = name
    while (found !== undefined && rates[found] === undefined) found = fallbackRate[found]
    return tokenRates.indexOf(found ?? name)
  })
  const grains = used.map((index) => {
    const rate = rates[tokenRates[index] ?? 'input']
    return rate === undefined ? undefined : grainsOf(rate, 1_000_000)
  })
  const usdPerToken = grains.map((count) =>
    count === undefined ? undefined : Number(count) / Number(grainsPerUsd),
  )
  return { grains, used, hasReasoningRate: rates.output_reasoning !== undefined, usdPerToken }
}

/** Grains for one unit of a rate that is quoted for `per` units. */
export function grainsOf(rate: Rate, per: number): bigint {
  // A JSON number is taken at its shortest decimal text: that is what the list wrote.
  const exact = parseFraction(String(rate)) ?? { numerator: 0n, denominator: 1n }
  return divideHalfEven(exact.numerator * grainsPerUsd, exact.denominator * BigInt(per))
}

function compileSearches(rate: SeedEntry['per_1k_web_searches']): CompiledEntry['searches'] {
  if (rate === undefined) return undefined
  const bySize = typeof rate === 'object' ? rate : { low: rate, medium: rate, high: rate }
  return {
    low: grainsOf(bySize.low, 1000),
    medium: grainsOf(bySize.medium, 1000),
    high: grainsOf(bySize.high, 1000),
  }
}

function clockMs(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return (hours * 60 + minutes) * 60_000
}

function ratioMap(ratios: Readonly<Record<string, number>> | undefined): ReadonlyMap<string, Fraction> {
  return new Map(Object.entries(ratios ?? {}).map(([name, ratio]) => [name, exactRatio(ratio)]))
}

function compileServices(
  own: Readonly<Record<string, Ratios>>,
  defaults: Readonly<Record<string, number>>,
): ReadonlyMap<string, CompiledService> {
  const services = new Map<string, CompiledService>()
  for (const [tier, ratio] of Object.entries(defaults)) {
    services.set(tier, { ...compileRatios({ all: ratio }), isDefault: true })
  }
  for (const [tier, ratios] of Object.entries(own)) {
    services.set(tier, { ...compileRatios(ratios), isDefault: false })
  }
  return services
}

function compileRatios(ratios: Ratios): Omit<CompiledService, 'isDefault'> {
  const exact = tokenRates.map((name) => exactRatio(ratioOf(ratios, name)))
  const denominator = exact.reduce((product, ratio) => leastCommon(product, ratio.denominator), 1n)
  return {
    numerators: exact.map((ratio) => (ratio.numerator * denominator) / ratio.denominator),
    denominator,
  }
}

function ratioOf(ratios: Ratios, name: TokenRate): number {
  for (let rate: TokenRate | undefined = name; rate !== undefined; rate = fallbackRate[rate]) {
    const ratio = ratios[rate]
    if (ratio !== undefined) return ratio
  }
  return ratios.all ?? 1
}

function leastCommon(left: bigint, right: bigint): bigint {
  let [a, b] = [left, right]
  while (b !== 0n) [a, b] = [b, a % b]
  return (left / a) * right
}
