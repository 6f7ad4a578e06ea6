import { type Fraction, multiply, one } from '../money.ts'
import type { CompiledModel } from './compile.ts'
import type { CostRequest } from './cost-request.ts'
import { tokenRates } from './rates.ts'

/** Service × geo × speed by index of tokenRates, over one denominator. */
export interface Multiplier {
  readonly numerators: readonly bigint[]
  readonly denominator: bigint
}

interface Multiplied {
  /** Undefined means the standard price. */
  readonly multiplier: Multiplier | undefined
  /** A default of the provider, or something the catalog has no ratio for. */
  readonly isGuess: boolean
}

/** Names on the wire of the plain and the other service tiers; any other name is its own. */
const tierNames: ReadonlyMap<string, string> = new Map([
  ['', 'standard'],
  ['default', 'standard'],
  ['auto', 'standard'],
  ['standard', 'standard'],
  ['standard_only', 'standard'],
  ['on_demand', 'standard'],
  ['traffic_type_unspecified', 'standard'],
  ['on_demand_flex', 'flex'],
  ['on_demand_priority', 'priority'],
])

/** The catalog's name of a tier as requests and answers write it. */
export function tierNamed(wire: string): string {
  const name = wire.toLowerCase()
  return tierNames.get(name) ?? name
}

const plainSpeeds: ReadonlySet<string> = new Set(['', 'standard', 'normal'])
const plainZones: ReadonlySet<string> = new Set(['', 'global', 'not_available'])

const standard: Multiplied = { multiplier: undefined, isGuess: false }

export function multiplierOf(request: CostRequest, prices: CompiledModel): Multiplied {
  const { usage, isBatch, zone } = request
  const tier = isBatch === true ? 'batch' : (usage.serviceTier ?? '')
  const place = usage.geo ?? zone ?? ''
  const speed = usage.speed ?? ''
  if (tier === '' && place === '' && speed === '') return standard
  return product(prices, { tier: tierNamed(tier), place: place.toLowerCase(), speed: speed.toLowerCase() })
}

function product(prices: CompiledModel, wanted: { tier: string; place: string; speed: string }): Multiplied {
  const { tier } = wanted
  const service = prices.services.get(tier)
  const geo = plainZones.has(wanted.place) ? one : prices.geo.get(wanted.place)
  const speed = plainSpeeds.has(wanted.speed) ? one : prices.speed.get(wanted.speed)
  const isGuess =
    (tier !== 'standard' && (service === undefined || service.isDefault)) ||
    // A model without zones costs the same everywhere; one with zones but not this one is a gap.
    (geo === undefined && prices.geo.size > 0) ||
    speed === undefined
  const { numerator, denominator }: Fraction = multiply(geo ?? one, speed ?? one)
  if (service === undefined && numerator === denominator) return { multiplier: undefined, isGuess }
  const numerators = tokenRates.map((_, index) => (service?.numerators[index] ?? 1n) * numerator)
  return { multiplier: { numerators, denominator: (service?.denominator ?? 1n) * denominator }, isGuess }
}
