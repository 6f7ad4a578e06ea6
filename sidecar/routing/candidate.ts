import { createHash } from 'node:crypto'
import type { Capability } from '../../contract/config/candidate.ts'
import type { TimeoutsConfig } from '../../contract/config/schema.ts'
import type { Catalog, CatalogModel } from '../../contract/prices/catalog.ts'
import { headerText } from '../upstream/headers.ts'
import type { Candidate, ConnectedProvider, Route, Timeouts } from './route.ts'
import { withTimeouts } from './timeouts.ts'

export interface CandidateAsk {
  readonly id: string
  readonly provider: ConnectedProvider
  readonly model: string
  readonly catalog: Catalog
  readonly timeouts: Timeouts
  /** What outranks the provider's own, the last most. */
  readonly own?: readonly TimeoutsConfig[]
  /** What the configuration says of it besides. */
  readonly stated?: Stated
}

interface Stated {
  readonly weight?: number
  readonly params?: Readonly<Record<string, unknown>> | undefined
  readonly prompt?: string | undefined
  readonly capabilities?: readonly Capability[] | undefined
  readonly contextWindow?: number | undefined
}

export function buildCandidate(from: CandidateAsk): Candidate {
  const catalogModel = from.catalog.find(from.provider.priceProvider, from.model)
  const { weight = 1, params, capabilities, contextWindow } = from.stated ?? {}
  const known = capabilities ?? capabilitiesOf(catalogModel)
  return {
    id: from.id,
    servedBy: headerText(`${from.provider.name}/${from.model}`),
    provider: from.provider,
    model: from.model,
    weight,
    params,
    timeouts: [from.provider.timeouts, ...(from.own ?? [])].reduce(withTimeouts, from.timeouts),
    catalogModel,
    capabilities: known && new Set(known),
    contextTokens: contextWindow ?? catalogModel?.context,
    hash: hashOf(from),
    target: {
      model: from.model,
      ...(catalogModel?.maxOutput === undefined ? {} : { maxOutputTokens: catalogModel.maxOutput }),
      capabilities: catalogModel?.caps ?? [],
      noSampling: catalogModel?.noSampling ?? false,
      quirks: from.provider.settings.quirks,
    },
  }
}

/** The catalog's words for what routes and requests ask for. */
const catalogWords: Readonly<Record<string, Capability>> = {
  tools: 'tools',
  vision: 'vision',
  audio_in: 'audio',
  pdf: 'documents',
  schema: 'json_schema',
  reasoning: 'reasoning',
  web_search: 'web_search',
}

function capabilitiesOf(model: CatalogModel | undefined): readonly Capability[] | undefined {
  return model?.caps.flatMap((word) => catalogWords[word] ?? [])
}

function hashOf({ provider, model, stated }: CandidateAsk): string {
  const { params = {}, prompt = '' } = stated ?? {}
  const what = JSON.stringify([provider.name, model, params, prompt])
  return createHash('sha256').update(what).digest('hex').slice(0, 16)
}

/** What holds where a route says nothing. */
export const usualRecovery = { midStream: 'stitch', holdBack: { kind: 'none' } } as const

/** By code units, so that every machine has the same order. */
export function sortedById(candidates: readonly Candidate[]): readonly Candidate[] {
  return [...candidates].sort((a, b) => (a.id < b.id ? -1 : 1))
}

export function heaviestFirst(candidates: readonly Candidate[]): readonly Candidate[] {
  return [...candidates].sort((a, b) => b.weight - a.weight)
}

/** A route of one candidate, for `provider/model` and model names. */
export function singleRoute(
  name: string,
  candidate: Candidate,
  { timeouts, mask, guard }: Pick<Route, 'timeouts' | 'mask' | 'guard'>,
): Route {
  return {
    name,
    headerName: headerText(name),
    strategy: 'ordered',
    candidates: [candidate],
    byId: [candidate],
    baseline: undefined,
    isBilling: true,
    fallback: [],
    timeouts,
    retriesMax: 2,
    retryBudget: 0.1,
    regions: undefined,
    zeroRetention: false,
    requiredCapabilities: [],
    approvedProviders: undefined,
    rules: [],
    mask,
    guard,
    fallbackOnContentFilter: false,
    segmentBy: ['feature', 'prompt'],
    sticky: 'conversation',
    explore: undefined,
    maxLoss: undefined,
    hedge: undefined,
    recovery: usualRecovery,
    escalate: undefined,
    isStrict: false,
    cache: undefined,
  }
}
