import { distance } from 'fastest-levenshtein'
import { GatewayError } from '../../contract/errors.ts'
import { adhocRoutesMax, buildCandidate, type Snapshot, singleRoute } from '../snapshot.ts'
import type { ConnectedProvider, Route } from './route.ts'

export interface Resolved {
  readonly route: Route
  /** What pinned the candidate, if anything did. */
  readonly override: '' | 'model' | 'provider_header'
}

/**
 * What `model` means, in this order: a route; a built-in route; `provider/model`; a model that exactly one
 * provider offers. Headers may name the route or the provider instead.
 */
export function resolveModel(
  snapshot: Snapshot,
  ask: { model: string; route: string; provider: string },
): Resolved {
  if (ask.route !== '') {
    const route = snapshot.routes.get(ask.route)
    if (route === undefined)
      throw new GatewayError(
        'unknown_route',
        `no route is called that; near names: ${near(ask.route, [...snapshot.routes.keys()])}`,
        { param: 'x-sidelight-route' },
      )
    return { route, override: '' }
  }
  if (ask.provider !== '') {
    const provider = snapshot.providers.get(ask.provider)
    if (provider === undefined) throw unknownProvider(snapshot, ask.provider)
    return { route: adhoc(snapshot, provider, ask.model), override: 'provider_header' }
  }
  const named = snapshot.routes.get(ask.model)
  if (named !== undefined) return { route: named, override: '' }
  const known = snapshot.adhocRoutes.get(ask.model)
  if (known !== undefined) return { route: known, override: 'model' }
  const slash = ask.model.indexOf('/')
  const prefix = slash > 0 ? snapshot.providers.get(ask.model.slice(0, slash)) : undefined
  if (prefix !== undefined)
    return { route: adhoc(snapshot, prefix, ask.model.slice(slash + 1)), override: 'model' }
  return { route: adhoc(snapshot, onlyOffering(snapshot, ask.model), ask.model), override: 'model' }
}

export function unknownProvider(snapshot: Snapshot, name: string): GatewayError {
  return new GatewayError(
    'unknown_provider',
    `no provider is called that; near names: ${near(name, [...snapshot.providers.keys()])}`,
    {
      param: 'x-sidelight-provider',
    },
  )
}

function onlyOffering(snapshot: Snapshot, model: string): ConnectedProvider {
  const providers = [...snapshot.providers.values()]
  const offering = providers.filter((provider) => provider.offers(model))
  if (offering.length === 1 && offering[0] !== undefined) return offering[0]
  if (offering.length > 1) {
    const names = offering.map((provider) => `${provider.name}/${model}`).join(', ')
    throw new GatewayError(
      'ambiguous_model',
      `more than one provider offers this model: write one of ${names}`,
      { param: 'model' },
    )
  }
  // Nothing else is configured: the first request of a newcomer must work whatever model it names.
  const [first] = providers
  if (providers.length === 1 && first?.settings.kind === 'simulated') return first
  const names = [
    ...snapshot.routes.keys(),
    ...providers.flatMap((provider) => provider.listedModels.map((listed) => `${provider.name}/${listed}`)),
  ]
  throw new GatewayError(
    'unknown_model',
    `the model is no route, no provider/model, and offered by no configured provider; near names: ${near(model, names)}`,
    { param: 'model' },
  )
}

function adhoc(snapshot: Snapshot, provider: ConnectedProvider, model: string): Route {
  const name = `${provider.name}/${model}`
  const known = snapshot.adhocRoutes.get(name)
  if (known !== undefined) return known
  const candidate = buildCandidate({
    id: name,
    provider,
    model,
    catalog: snapshot.catalog,
    timeouts: snapshot.timeouts,
  })
  const route = singleRoute(name, candidate, snapshot.timeouts)
  if (snapshot.adhocRoutes.size >= adhocRoutesMax) snapshot.adhocRoutes.clear()
  snapshot.adhocRoutes.set(name, route)
  return route
}

/** Up to three names that look like the one asked for; names of the configuration, never the caller's text. */
export function near(name: string, names: readonly string[]): string {
  const asked = name.slice(0, 128).toLowerCase()
  const ranked = names
    .map((known) => ({ known, away: distance(asked, known.toLowerCase()) }))
    .sort((a, b) => a.away - b.away || a.known.localeCompare(b.known))
  return ranked.length === 0
    ? 'none are configured'
    : ranked
        .slice(0, 3)
        .map((entry) => entry.known)
        .join(', ')
}
