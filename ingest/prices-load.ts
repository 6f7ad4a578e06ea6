import { createHash } from 'node:crypto'
import type { Fraction } from '../contract/money.ts'
import { one } from '../contract/money.ts'
import type { Catalog } from '../contract/prices/catalog.ts'
import {
  type CompiledEntry,
  type CompiledModel,
  compileModel,
  type RateSheet,
} from '../contract/prices/compile.ts'
import { tokenRates, unitRateOf, unitRates } from '../contract/prices/rates.ts'
import type { SeedEntry } from '../contract/prices/seed.ts'
import type { Door } from './door.ts'

/** A row of `prices`: one sheet of rates, with the tier and the daily window it holds in. */
export interface PriceRow {
  readonly provider: string
  readonly model: string
  readonly valid_from: string
  readonly window_from: number
  readonly window_to: number
  readonly above: number
  readonly position: number
  readonly mode: string
  readonly rates: Readonly<Record<string, number>>
  readonly grains: Readonly<Record<string, string>>
  readonly services: Readonly<Record<string, readonly number[]>>
  readonly zones: Readonly<Record<string, readonly number[]>>
  readonly speeds: Readonly<Record<string, readonly number[]>>
  readonly discount: readonly number[]
  readonly is_free: boolean
  readonly has_image_table: boolean
  readonly image_table: Readonly<Record<string, string>>
  readonly min_seconds: number
  readonly source: string
}

/** The catalog flattened: one row for each provider, model, start date, window and tier. */
export function priceRowsOf(catalog: Catalog, provider: string): PriceRow[] {
  const { shelves, serviceDefaults } = catalog.source
  const discount = pairOf(catalog.discountOf(provider) ?? one)
  return [...(shelves.get(provider)?.values() ?? [])].flatMap((row) => {
    const compiled = compileModel(row, serviceDefaults[row.provider])
    const common = {
      provider,
      model: row.id,
      mode: row.mode,
      discount,
      source: row.src,
      ...factsOf(compiled),
    }
    if (compiled.isFree) return [{ ...common, ...freeSheet }]
    return compiled.entries.flatMap((entry, position) =>
      sheetsOf(entry, row.prices[position], compiled).map((sheet) => ({ ...common, position, ...sheet })),
    )
  })
}

type Sheet = Pick<
  PriceRow,
  'valid_from' | 'window_from' | 'window_to' | 'above' | 'rates' | 'grains' | 'services'
>

const freeSheet: Sheet & { position: number } = {
  position: 0,
  valid_from: '1970-01-01',
  window_from: 0,
  window_to: 0,
  above: -1,
  rates: {},
  grains: {},
  services: {},
}

function factsOf(model: CompiledModel) {
  return {
    zones: pairsOf(model.geo),
    speeds: pairsOf(model.speed),
    is_free: model.isFree,
    has_image_table: model.imageTable !== undefined,
    image_table: Object.fromEntries(
      [...(model.imageTable ?? [])].map(([name, rate]) => [name, String(rate)]),
    ),
    min_seconds: model.minSeconds,
  }
}

function sheetsOf(entry: CompiledEntry, listed: SeedEntry | undefined, model: CompiledModel): Sheet[] {
  const units = unitGrains(entry, model)
  const minuteMs = 60_000
  const place = {
    valid_from: entry.from,
    window_from: (entry.window?.startMs ?? 0) / minuteMs,
    // A window that ends at midnight ends at minute 1440: 0 and 0 stand for none.
    window_to: entry.window === undefined ? 0 : entry.window.endMs / minuteMs || 1440,
  }
  const sheetOf = (above: number, sheet: RateSheet, rates: object | undefined): Sheet => ({
    ...place,
    above,
    rates: numbersOf(rates),
    grains: { ...tokenGrains(sheet), ...units },
    services: servicesOf(sheet, model),
  })
  const tierOf = (above: number) => listed?.tiers?.find((tier) => tier.above === above)
  return [
    sheetOf(-1, entry.base, listed),
    ...entry.tiers.map(({ above, sheet }) => sheetOf(above, sheet, { ...listed, ...tierOf(above) })),
  ]
}

/** Rates as they are listed, for people; money is worked out from grains. */
function numbersOf(rates: object | undefined): Record<string, number> {
  const known = new Set<string>([...tokenRates, ...Object.keys(unitRates)])
  const entries = Object.entries(rates ?? {}).filter(
    ([name, rate]) => known.has(name) && (typeof rate === 'number' || typeof rate === 'string'),
  )
  return Object.fromEntries(entries.map(([name, rate]) => [name, Number(rate)]))
}

function tokenGrains(sheet: RateSheet): Record<string, string> {
  const grains: Record<string, string> = {}
  for (const [index, name] of tokenRates.entries()) {
    const rate = sheet.grains[index]
    if (rate !== undefined) grains[name] = String(rate)
  }
  // Says that reasoning is to be priced apart from the output it lies in.
  if (sheet.hasReasoningRate) grains['reasoning'] = grains['output_reasoning'] ?? '0'
  return grains
}

function unitGrains(entry: CompiledEntry, model: CompiledModel): Record<string, string> {
  const grains: Record<string, string> = {}
  for (const [name, rateName] of unitRateOf) {
    const rate = entry.units.get(rateName)
    const isFromTable = name === 'images' && model.imageTable !== undefined
    if (rate !== undefined && !isFromTable) grains[name] = String(rate)
  }
  for (const [size, rate] of Object.entries(entry.searches ?? {}))
    grains[`web_searches.${size}`] = String(rate)
  return grains
}

/** By tier: the denominator, then a numerator for each token class, which follows the rate that is used for it. */
function servicesOf(sheet: RateSheet, model: CompiledModel): Record<string, number[]> {
  const services: Record<string, number[]> = {}
  for (const [tier, { numerators, denominator }] of model.services) {
    const byClass = sheet.used.map((index) => numerators[index] ?? denominator)
    services[tier] = [denominator, ...byClass].map(safe)
  }
  return services
}

const pairOf = ({ numerator, denominator }: Fraction): number[] => [safe(numerator), safe(denominator)]

function pairsOf(ratios: ReadonlyMap<string, Fraction>): Record<string, number[]> {
  return Object.fromEntries([...ratios].map(([name, ratio]) => [name, pairOf(ratio)]))
}

function safe(value: bigint): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError('a ratio of the price list has too many digits')
  return number
}

export interface LoadedPrices {
  /** Providers whose list was not there yet, or another. */
  readonly providers: readonly string[]
  readonly rows: number
}

const rowsAtOnce = 2000

/**
 * Brings the lists of all providers into the warehouse. A list that lies there unchanged is left alone; a new
 * one goes in whole under a later version, and what only the old one had is out of force with it.
 */
export async function loadPrices(
  door: Door,
  from: { catalog: Catalog; database: string; nowMs: number },
): Promise<LoadedPrices> {
  const { catalog, database, nowMs } = from
  const table = `\`${database}\`.prices`
  const inForce = await door.rows<{ provider: string; catalog: string }>(
    `SELECT provider, argMax(catalog, version) AS catalog FROM ${table} GROUP BY provider`,
  )
  const known = new Map(inForce.map((row) => [row.provider, row.catalog]))
  const lists = [...catalog.source.shelves.keys()].map((provider) => {
    const rows = priceRowsOf(catalog, provider)
    return { provider, rows, name: `${catalog.built} ${digestOf(rows)}` }
  })
  const changed = lists.filter(({ provider, rows, name }) => rows.length > 0 && known.get(provider) !== name)
  const lines = changed.flatMap(({ rows, name }) =>
    rows.map((row) => JSON.stringify({ ...row, catalog: name, version: nowMs })),
  )
  for (let at = 0; at < lines.length; at += rowsAtOnce) {
    const some = lines.slice(at, at + rowsAtOnce).join('\n')
    await door.run(`INSERT INTO ${table} FORMAT JSONEachRow\n${some}`)
  }
  for (const dictionary of lines.length > 0 ? ['price_sheets', 'price_images'] : [])
    await door.run(`SYSTEM RELOAD DICTIONARY \`${database}\`.${dictionary}`)
  return { providers: changed.map(({ provider }) => provider), rows: lines.length }
}

function digestOf(rows: readonly PriceRow[]): string {
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex').slice(0, 12)
}
