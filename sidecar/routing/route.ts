import type { CatalogModel } from '../../contract/prices/catalog.ts'
import type { Format, FormatName, Target } from '../formats/format.ts'
import type { Provider, ProviderSettings } from '../providers/provider.ts'

/** A provider of the configuration, ready to be called. */
export interface ConnectedProvider {
  readonly name: string
  readonly settings: ProviderSettings
  readonly provider: Provider
  readonly formats: Readonly<Record<FormatName, Format>>
  /** Whose rows of the price catalog apply. */
  readonly priceProvider: string
  readonly isFree: boolean
  readonly priceZone: string | undefined
  readonly zeroRetention: boolean
  /** Its own waits, outranked by those of routes and candidates. */
  readonly timeouts: { readonly connect?: number | undefined }
  /** Models the configuration or the catalog says it offers. */
  offers(model: string): boolean
  readonly listedModels: readonly string[]
}

export interface Timeouts {
  readonly connectMs: number
  readonly headersMs: number
  /** Infinity: off. */
  readonly firstTokenMs: number
  readonly idleMs: number
  readonly attemptMs: number
  readonly totalMs: number
}

export interface Candidate {
  readonly id: string
  /** `provider/model` as it may stand in a header. */
  readonly servedBy: string
  readonly provider: ConnectedProvider
  readonly model: string
  readonly weight: number
  readonly params: Readonly<Record<string, unknown>> | undefined
  readonly timeouts: Timeouts
  readonly target: Target
  readonly catalogModel: CatalogModel | undefined
}

export type Strategy = 'weighted' | 'cheapest' | 'fastest' | 'best' | 'ordered'

export interface RouteRule {
  readonly when: Readonly<Record<string, unknown>>
  readonly use: readonly string[]
  readonly ifNone: 'error' | 'ignore'
}

export interface Route {
  readonly name: string
  /** The name as it may stand in a header. */
  readonly headerName: string
  readonly strategy: Strategy
  readonly candidates: readonly Candidate[]
  readonly baseline: Candidate | undefined
  /** No request is served whose record can't be kept, where the configuration asks for that. */
  readonly isBilling: boolean
  /** Candidates tried after the assigned one, in order. */
  readonly fallback: readonly Candidate[] | undefined
  readonly timeouts: Timeouts
  readonly retriesMax: number
  readonly regions: readonly string[] | undefined
  readonly zeroRetention: boolean
  readonly rules: readonly RouteRule[]
  /** The route asks for masking: requests must not leave unmasked. */
  readonly masks: boolean
  readonly fallbackOnContentFilter: boolean
}
