import type { Environment } from './load.ts'
import type { Config } from './schema.ts'

export interface Finding {
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly fatal: boolean
}

/** What no single value shows: names that point nowhere, and promises this version cannot keep. */
export function crossCheck(config: Config, environment: Environment): Finding[] {
  return [
    ...routeFindings(config),
    ...keyFindings(config, environment),
    ...providerFindings(config, environment),
  ]
}

function routeFindings(config: Config): Finding[] {
  const findings: Finding[] = []
  const error = (path: (string | number)[], message: string) => findings.push({ path, message, fatal: true })
  for (const [name, route] of Object.entries(config.routes)) {
    const ids = new Set<string>()
    route.candidates.forEach((candidate, index) => {
      const id = candidateId(candidate)
      const path = ['routes', name, 'candidates', index]
      if (ids.has(id)) error([...path, 'id'], `two candidates are called ${id}: give each an id of its own`)
      ids.add(id)
      if (config.providers[candidate.provider] === undefined) {
        error([...path, 'provider'], `no provider is called ${candidate.provider}: add it under providers`)
      }
    })
    const known = `the candidates are ${[...ids].join(', ')}`
    if (route.baseline !== undefined && !ids.has(route.baseline)) {
      error(['routes', name, 'baseline'], `${route.baseline} is no candidate of this route; ${known}`)
    }
    route.fallback?.forEach((id, index) => {
      if (!ids.has(id))
        error(['routes', name, 'fallback', index], `${id} is no candidate of this route; ${known}`)
    })
    route.rules.forEach((rule, index) => {
      rule.use.forEach((id, use) => {
        if (!ids.has(id))
          error(['routes', name, 'rules', index, 'use', use], `${id} is no candidate of this route; ${known}`)
      })
    })
    if (route.candidates.every((candidate) => candidate.weight === 0)) {
      error(['routes', name, 'candidates'], 'all weights are 0: no request could be served')
    }
  }
  return findings
}

function keyFindings(config: Config, environment: Environment): Finding[] {
  const findings: Finding[] = []
  config.keys.forEach((key, index) => {
    const hash = environment[key.hashEnv]
    const path = ['keys', index, 'hashEnv']
    if (hash === undefined) {
      findings.push({
        path,
        fatal: true,
        message: `the variable ${key.hashEnv} is not set: put the SHA-256 of the key (hex) into it`,
      })
    } else if (!/^[0-9a-fA-F]{64}$/.test(hash)) {
      findings.push({
        path,
        fatal: true,
        message: `the variable ${key.hashEnv} is not a SHA-256 in hex (64 characters)`,
      })
    }
    key.routes?.forEach((route, at) => {
      if (config.routes[route] === undefined && !route.startsWith('auto')) {
        findings.push({
          path: ['keys', index, 'routes', at],
          fatal: true,
          message: `no route is called ${route}`,
        })
      }
    })
  })
  return findings
}

function providerFindings(config: Config, environment: Environment): Finding[] {
  const findings: Finding[] = []
  for (const [name, provider] of Object.entries(config.providers)) {
    const path = ['providers', name]
    if (provider.keyEnv !== undefined && environment[provider.keyEnv] === undefined) {
      findings.push({
        path: [...path, 'keyEnv'],
        fatal: false,
        message: `the variable ${provider.keyEnv} is not set: calls to ${name} will be refused`,
      })
    }
    if (
      provider.kind === 'openai-compatible' &&
      provider.host === undefined &&
      provider.baseUrl === undefined
    ) {
      findings.push({
        path,
        fatal: true,
        message: 'an openai-compatible provider needs a host of the table or a baseUrl',
      })
    }
    if (provider.kind === 'azure' && provider.baseUrl === undefined) {
      findings.push({ path, fatal: true, message: 'azure needs baseUrl, e.g. https://NAME.openai.azure.com' })
    }
    if (provider.kind === 'vertex' && provider.project === '') {
      findings.push({
        path,
        fatal: true,
        message: 'vertex needs project, the id of the Google Cloud project',
      })
    }
  }
  return findings
}

export function candidateId(candidate: {
  readonly id?: string | undefined
  readonly provider: string
  readonly model: string
}): string {
  return candidate.id ?? `${candidate.provider}/${candidate.model}`
}
