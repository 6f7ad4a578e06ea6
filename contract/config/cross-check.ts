import { publicKeyFrom } from '../policy/keys.ts'
import { cacheFindings } from './cache-findings.ts'
import type { Environment } from './environment.ts'
import { builtInRoutes } from './names.ts'
import { notInForce } from './not-in-force.ts'
import { providerFindings } from './provider-findings.ts'
import { when } from './rule.ts'
import type { Config, RouteConfig } from './schema.ts'

export interface Finding {
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly fatal: boolean
}

/** What no single value shows: names that point nowhere, and promises this version cannot keep. */
export function crossCheck(config: Config, environment: Environment): Finding[] {
  return [
    ...Object.entries(config.routes).flatMap(([name, route]) => routeFindings(config, name, route)),
    ...keyFindings(config, environment),
    ...providerFindings(config, environment),
    ...policyFindings(config),
    ...evalFindings(config),
    ...cacheFindings(config, environment),
    ...guardFindings(config),
    ...notInForce(config),
  ]
}

function routeFindings(config: Config, name: string, route: RouteConfig): Finding[] {
  const findings: Finding[] = []
  const at = (...path: (string | number)[]) => ['routes', name, ...path]
  const error = (path: (string | number)[], message: string) => findings.push({ path, message, fatal: true })
  const ids = new Set<string>()
  for (const [index, candidate] of route.candidates.entries()) {
    const id = candidateId(candidate)
    if (ids.has(id))
      error(at('candidates', index), `two candidates are called ${id}: give each an id of its own`)
    ids.add(id)
    if (!Object.hasOwn(config.providers, candidate.provider)) {
      error(at('candidates', index, 'provider'), noProvider(candidate.provider, config))
    }
  }
  const refer = (id: string | undefined, path: (string | number)[]) => {
    if (id !== undefined && !ids.has(id)) {
      error(path, `${id} is no candidate of this route; its candidates are ${[...ids].join(', ')}`)
    }
  }
  if ((builtInRoutes as readonly string[]).includes(name)) {
    const message = `takes the place of the built-in route ${name}, which has the candidates of all routes`
    findings.push({ path: at(), message, fatal: false })
  }
  refer(route.baseline, at('baseline'))
  for (const [index, id] of (route.fallback ?? []).entries()) refer(id, at('fallback', index))
  for (const [index, rule] of route.rules.entries()) {
    if (Object.keys(rule.when).length === 0)
      error(at('rules', index, 'when'), `a rule needs a condition: one of ${conditions}`)
    for (const [use, id] of rule.use.entries()) refer(id, at('rules', index, 'use', use))
  }
  for (const [index, id] of (route.escalate?.to ?? []).entries()) refer(id, at('escalate', 'to', index))
  for (const [index, provider] of (route.require.providers ?? []).entries())
    if (!Object.hasOwn(config.providers, provider))
      error(at('require', 'providers', index), noProvider(provider, config))
  const { regions } = route.require
  const isPlaced = ({ provider }: { readonly provider: string }) => {
    const { targets, region = '' } = config.providers[provider] ?? {}
    const places = targets === undefined ? [region] : targets.map((target) => target.region ?? region)
    return places.some((place) => regions?.includes(place) === true)
  }
  if (regions !== undefined && !route.candidates.some(isPlaced)) {
    const message = `no candidate's provider says \`region: ${regions.join(' or ')}\`, so every request is refused`
    findings.push({ path: at('require', 'regions'), message, fatal: false })
  }
  if (route.strategy === 'weighted' && route.candidates.every((candidate) => candidate.weight === 0)) {
    error(at('candidates'), 'all weights are 0: give at least one candidate a share')
  }
  return findings
}

function evalFindings({ evals, policy, providers, routes }: Config): Finding[] {
  const findings: Finding[] = []
  const judge = evals?.judge
  if (judge !== undefined && !Object.hasOwn(providers, judge.provider)) {
    const message = `no provider is called ${judge.provider}: the judge needs one of \`providers\``
    findings.push({ path: ['evals', 'judge', 'provider'], message, fatal: true })
  }
  if (evals !== undefined && policy.publicKey !== undefined && evals.signKeyEnv === undefined) {
    const message =
      '`policy.publicKey` is set: without `signKeyEnv` sidecars would refuse what the evals publish'
    findings.push({ path: ['evals'], message, fatal: true })
  }
  for (const [name, { quality, baseline, strategy, candidates }] of Object.entries(routes)) {
    if (quality === undefined || strategy !== 'weighted') continue
    const at = ['routes', name, 'quality']
    const warn = (message: string) => findings.push({ path: at, message, fatal: false })
    if (candidates.some(({ provider, model }) => provider === judge?.provider && model === judge.model))
      warn('the judge is one of the candidates: it would judge its own answers')
    if (evals === undefined)
      warn('nothing keeps it: without `evals` weights are tuned only by `sidelight evals run`')
    else if (baseline === undefined) warn('nothing keeps it: the route has no `baseline` to measure against')
    else if (candidates.length < 2) warn('nothing to tune: the route has one candidate')
  }
  return findings
}

const conditions = Object.keys(when.entries).join(', ')

function noProvider(name: string, config: Config): string {
  const known = Object.keys(config.providers)
  return known.length === 0
    ? `no provider is called ${name}: there is no \`providers\` section yet`
    : `no provider is called ${name}; there are ${known.join(', ')}`
}

function keyFindings(config: Config, environment: Environment): Finding[] {
  const findings: Finding[] = []
  const names = new Set<string>()
  for (const [index, key] of config.keys.entries()) {
    if (names.has(key.name))
      findings.push({
        path: ['keys', index, 'name'],
        fatal: true,
        message: `two keys are called ${key.name}`,
      })
    names.add(key.name)
    findings.push(...hashFindings(key.hashEnv, environment, ['keys', index, 'hashEnv']))
    for (const [at, route] of (key.routes ?? []).entries()) {
      if (isRoute(route, config)) continue
      const message = `no route is called ${route}: name a route, a built-in one (${builtInRoutes.join(', ')}), provider/model or provider/*`
      findings.push({ path: ['keys', index, 'routes', at], fatal: true, message })
    }
  }
  return findings
}

/** A key that is none would let no policy in, or any. */
function policyFindings({ policy }: Config): Finding[] {
  if (policy.publicKey === undefined || publicKeyFrom(policy.publicKey) !== undefined) return []
  const message = 'expected an Ed25519 public key: base64 of its 32 bytes, or PEM'
  return [{ path: ['policy', 'publicKey'], fatal: true, message }]
}

/** A classifier that nobody can be asked for would leave its share of requests unlooked at. */
function guardFindings(config: Config): Finding[] {
  const guards: [(string | number)[], Config['guard']][] = [
    [[], config.guard],
    ...Object.entries(config.routes).map(([name, { guard }]): [string[], Config['guard']] => [
      ['routes', name],
      guard,
    ]),
  ]
  return guards.flatMap(([at, guard]) => {
    const provider = guard?.classifier?.provider
    if (provider === undefined || Object.hasOwn(config.providers, provider)) return []
    const path = [...at, 'guard', 'classifier', 'provider']
    return [{ path, message: noProvider(provider, config), fatal: true }]
  })
}

function hashFindings(variable: string, environment: Environment, path: (string | number)[]): Finding[] {
  const hash = environment[variable]
  // Not fatal: a configuration is checked where its secrets are not, and the other keys go on working.
  if (hash === undefined || hash === '')
    return [
      {
        path,
        fatal: false,
        message: `the variable ${variable} is not set, so nobody can use this key: put its SHA-256 in hex there`,
      },
    ]
  return /^[0-9a-fA-F]{64}$/.test(hash)
    ? []
    : [{ path, fatal: true, message: `the variable ${variable} holds no SHA-256 in hex (64 digits 0-9 a-f)` }]
}

function isRoute(name: string, config: Config): boolean {
  const slash = name.indexOf('/')
  return (
    Object.hasOwn(config.routes, name) ||
    (builtInRoutes as readonly string[]).includes(name) ||
    (slash > 0 && Object.hasOwn(config.providers, name.slice(0, slash)))
  )
}

export function candidateId(candidate: {
  readonly id?: string | undefined
  readonly provider: string
  readonly model: string
}): string {
  return candidate.id ?? `${candidate.provider}/${candidate.model}`
}
