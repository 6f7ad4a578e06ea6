import { GatewayError } from '../../contract/errors.ts'
import type { DialectName } from '../dialects/dialect.ts'
import type { ProviderKind } from '../providers/provider.ts'
import { buildCandidate, type Snapshot, singleRoute } from '../snapshot.ts'
import type { Route } from './route.ts'

const preferred: Readonly<Record<DialectName, readonly ProviderKind[]>> = {
  chat: ['openai', 'azure', 'openai-compatible', 'cohere', 'simulated'],
  responses: ['openai', 'azure', 'openai-compatible', 'simulated'],
  messages: ['anthropic', 'simulated'],
  gemini: ['gemini', 'simulated'],
}

/** For paths that name no model: the provider of the header, else the first configured one that speaks the dialect. */
export function routeWithoutModel(
  snapshot: Snapshot,
  ask: { provider: string; dialect: DialectName },
): Route {
  const provider =
    snapshot.providers.get(ask.provider) ??
    preferred[ask.dialect]
      .map((kind) => [...snapshot.providers.values()].find((candidate) => candidate.settings.kind === kind))
      .find((found) => found !== undefined)
  if (provider === undefined) {
    throw new GatewayError(
      'unknown_provider',
      'no configured provider speaks this dialect: name one in x-sidelight-provider',
      {
        param: 'x-sidelight-provider',
      },
    )
  }
  const candidate = buildCandidate({
    id: provider.name,
    provider,
    model: '',
    catalog: snapshot.catalog,
    timeouts: snapshot.timeouts,
  })
  return singleRoute(provider.name, candidate, snapshot.timeouts)
}
