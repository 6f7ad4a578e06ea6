import type { Finding } from './cross-check.ts'
import type { Environment } from './environment.ts'
import type { Config, RouteConfig } from './schema.ts'

/** What no single value of a cache shows. */
export function cacheFindings(config: Config, environment: Environment): Finding[] {
  return [
    ...Object.entries(config.routes).flatMap(([name, route]) => ofRoute(config, name, route)),
    ...ofSnapshot(config, environment),
    ...(config.cache.share && config.content.store !== 'masked'
      ? [
          finding(
            ['cache', 'share'],
            'shares nothing without `content.store: masked`: entries hold text',
            false,
          ),
        ]
      : []),
  ]
}

const finding = (path: Finding['path'], message: string, fatal: boolean): Finding => ({
  path,
  message,
  fatal,
})

function ofRoute(config: Config, name: string, { cache }: RouteConfig): Finding[] {
  if (cache === undefined) return []
  const at = (...path: string[]) => ['routes', name, 'cache', ...path]
  const findings: Finding[] = []
  const { embeddings, semantic } = cache
  if (semantic !== 'off' && embeddings === undefined)
    findings.push(finding(at('semantic'), 'needs `embeddings: { provider, model }` beside it', true))
  if (embeddings !== undefined && !Object.hasOwn(config.providers, embeddings.provider)) {
    const known = Object.keys(config.providers).join(', ')
    findings.push(
      finding(
        at('embeddings', 'provider'),
        `no provider is called ${embeddings.provider}; there are ${known}`,
        true,
      ),
    )
  }
  return findings
}

function ofSnapshot({ cache }: Config, environment: Environment): Finding[] {
  if (cache.snapshot === undefined) return []
  const key = environment[cache.snapshot.keyEnv] ?? ''
  const at = ['cache', 'snapshot', 'keyEnv']
  if (key === '')
    return [finding(at, `the variable ${cache.snapshot.keyEnv} is not set, so no snapshot is written`, false)]
  return /^[0-9a-fA-F]{64}$/.test(key)
    ? []
    : [finding(at, `the variable ${cache.snapshot.keyEnv} holds no key of 32 bytes in hex (64 digits)`, true)]
}
