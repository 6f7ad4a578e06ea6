import { GatewayError } from '../../contract/errors.ts'
import type { DialectName } from '../dialects/dialect.ts'
import type { ProviderKind } from '../providers/provider.ts'
import type { Snapshot } from '../snapshot.ts'
import { buildCandidate, singleRoute } from './candidate.ts'
import type { ConnectedProvider, Route } from './route.ts'

const preferred: Readonly<Record<DialectName, readonly ProviderKind[]>> = {
  chat: ['openai', 'azure', 'openai-compatible', 'cohere'],
  responses: ['openai', 'azure', 'openai-compatible'],
  messages: ['anthropic'],
  gemini: ['gemini'],
}

/**
 * For paths that name no model: the provider of the header, else the first configured one that speaks the
 * dialect. The simulated one speaks all of them, but not in place of a real one.
 */
export function routeWithoutModel(
  snapshot: Snapshot,
  ask: { provider: string; dialect: DialectName },
): Route {
  const provider = snapshot.providers.get(ask.provider) ?? defaultProvider(snapshot, ask.dialect)
  if (provider === undefined) {
    const message = 'no configured provider speaks this dialect: name one in x-sidelight-provider'
    throw new GatewayError('unknown_provider', message, { param: 'x-sidelight-provider' })
  }
  const candidate = buildCandidate({
    id: provider.name,
    provider,
    model: '',
    catalog: snapshot.catalog,
    timeouts: snapshot.timeouts,
  })
  return singleRoute(provider.name, candidate, {
    timeouts: snapshot.timeouts,
    mask: snapshot.strictestMask,
    guard: snapshot.strictestGuard,
  })
}

function defaultProvider(snapshot: Snapshot, dialect: DialectName): ConnectedProvider | undefined {
  const providers = [...snapshot.providers.values()]
  if (providers.every(({ settings }) => settings.kind === 'simulated')) return providers[0]
  return preferred[dialect]
    .map((kind) => providers.find(({ settings }) => settings.kind === kind))
    .find((found) => found !== undefined)
}
