import type { Config } from '../../contract/config/schema.ts'
import type { DialectName } from '../../sidecar/dialects/dialect.ts'

export interface Question {
  readonly path: string
  readonly body: object
}

const words = 'Count as far as you can.'

/** How an application asks a route, by the API it speaks. */
export const questions: Readonly<Record<DialectName, (route: string, streamed: boolean) => Question>> = {
  chat: (model, stream) => ({
    path: '/v1/chat/completions',
    body: { model, stream, messages: [{ role: 'user', content: words }] },
  }),
  responses: (model, stream) => ({ path: '/v1/responses', body: { model, stream, input: words } }),
  messages: (model, stream) => ({
    path: '/v1/messages',
    body: { model, stream, max_tokens: 1000, messages: [{ role: 'user', content: words }] },
  }),
  gemini: (model, stream) => ({
    path: `/v1beta/models/${encodeURIComponent(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: { contents: [{ role: 'user', parts: [{ text: words }] }] },
  }),
}

const ownDialects: Readonly<Partial<Record<string, readonly DialectName[]>>> = {
  openai: ['responses'],
  azure: ['responses'],
  anthropic: ['messages'],
  gemini: ['gemini'],
  vertex: ['gemini'],
  simulated: ['responses', 'messages', 'gemini'],
}

/** What callers of a route are likely to speak: what all speak, and what its own providers do. */
export function dialectsFor(config: Config, providers: readonly string[]): readonly DialectName[] {
  const own = providers.flatMap((name) => ownDialects[config.providers[name]?.kind ?? ''] ?? [])
  return [...new Set<DialectName>(['chat', ...own])]
}
