import type { Catalog } from '../../contract/prices/catalog.ts'
import type { GuardPolicy } from '../guards/policy.ts'
import type { MaskPolicy } from '../masking/policy.ts'
import { buildCandidate, heaviestFirst, singleRoute, sortedById } from './candidate.ts'
import type { Candidate, ConnectedProvider, Route, Timeouts } from './route.ts'
import { usualModels } from './usual-models.ts'

/** `auto` gets cheaper only as evidence is published; what it spreads is how the evidence comes about. */
const builtInRoutes = {
  auto: { strategy: 'best', explore: 0.05 },
  'auto-cheapest': { strategy: 'cheapest', explore: undefined },
  'auto-fastest': { strategy: 'fastest', explore: undefined },
  'auto-best': { strategy: 'best', explore: undefined },
} as const

/** `auto` and its kin: over the candidates of all routes, or what there is without routes. */
export function withBuiltInRoutes(
  routes: Map<string, Route>,
  providers: ReadonlyMap<string, ConnectedProvider>,
  materials: {
    catalog: Catalog
    timeouts: Timeouts
    mask: MaskPolicy | undefined
    guard: GuardPolicy | undefined
  },
): Map<string, Route> {
  const candidates = new Map<string, Candidate>()
  for (const route of routes.values()) {
    for (const candidate of route.candidates)
      candidates.set(`${candidate.provider.name}/${candidate.model}`, candidate)
  }
  if (candidates.size === 0) {
    for (const { provider, model } of modelsWithoutRoutes([...providers.values()])) {
      const id = `${provider.name}/${model}`
      candidates.set(
        id,
        buildCandidate({ id, provider, model, catalog: materials.catalog, timeouts: materials.timeouts }),
      )
    }
  }
  const all = [...candidates].map(([id, candidate]) => ({ ...candidate, id }))
  if (all.length === 0) return routes
  for (const [name, own] of Object.entries(builtInRoutes)) {
    if (routes.has(name)) continue
    routes.set(name, {
      ...singleRoute(name, all[0] as Candidate, materials),
      candidates: all,
      byId: sortedById(all),
      fallback: heaviestFirst(all),
      ...own,
    })
  }
  return routes
}

/**
 * Without routes: what the providers list, else the usual model of each. The simulated one counts only where
 * it is alone, because made-up answers must not stand in for real ones.
 */
function modelsWithoutRoutes(
  providers: readonly ConnectedProvider[],
): { provider: ConnectedProvider; model: string }[] {
  const real = providers.filter((provider) => provider.settings.kind !== 'simulated')
  if (real.length === 0) return providers.map((provider) => ({ provider, model: simulatedModel }))
  return real.flatMap((provider) => {
    const usual = usualModels[provider.priceProvider]
    const models = provider.listedModels.length > 0 || usual === undefined ? provider.listedModels : [usual]
    return models.map((model) => ({ provider, model }))
  })
}

/** What `auto` asks the simulated provider for. */
const simulatedModel = 'sim-fast'
