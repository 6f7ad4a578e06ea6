import { addressUnder, openaiPath } from '../openai-address.ts'
import type { Provider } from '../provider.ts'

/** Any host that speaks OpenAI's wire; what is peculiar about it stands in its row of the host table. */
export const openaiCompatibleProvider: Provider = {
  kind: 'openai-compatible',
  formatFor({ operation, dialect, settings, responsesOnly }) {
    switch (operation) {
      case 'generate':
        return settings.quirks.responses && (dialect === 'responses' || responsesOnly) ? 'responses' : 'chat'
      case 'count_tokens':
        return undefined
      case 'embeddings':
      case 'rerank':
        return 'chat'
      default:
        return dialect === 'chat' || dialect === 'responses' ? 'chat' : undefined
    }
  },
  address: (call) => addressUnder(call.settings.baseUrl, openaiPath(call)),
  // Hosts of one's own often have no key at all.
  sign: ({ call }) =>
    call.settings.key === undefined ? [] : ['authorization', `Bearer ${call.settings.key}`],
}
