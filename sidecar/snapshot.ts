import { candidateId } from '../contract/config/cross-check.ts'
import type { Environment } from '../contract/config/load.ts'
import type { Config, RouteConfig, TimeoutsConfig } from '../contract/config/schema.ts'
import type { Catalog } from '../contract/prices/catalog.ts'
import { catalogProvider } from '../contract/prices/catalog.ts'
import { connectProvider, type Registry } from './providers/registry.ts'
import type { Candidate, ConnectedProvider, Route, Timeouts } from './routing/route.ts'
import { headerText } from './upstream/headers.ts'

/** Who calls: an entry of `keys`, found by the hash of the key it sent. */
export interface Caller {
  readonly name: string
  readonly app: string | undefined
  readonly team: string | undefined
  readonly tier: string | undefined
  readonly routes: ReadonlySet<string> | undefined
  readonly requestsPerMinute: number | undefined
  readonly tokensPerMinute: number | undefined
}

/**
 * Everything a request reads of the configuration, resolved once and never changed: a request keeps the
 * snapshot it began with, so a reload can't touch a running stream.
 */
export interface Snapshot {
  readonly config: Config
  readonly catalog: Catalog
  readonly providers: ReadonlyMap<string, ConnectedProvider>
  readonly routes: ReadonlyMap<string, Route>
  readonly callers: ReadonlyMap<string, Caller>
  /** Routes for `provider/model` names, made when first asked for. */
  readonly adhocRoutes: Map<string, Route>
  readonly timeouts: Timeouts
}

/** A page's worth of ad-hoc routes; callers choose the names, so the number is bounded. */
export const adhocRoutesMax = 1000

/**
 * Defaults of the waits. `total` is what the official SDKs wait (10 minutes), not less: a proxy that gives
 * up before its caller would turns slow answers into failures.
 */
const defaultTimeouts: Timeouts = {
  connectMs: 10_000,
  headersMs: 15_000,
  firstTokenMs: Number.POSITIVE_INFINITY,
  idleMs: 300_000,
  attemptMs: 300_000,
  totalMs: 600_000,
}

export function buildSnapshot(
  config: Config,
  services: { environment: Environment; catalog: Catalog; registry: Registry },
): Snapshot {
  const timeouts = withTimeouts(defaultTimeouts, config.timeouts)
  const providers = new Map<string, ConnectedProvider>()
  for (const [name, provider] of Object.entries(config.providers)) {
    const priceProvider = catalogProvider(provider.kind, provider.host ?? '')
    providers.set(name, connectProvider(name, provider, { ...services, priceProvider }))
  }
  const routes = new Map<string, Route>()
  for (const [name, route] of Object.entries(config.routes)) {
    routes.set(name, buildRoute(name, route, { providers, catalog: services.catalog, timeouts }))
  }
  return {
    config,
    catalog: services.catalog,
    providers,
    routes: withBuiltInRoutes(routes, providers, { catalog: services.catalog, timeouts }),
    callers: buildCallers(config, services.environment),
    adhocRoutes: new Map(),
    timeouts,
  }
}

interface RouteMaterials {
  readonly providers: ReadonlyMap<string, ConnectedProvider>
  readonly catalog: Catalog
  readonly timeouts: Timeouts
}

function buildRoute(name: string, route: RouteConfig, materials: RouteMaterials): Route {
  const timeouts = withTimeouts(materials.timeouts, route.timeouts)
  const candidates = route.candidates.flatMap((entry) => {
    const provider = materials.providers.get(entry.provider)
    if (provider === undefined) return []
    const candidate = buildCandidate({
      id: candidateId(entry),
      provider,
      model: entry.model,
      catalog: materials.catalog,
      timeouts: withTimeouts(timeouts, entry.timeouts),
    })
    return [{ ...candidate, weight: entry.weight, params: entry.params }]
  })
  const byId = (id: string) => candidates.filter((candidate) => candidate.id === id)
  return {
    name,
    headerName: headerText(name),
    strategy: route.strategy,
    candidates,
    baseline: route.baseline === undefined ? undefined : byId(route.baseline)[0],
    isBilling: route.billing,
    fallback: route.fallback?.flatMap(byId),
    timeouts,
    retriesMax: route.retries.max,
    regions: route.require.regions,
    zeroRetention: route.require.zeroRetention,
    rules: route.rules,
    masks: Object.values(route.mask ?? {}).some((action) => action !== 'allow'),
    fallbackOnContentFilter: route.onContentFilter === 'fallback',
  }
}

export function buildCandidate(from: {
  id: string
  provider: ConnectedProvider
  model: string
  catalog: Catalog
  timeouts: Timeouts
}): Candidate {
  const catalogModel = from.catalog.find(from.provider.priceProvider, from.model)
  return {
    id: from.id,
    servedBy: headerText(`${from.provider.name}/${from.model}`),
    provider: from.provider,
    model: from.model,
    weight: 1,
    params: undefined,
    timeouts: from.timeouts,
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

const builtInRoutes = {
  auto: 'best',
  'auto-cheapest': 'cheapest',
  'auto-fastest': 'fastest',
  'auto-best': 'best',
} as const

function withBuiltInRoutes(
  routes: Map<string, Route>,
  providers: ReadonlyMap<string, ConnectedProvider>,
  materials: { catalog: Catalog; timeouts: Timeouts },
): Map<string, Route> {
  const candidates = new Map<string, Candidate>()
  for (const route of routes.values()) {
    for (const candidate of route.candidates)
      candidates.set(`${candidate.provider.name}/${candidate.model}`, candidate)
  }
  if (candidates.size === 0) {
    for (const provider of providers.values()) {
      if (provider.settings.kind !== 'simulated') continue
      const id = `${provider.name}/${simulatedModel}`
      candidates.set(id, buildCandidate({ id, provider, model: simulatedModel, ...materials }))
    }
  }
  const masks = [...routes.values()].some((route) => route.masks)
  const all = [...candidates].map(([id, candidate]) => ({ ...candidate, id }))
  if (all.length === 0) return routes
  for (const [name, strategy] of Object.entries(builtInRoutes)) {
    if (routes.has(name)) continue
    routes.set(name, {
      ...singleRoute(name, all[0] as Candidate, materials.timeouts),
      candidates: all,
      strategy,
      masks,
    })
  }
  return routes
}

/** What `auto` asks the simulated provider for. */
export const simulatedModel = 'sim-fast'

function withTimeouts(base: Timeouts, own: TimeoutsConfig): Timeouts {
  const totalMs = own.total ?? base.totalMs
  return {
    connectMs: own.connect ?? base.connectMs,
    headersMs: own.headers ?? base.headersMs,
    firstTokenMs: own.firstToken ?? base.firstTokenMs,
    idleMs: own.idle ?? base.idleMs,
    attemptMs: own.attempt ?? (own.total === undefined ? base.attemptMs : totalMs / 2),
    totalMs,
  }
}

function buildCallers(config: Config, environment: Environment): Map<string, Caller> {
  const callers = new Map<string, Caller>()
  for (const key of config.keys) {
    const hash = environment[key.hashEnv]
    if (hash === undefined) continue
    callers.set(hash.toLowerCase(), {
      name: key.name,
      app: key.app,
      team: key.team,
      tier: key.tier,
      routes: key.routes === undefined ? undefined : new Set(key.routes),
      requestsPerMinute: key.requestsPerMinute,
      tokensPerMinute: key.tokensPerMinute,
    })
  }
  return callers
}
