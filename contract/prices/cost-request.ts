import type { Usage } from '../usage.ts'
import type { Catalog } from './catalog.ts'
import type { SearchSize } from './seed.ts'

export interface CostRequest {
  readonly catalog: Catalog
  /** A configured provider when the catalog knows its configuration, else a provider of the catalog. */
  readonly provider: string
  /** The model that was served. */
  readonly model: string
  readonly usage: Usage
  /** Start of the request: a price change while it runs changes nothing. */
  readonly atMs: number
  /** Price zone of the configuration; what the answer says wins. */
  readonly zone?: string | undefined
  readonly isBatch?: boolean
  /** The configuration says this provider costs nothing. */
  readonly isFree?: boolean
  readonly searchSize?: SearchSize | undefined
  readonly image?: ImageOptions | undefined
}

export interface ImageOptions {
  /** As requests write it: 1024x1024. */
  readonly size?: string | undefined
  readonly quality?: string | undefined
  readonly steps?: number | undefined
}

export type UnpricedReason = 'unknown_model' | 'no_price' | 'no_rate' | 'out_of_range'

/** No price can be given, and why. */
export interface Unpriced {
  readonly validFrom: string
  /** The catalog's id of the model; '' where it has none. */
  readonly model: string
  readonly reason: UnpricedReason
  /** The used class that has no rate. */
  readonly missing?: string
}
