import { addressUnder, openaiPath } from '../openai-address.ts'
import type { Provider } from '../provider.ts'

export const openaiProvider: Provider = {
  kind: 'openai',
  formatFor({ operation, dialect, responsesOnly }) {
    switch (operation) {
      case 'generate':
        return dialect === 'responses' || responsesOnly ? 'responses' : 'chat'
      case 'count_tokens':
      case 'rerank':
        return undefined
      case 'embeddings':
        return 'chat'
      default:
        // The rest goes through as it is, so the caller must speak OpenAI's wire already.
        return dialect === 'chat' || dialect === 'responses' ? 'chat' : undefined
    }
  },
  address: (call) => addressUnder(call.settings.baseUrl, openaiPath(call)),
  sign: ({ call }) =>
    call.settings.key === undefined ? [] : ['authorization', `Bearer ${call.settings.key}`],
}
