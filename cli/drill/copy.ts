import { createHash } from 'node:crypto'
import type { Environment } from '../../contract/config/load.ts'
import type { Config, ProviderConfig, RouteConfig } from '../../contract/config/schema.ts'
import { withTimeouts } from '../../sidecar/routing/timeouts.ts'
import { faster, fasterTimeouts, paceOf, routeTimeouts } from './pace.ts'

export interface Copy {
  readonly config: Config
  /** Nothing of the user's own: what a provider is sent is not a key. */
  readonly environment: Environment
}

const keyVariable = 'SIDELIGHT_DRILL_KEY'

/** Whoever calls shows this, where the configuration has keys. */
export const callerSecret = (name: string) => `drill-${name}`

/**
 * The configuration with every provider swapped for a simulated one that speaks its format, and with nothing in it
 * that leads out of this process: no address, no key, no warehouse, no folder of the user's.
 */
export function copyConfig(
  config: Config,
  into: { readonly origins: ReadonlyMap<string, string>; readonly stateDir: string },
): Copy {
  const environment: Record<string, string> = { [keyVariable]: 'drill' }
  const keys = config.keys.map((key, index) => {
    const hashEnv = `SIDELIGHT_DRILL_CALLER_${index + 1}`
    environment[hashEnv] = createHash('sha256').update(callerSecret(key.name)).digest('hex')
    // Its limits are for callers, of whom a drill would look like many.
    return { ...key, hashEnv, requestsPerMinute: undefined, tokensPerMinute: undefined, budget: undefined }
  })
  const copy: Config = {
    ...config,
    listen: '127.0.0.1:0',
    stateDir: into.stateDir,
    workers: 1,
    keys,
    providers: mapValues(config.providers, (provider, name) =>
      simulated(provider, into.origins.get(name) ?? nowhere),
    ),
    routes: mapValues(config.routes, (route) => paced(config, route)),
    timeouts: fasterTimeouts(routeTimeouts(config, undefined), paceOf(config, undefined)),
    warehouse: { ...config.warehouse, url: 'embedded', listen: '127.0.0.1:0' },
    policy: { ...config.policy, source: 'file', dir: `${into.stateDir}/policies` },
    durability: 'relaxed',
    spool: { ...config.spool, flush: 0, full: 'drop' },
    drain: 1000,
  }
  return { config: copy, environment }
}

/** Nobody listens on port 9, and nothing asks those whom no route of the drill needs. */
export const nowhere = 'http://127.0.0.1:9'

/** As the official SDKs have it: with /v1 for some kinds, the bare origin for others. */
const withVersion: ReadonlySet<string> = new Set(['openai', 'openai-compatible', 'cohere'])

export function simulated(provider: ProviderConfig, origin: string): ProviderConfig {
  const baseUrl = withVersion.has(provider.kind) ? `${origin}/v1` : origin
  return {
    ...provider,
    baseUrl,
    keyEnv: keyVariable,
    // Headers may hold secrets, and the simulated provider looks at none.
    headers: {},
    serviceAccountEnv: undefined,
    accessKeyEnv: undefined,
    secretKeyEnv: undefined,
    sessionTokenEnv: undefined,
    // Part of the waits of each candidate.
    timeouts: {},
    targets: provider.targets?.map((target) => ({ ...target, baseUrl, keyEnv: keyVariable })),
  }
}

function paced(config: Config, route: RouteConfig): RouteConfig {
  const pace = paceOf(config, route)
  const timeouts = routeTimeouts(config, route)
  const base = routeTimeouts(config, undefined)
  const { hedge, recovery } = route
  return {
    ...route,
    timeouts: fasterTimeouts(timeouts, pace),
    candidates: route.candidates.map((candidate) => {
      const provider = config.providers[candidate.provider]?.timeouts ?? {}
      const own = [provider, route.timeouts, candidate.timeouts].reduce(withTimeouts, base)
      return { ...candidate, timeouts: fasterTimeouts(own, pace) }
    }),
    hedge:
      hedge === undefined || hedge.after === 'p95' ? hedge : { ...hedge, after: faster(hedge.after, pace) },
    recovery: { ...recovery, holdBack: pacedHoldBack(recovery.holdBack, pace) },
  }
}

/** `300ms`, but not `40tokens`. */
function pacedHoldBack(text: string, pace: number): string {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s?(ms|s)$/.exec(text) ?? []
  if (digits === undefined) return text
  return `${Math.round(faster(Number(digits) * (unit === 's' ? 1000 : 1), pace))}ms`
}

function mapValues<T>(of: Readonly<Record<string, T>>, change: (value: T, name: string) => T) {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, change(value, name)]))
}
