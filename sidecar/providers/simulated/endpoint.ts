import type { DialectName } from '../../dialects/dialect.ts'
import type { FormatName } from '../../formats/format.ts'
import type { Address, Call, Operation, Provider } from '../provider.ts'

/**
 * The built-in provider: no key, no network. It speaks every caller's own format, so nothing needs
 * translating; its base URL is the origin of the server in server.ts.
 */
export const simulatedProvider: Provider = {
  kind: 'simulated',
  formatFor: ({ operation, dialect }) => formatFor(operation, dialect),
  address: (call) => ({ origin: new URL(call.settings.baseUrl).origin, path: pathOf(call) }),
  sign: () => [],
}

function formatFor(operation: Operation, dialect: DialectName): FormatName | undefined {
  if (operation === 'generate') return dialect
  if (operation === 'count_tokens')
    return dialect === 'messages' || dialect === 'gemini' ? dialect : undefined
  if (operation === 'embeddings' || operation === 'models') return dialect === 'gemini' ? 'gemini' : 'chat'
  return 'chat'
}

const fixedPaths: Partial<Record<Operation, string>> = {
  completions: '/v1/completions',
  embeddings: '/v1/embeddings',
  moderations: '/v1/moderations',
  rerank: '/v1/rerank',
}

function pathOf(call: Call): Address['path'] {
  if (call.format === 'gemini' && call.operation !== 'models') return geminiPath(call)
  if (call.operation === 'generate') return generatePaths[call.format] ?? '/v1/chat/completions'
  if (call.operation === 'count_tokens') return '/v1/messages/count_tokens'
  return fixedPaths[call.operation] ?? call.callerPath
}

const generatePaths: Partial<Record<FormatName, string>> = {
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
  messages: '/v1/messages',
}

function geminiPath({ operation, model, stream, callerPath }: Call): string {
  const base = `/v1beta/models/${encodeURIComponent(model)}`
  if (operation === 'count_tokens') return `${base}:countTokens`
  if (operation === 'embeddings') {
    return callerPath.includes(':batchEmbedContents') ? `${base}:batchEmbedContents` : `${base}:embedContent`
  }
  if (!stream) return `${base}:generateContent`
  // Callers of this API may want one JSON array instead of events.
  const wantsArray = callerPath.includes(':streamGenerateContent') && !/[?&]alt=sse(?:&|$)/.test(callerPath)
  return `${base}:streamGenerateContent${wantsArray ? '' : '?alt=sse'}`
}
