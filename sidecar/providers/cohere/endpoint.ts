import { GatewayError } from '../../../contract/errors.ts'
import type { FormatName } from '../../formats/format.ts'
import type { Address, Call, HeaderList, Operation, Provider, SignInput } from '../provider.ts'

const defaultBaseUrl = 'https://api.cohere.com/v1'

const pathOf: Readonly<Partial<Record<Operation, string>>> = {
  generate: '/v2/chat',
  embeddings: '/v2/embed',
  rerank: '/v2/rerank',
}

/** Cohere speaks its own format for everything; other paths of it are passed through. */
export const cohereProvider: Provider = {
  kind: 'cohere',
  formatFor: ({ operation }): FormatName | undefined =>
    pathOf[operation] !== undefined || operation === 'other' ? 'cohere' : undefined,
  address,
  sign,
}

/** The base URL is configured with a version, but every operation has its own. */
function address({ settings, operation, callerPath }: Call): Address {
  const { origin, pathname } = new URL(settings.baseUrl || defaultBaseUrl)
  const prefix = pathname.replace(/\/+$/, '').replace(/\/v[12]$/, '')
  return { origin, path: prefix + (pathOf[operation] ?? callerPath) }
}

function sign({ call: { settings } }: SignInput): HeaderList {
  if (settings.auth === 'forward') return []
  if (settings.key) return ['authorization', `Bearer ${settings.key}`]
  // A provider without a key variable is a host of the user's own that asks for none.
  if (settings.keyEnv === '') return []
  const message = `Provider ${settings.name} has no key: set ${settings.keyEnv} in the environment of Sidelight.`
  throw new GatewayError('provider_key_missing', message)
}
