import type { Capability } from '../../contract/config/candidate.ts'
import type { CatalogModel } from '../../contract/prices/catalog.ts'
import type { RouteCache } from '../cache/settings.ts'
import type { Format, FormatName, Target } from '../formats/format.ts'
import type { GuardPolicy } from '../guards/policy.ts'
import type { MaskPolicy } from '../masking/policy.ts'
import type { Provider, ProviderSettings } from '../providers/provider.ts'

/** One address, key and region of a provider. */
export interface ProviderTarget {
  /** Unique within its provider, and fit to be shown: never the key itself. */
  readonly name: string
  readonly settings: ProviderSettings
  /** The key that calls need is there. */
  readonly hasKey: boolean
  /** Its provider has no other. */
  readonly isOnly: boolean
  /** The same for the same address and key across reloads: what was learned of it stays true. */
  readonly id: string
  /** Where units meet their targets: differs from target to target. */
  readonly seed: number
}

/** A provider of the configuration, ready to be called. */
export interface ConnectedProvider {
  readonly name: string
  /** Of its first target. What does not depend on the target (kind, quirks, headers) is the same for all. */
  readonly settings: ProviderSettings
  /** At least one. */
  readonly targets: readonly ProviderTarget[]
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
  /** Undefined: nobody has said what it can do. */
  readonly capabilities: ReadonlySet<Capability> | undefined
  /** Tokens of prompt and answer together; undefined: unknown. */
  readonly contextTokens: number | undefined
  /** Changes with provider, model, params and prompt: what was learned of another is not its own. */
  readonly hash: string
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
  /** As configured. */
  readonly candidates: readonly Candidate[]
  /** The same sorted by id: the order of draws. */
  readonly byId: readonly Candidate[]
  readonly baseline: Candidate | undefined
  /** No request is served whose record can't be kept, where the configuration asks for that. */
  readonly isBilling: boolean
  /** Candidates tried after the assigned one, in order; the others, heaviest first, where the route names none. */
  readonly fallback: readonly Candidate[]
  readonly timeouts: Timeouts
  readonly retriesMax: number
  /** Share of requests whose target may be asked again. */
  readonly retryBudget: number
  readonly regions: readonly string[] | undefined
  readonly zeroRetention: boolean
  readonly requiredCapabilities: readonly Capability[]
  readonly approvedProviders: readonly string[] | undefined
  readonly rules: readonly RouteRule[]
  /** What is done about personal data; undefined: nothing is looked for. */
  readonly mask: MaskPolicy | undefined
  /** What is done about prompt injection; undefined: nothing. */
  readonly guard: GuardPolicy | undefined
  readonly fallbackOnContentFilter: boolean
  readonly segmentBy: readonly string[]
  readonly sticky: 'conversation' | 'customer' | 'request'
  /** Share that is drawn evenly; undefined: as the strategy has it. */
  readonly explore: number | undefined
  /** Loss of quality against the baseline that may be taken for a lower price. */
  readonly maxLoss: number | undefined
  readonly hedge: Hedge | undefined
  readonly recovery: Recovery
  readonly escalate: { readonly after: number; readonly to: readonly string[] } | undefined
  /** A candidate that can't express a field of the request is left out. */
  readonly isStrict: boolean
  /** Undefined: nothing is kept of its answers. */
  readonly cache: RouteCache | undefined
}

export interface Hedge {
  readonly after: number | 'p95'
  /** Share of requests that may be asked twice. */
  readonly max: number
}

export interface Recovery {
  readonly midStream: 'stitch' | 'restart' | 'error'
  readonly holdBack: HoldBack
}

/** How much of an answer waits before the caller gets it, so that it can still be replaced. */
export type HoldBack =
  | { readonly kind: 'none' }
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'tokens'; readonly count: number }
  | { readonly kind: 'all' }
