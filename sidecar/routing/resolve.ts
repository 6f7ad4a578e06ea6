import { distance } from 'fastest-levenshtein'
import { GatewayError } from '../../contract/errors.ts'
import { adhocRoutesMax, type Snapshot } from '../snapshot.ts'
import { type Allowed, mayUse } from './allowed.ts'
import { buildCandidate, singleRoute } from './candidate.ts'
import type { ConnectedProvider, Route } from './route.ts'

export interface Resolved {
  readonly route: Route
  /** What pinned the candidate, if anything did. */
  readonly override: '' | 'model' | 'provider_header' | 'header'
}

/**
 * What `model` means, in this order: a route; a built-in route; `provider/model`; a model that exactly one
 * provider offers. Headers may name the route or the provider instead.
 */
export function resolveModel(
  snapshot: Snapshot,
  ask: { model: string; route: string; provider: string; allowed: Allowed },
): Resolved {
  const { allowed } = ask
  if (ask.route !== '') {
    const route = snapshot.routes.get(ask.route)
    if (route === undefined) throw unknownRoute(snapshot, ask.route, allowed)
    return { route, override: '' }
  }
  if (ask.provider !== '') {
    const provider = snapshot.providers.get(ask.provider)
    if (provider === undefined) throw unknownProvider(snapshot, ask.provider, allowed)
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
  return { route: adhoc(snapshot, onlyOffering(snapshot, ask.model, allowed), ask.model), override: 'model' }
}

function unknownRoute(snapshot: Snapshot, name: string, allowed: Allowed): GatewayError {
  const names = [...snapshot.routes.keys()].filter((known) => mayUse(allowed, known))
  return new GatewayError('unknown_route', `no route is called that; near names: ${near(name, names)}`, {
    param: 'x-sidelight-route',
  })
}

export function unknownProvider(snapshot: Snapshot, name: string, allowed: Allowed): GatewayError {
  const named = allowed && new Set([...allowed].map((route) => route.slice(0, route.indexOf('/'))))
  const names = [...snapshot.providers.keys()].filter((known) => named?.has(known) !== false)
  const message = `no provider is called that; near names: ${near(name, names)}`
  return new GatewayError('unknown_provider', message, { param: 'x-sidelight-provider' })
}

function onlyOffering(snapshot: Snapshot, model: string, allowed: Allowed): ConnectedProvider {
  const providers = [...snapshot.providers.values()]
  const offering = providers.filter((provider) => provider.offers(model))
  if (offering.length === 1 && offering[0] !== undefined) return offering[0]
  if (offering.length > 1) throw ambiguous(model, offering, allowed)
  // Nothing else is configured: the first request of a newcomer must work whatever model it names.
  const [first] = providers
  if (providers.length === 1 && first?.settings.kind === 'simulated' && isKnown(snapshot, model)) return first
  const listed = providers.flatMap((provider) => namesAt(snapshot, provider, model))
  const named = [...(allowed ?? [])].filter((name) => !name.endsWith('/*'))
  const there = [...snapshot.routes.keys(), ...listed].filter((name) => mayUse(allowed, name))
  const names = [...new Set([...named, ...there])]
  throw new GatewayError(
    'unknown_model',
    `the model is no route, no provider/model, and offered by no configured provider; near names: ${near(model, names)}`,
    { param: 'model' },
  )
}

function ambiguous(model: string, offering: readonly ConnectedProvider[], allowed: Allowed): GatewayError {
  const names = offering
    .map((provider) => `${provider.name}/${model}`)
    .filter((name) => mayUse(allowed, name))
  const choice = names.length === 0 ? 'provider/model' : `one of ${names.join(', ')}`
  return new GatewayError('ambiguous_model', `more than one provider offers this model: write ${choice}`, {
    param: 'model',
  })
}

/** Some vendor has a model of this name; what follows `;` tells the simulated provider what to do. */
function isKnown({ catalog }: Snapshot, model: string): boolean {
  const [name = ''] = model.split(';', 1)
  return [...catalog.source.shelves.keys()].some((provider) => catalog.find(provider, name) !== undefined)
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
  const route = singleRoute(name, candidate, {
    timeouts: snapshot.timeouts,
    mask: snapshot.strictestMask,
    guard: snapshot.strictestGuard,
  })
  if (snapshot.adhocRoutes.size >= adhocRoutesMax) snapshot.adhocRoutes.clear()
  snapshot.adhocRoutes.set(name, route)
  return route
}

/** A slip of the finger adds or drops this many letters; catalogs have too many names to compare with all. */
const slipCharsMax = 3

/** What it lists, else what the price catalog knows of it. */
function namesAt({ catalog }: Snapshot, provider: ConnectedProvider, asked: string): string[] {
  const { name, listedModels, priceProvider } = provider
  const known = [...(catalog.source.shelves.get(priceProvider)?.keys() ?? [])]
  const lengths = [asked.length, asked.length - asked.indexOf('/') - 1]
  const close = known.filter(({ length }) => lengths.some((own) => Math.abs(own - length) <= slipCharsMax))
  return (listedModels.length > 0 ? listedModels : close).map((model) => `${name}/${model}`)
}

/** Up to three names that look like the one asked for; names of the configuration, never the caller's text. */
export function near(name: string, names: readonly string[]): string {
  const asked = name.slice(0, 128).toLowerCase()
  const ranked = [...new Set(names)]
    .map((known) => ({ known, away: distanceTo(asked, known.toLowerCase()) }))
    .sort((a, b) => a.away - b.away || a.known.localeCompare(b.known))
  return ranked.length === 0
    ? 'none'
    : ranked
        .slice(0, 3)
        .map((entry) => entry.known)
        .join(', ')
}

/** Whoever leaves the provider out means the model. */
function distanceTo(asked: string, known: string): number {
  const whole = distance(asked, known)
  const slash = asked.includes('/') ? -1 : known.indexOf('/')
  return slash < 0 ? whole : Math.min(whole, distance(asked, known.slice(slash + 1)))
}
