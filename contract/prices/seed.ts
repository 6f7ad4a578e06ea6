import { isObject } from '../json.ts'
import type { TokenRate, UnitRate } from './rates.ts'

/** The catalog as it lies in the file; snake_case because it is the file's own vocabulary. */
export type Rate = number | string
export type SearchSize = 'low' | 'medium' | 'high'

export interface SeedTier extends Readonly<Partial<Record<TokenRate, Rate>>> {
  /** Exclusive: the tier holds when the total input is larger. */
  readonly above: number
}

export interface SeedEntry
  extends Readonly<Partial<Record<TokenRate, Rate>>>,
    Readonly<Partial<Record<Exclude<UnitRate, 'per_1k_web_searches'>, Rate>>> {
  readonly from?: string
  /** Daily window in UTC, end exclusive, as ['01:00', '04:00']. */
  readonly utc?: readonly [string, string]
  readonly tiers?: readonly SeedTier[]
  readonly per_1k_web_searches?: Rate | Readonly<Record<SearchSize, Rate>>
}

export type Ratios = Readonly<Partial<Record<TokenRate | 'all', number>>>

export interface SeedModel {
  readonly id: string
  readonly provider: string
  readonly mode: string
  readonly prices: readonly SeedEntry[]
  readonly src: string
  readonly context?: number
  readonly max_output?: number
  readonly dims?: number
  readonly caps?: readonly string[]
  readonly no_sampling?: boolean
  readonly reasoning_field?: string
  readonly cache_min_tokens?: number
  readonly responses_only?: boolean
  readonly released?: string
  readonly deprecated?: string
  readonly free?: boolean
  readonly service?: Readonly<Record<string, Ratios>>
  readonly geo?: Readonly<Record<string, number>>
  readonly speed?: Readonly<Record<string, number>>
  readonly image_table?: Readonly<Record<string, number>>
  readonly min_seconds?: number
}

export interface Seed {
  readonly built: string
  /** Ratio by service tier, for models that state none; by provider of the catalog. */
  readonly serviceDefaults: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly models: readonly SeedModel[]
}

/**
 * Narrows the parsed file. A row without a key or without prices is left out; everything below that was
 * checked when the file was made, so rows are trusted rather than copied field by field.
 */
export function readSeed(json: unknown): Seed {
  const models = isObject(json) ? json['models'] : undefined
  const meta = isObject(json) && isObject(json['meta']) ? json['meta'] : undefined
  if (!Array.isArray(models) || meta === undefined) {
    throw new TypeError('the price catalog must be an object with `meta` and a list of `models`')
  }
  const defaults: Record<string, Record<string, number>> = {}
  for (const [provider, ratios] of Object.entries(
    isObject(meta['service_defaults']) ? meta['service_defaults'] : {},
  )) {
    if (isObject(ratios)) defaults[provider] = ratios as Record<string, number>
  }
  return {
    built: typeof meta['built'] === 'string' ? meta['built'] : '',
    serviceDefaults: defaults,
    models: (models as unknown[]).filter(isSeedModel),
  }
}

function isSeedModel(row: unknown): row is SeedModel {
  return (
    isObject(row) &&
    typeof row['id'] === 'string' &&
    typeof row['provider'] === 'string' &&
    Array.isArray(row['prices'])
  )
}
