import { randomBytes } from 'node:crypto'
import { candidateId } from '../contract/config/cross-check.ts'
import type { Environment } from '../contract/config/load.ts'
import type { Config, RouteConfig } from '../contract/config/schema.ts'
import type { Catalog } from '../contract/prices/catalog.ts'
import { catalogProvider } from '../contract/prices/catalog.ts'
import { routeCacheOf } from './cache/settings.ts'
import { type GuardPolicies, type GuardPolicy, guardPolicies } from './guards/policy.ts'
import { budgetOf } from './limits/budget-of.ts'
import type { Budget } from './limits/budgets.ts'
import { hashOf } from './limits/job.ts'
import type { CreateScanner, LiveScanner } from './masking/live-scanner.ts'
import { maskPolicies } from './masking/policies.ts'
import type { MaskPolicy } from './masking/policy.ts'
import { connectProvider, type Registry } from './providers/registry.ts'
import { withBuiltInRoutes } from './routing/built-in.ts'
import { buildCandidate, heaviestFirst, sortedById } from './routing/candidate.ts'
import { holdBackOf } from './routing/hold-back.ts'
import type { ConnectedProvider, Route, Timeouts } from './routing/route.ts'
import { defaultTimeouts, withTimeouts } from './routing/timeouts.ts'
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
  readonly budget: Budget | undefined
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
  /** SHA-256 of what the evals have to show; undefined: nobody may speak for them. */
  readonly jobTokenHash: Buffer | undefined
  /** For requests that name no route of the configuration, and so may end at the provider of any. */
  readonly strictestMask: MaskPolicy | undefined
  readonly strictestGuard: GuardPolicy | undefined
  /** To be closed when no request has this snapshot any more. */
  readonly scanners: readonly LiveScanner[]
}

/** A page's worth of ad-hoc routes; callers choose the names, so the number is bounded. */
export const adhocRoutesMax = 1000

export function buildSnapshot(
  config: Config,
  services: {
    environment: Environment
    catalog: Catalog
    registry: Registry
    maskKey?: Buffer
    createScanner?: CreateScanner | undefined
  },
): Snapshot {
  const timeouts = withTimeouts(defaultTimeouts, config.timeouts)
  const providers = new Map<string, ConnectedProvider>()
  for (const [name, provider] of Object.entries(config.providers)) {
    const priceProvider = catalogProvider(provider.kind, provider.host ?? '')
    providers.set(name, connectProvider(name, provider, { ...services, priceProvider }))
  }
  const key = services.maskKey ?? randomBytes(32)
  const guards = guardPolicies(config, key)
  const masks = maskPolicies(config, {
    environment: services.environment,
    maskKey: key,
    createScanner: services.createScanner,
  })
  const routes = new Map<string, Route>()
  for (const [name, route] of Object.entries(config.routes)) {
    routes.set(
      name,
      buildRoute(name, route, {
        providers,
        catalog: services.catalog,
        timeouts,
        maskOf: masks.of,
        guardOf: guards.of,
      }),
    )
  }
  return {
    config,
    catalog: services.catalog,
    providers,
    routes: withBuiltInRoutes(routes, providers, {
      catalog: services.catalog,
      timeouts,
      mask: masks.strictest,
      guard: guards.strictest,
    }),
    callers: buildCallers(config, services.environment),
    adhocRoutes: new Map(),
    timeouts,
    jobTokenHash: jobTokenHashOf(services.environment),
    strictestMask: masks.strictest,
    strictestGuard: guards.strictest,
    scanners: masks.scanners,
  }
}

function jobTokenHashOf(environment: Environment): Buffer | undefined {
  const token = environment['SIDELIGHT_EVALS_TOKEN'] || environment['SIDELIGHT_ADMIN_TOKEN']
  return token === undefined || token === '' ? undefined : hashOf(token)
}

interface RouteMaterials {
  readonly providers: ReadonlyMap<string, ConnectedProvider>
  readonly catalog: Catalog
  readonly timeouts: Timeouts
  readonly maskOf: (own: RouteConfig['mask']) => MaskPolicy | undefined
  readonly guardOf: GuardPolicies['of']
}

function buildRoute(name: string, route: RouteConfig, materials: RouteMaterials): Route {
  const timeouts = withTimeouts(materials.timeouts, route.timeouts)
  const candidates = route.candidates.flatMap((entry) => {
    const provider = materials.providers.get(entry.provider)
    if (provider === undefined) return []
    const { catalog, timeouts: base } = materials
    const own = [route.timeouts, entry.timeouts]
    const id = candidateId(entry)
    const { model } = entry
    return [buildCandidate({ id, provider, model, catalog, timeouts: base, own, stated: entry })]
  })
  const byId = (id: string) => candidates.filter((candidate) => candidate.id === id)
  return {
    name,
    headerName: headerText(name),
    strategy: route.strategy,
    candidates,
    byId: sortedById(candidates),
    baseline: route.baseline === undefined ? undefined : byId(route.baseline)[0],
    isBilling: route.billing,
    fallback: route.fallback?.flatMap(byId) ?? heaviestFirst(candidates),
    timeouts,
    retriesMax: route.retries.max,
    retryBudget: route.retries.budget,
    regions: route.require.regions,
    zeroRetention: route.require.zeroRetention,
    requiredCapabilities: route.require.capabilities,
    approvedProviders: route.require.providers,
    rules: route.rules,
    mask: materials.maskOf(route.mask),
    guard: materials.guardOf(route.guard, name),
    fallbackOnContentFilter: route.onContentFilter === 'fallback',
    segmentBy: route.segmentBy,
    sticky: route.sticky,
    explore: route.explore,
    maxLoss: route.quality?.maxLoss,
    hedge: route.hedge,
    recovery: { midStream: route.recovery.midStream, holdBack: holdBackOf(route.recovery.holdBack) },
    escalate: route.escalate,
    isStrict: route.strict,
    cache: routeCacheOf(route.cache),
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
      budget: budgetOf(key),
    })
  }
  return callers
}
