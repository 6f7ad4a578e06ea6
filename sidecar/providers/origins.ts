import type { ConnectedProvider } from '../routing/route.ts'
import type { ProviderSettings } from './provider.ts'

/** Where calls to a provider go, over all its targets: the connections that outlive a reload. */
export function originsOf({ provider, targets }: ConnectedProvider): string[] {
  return targets.flatMap(({ settings }) => {
    if (URL.canParse(settings.baseUrl)) return [new URL(settings.baseUrl).origin]
    return originBy(provider.address, settings)
  })
}

/** Some addresses are made of a location. */
function originBy(address: ConnectedProvider['provider']['address'], settings: ProviderSettings): string[] {
  try {
    const call = { operation: 'generate', format: 'chat', model: 'm', stream: false, method: 'POST' } as const
    return [address({ ...call, settings, callerPath: '/' }).origin]
  } catch {
    return []
  }
}
