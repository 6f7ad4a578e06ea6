import type { Address, Call, HeaderList, Provider, SignInput } from '../provider.ts'

/** The version translated requests are written for; later ones refuse fields that this one still takes. */
const apiVersion = '2023-06-01'

export const anthropicProvider: Provider = {
  kind: 'anthropic',
  formatFor({ operation, dialect }) {
    switch (operation) {
      case 'generate':
      case 'other':
        return 'messages'
      // Nobody else's callers ask in this form, and other models' tokens cannot be counted here.
      case 'count_tokens':
      case 'models':
        return dialect === 'messages' ? 'messages' : undefined
      default:
        return undefined
    }
  },
  address,
  sign,
}

function address(call: Call): Address {
  const base = new URL(call.settings.baseUrl)
  const prefix = base.pathname.replace(/\/+$/, '')
  return { origin: base.origin, path: prefix + pathOf(call) }
}

function pathOf({ operation, callerPath }: Call): string {
  const own =
    operation === 'generate'
      ? '/v1/messages'
      : operation === 'count_tokens'
        ? '/v1/messages/count_tokens'
        : undefined
  if (own === undefined) return callerPath
  // A caller of the same API keeps its query (`?beta=true`).
  const [path, query] = callerPath.split('?', 2)
  return path === own && query ? `${own}?${query}` : own
}

function sign({ call }: SignInput): HeaderList {
  const { auth, key } = call.settings
  const headers = ['anthropic-version', apiVersion]
  // Without a key the caller's own goes up, or the host asks for none.
  return auth === 'forward' || key === undefined ? headers : [...headers, 'x-api-key', key]
}
