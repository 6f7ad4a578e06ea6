import type { TimeoutsConfig } from '../../contract/config/schema.ts'
import type { Catalog } from '../../contract/prices/catalog.ts'
import { headerText } from '../upstream/headers.ts'
import type { Candidate, ConnectedProvider, Route, Timeouts } from './route.ts'
import { withTimeouts } from './timeouts.ts'

export function buildCandidate(from: {
  id: string
  provider: ConnectedProvider
  model: string
  catalog: Catalog
  timeouts: Timeouts
  /** What outranks the provider's own, the last most. */
  own?: readonly TimeoutsConfig[]
}): Candidate {
  const catalogModel = from.catalog.find(from.provider.priceProvider, from.model)
  return {
    id: from.id,
    servedBy: headerText(`${from.provider.name}/${from.model}`),
    provider: from.provider,
    model: from.model,
    weight: 1,
    params: undefined,
    timeouts: [from.provider.timeouts, ...(from.own ?? [])].reduce(withTimeouts, from.timeouts),
    catalogModel,
    target: {
      model: from.model,
      ...(catalogModel?.maxOutput === undefined ? {} : { maxOutputTokens: catalogModel.maxOutput }),
      capabilities: catalogModel?.caps ?? [],
      noSampling: catalogModel?.noSampling ?? false,
      quirks: from.provider.settings.quirks,
    },
  }
}

/** A route of one candidate, for `provider/model` and model names. */
export function singleRoute(name: string, candidate: Candidate, timeouts: Timeouts): Route {
  return {
    name,
    headerName: headerText(name),
    strategy: 'ordered',
    candidates: [candidate],
    baseline: undefined,
    isBilling: true,
    fallback: undefined,
    timeouts,
    retriesMax: 2,
    regions: undefined,
    zeroRetention: false,
    rules: [],
    masks: false,
    fallbackOnContentFilter: false,
  }
}
