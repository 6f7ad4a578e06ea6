import type { DialectName } from './dialects/dialect.ts'
import type { Operation } from './providers/provider.ts'

/** What a path of the data plane means. */
export interface Endpoint {
  readonly dialect: DialectName
  readonly operation: Operation
  /** json: read and understood; stream: passed on as it comes (files, multipart, unknown paths); none: no body. */
  readonly body: 'json' | 'stream' | 'none'
  readonly methods: readonly string[]
  /** Gemini puts the model into the path. */
  readonly model?: string
  readonly stream?: boolean
}

const post = ['POST']

const fixed: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>(
  Object.entries({
    '/v1/chat/completions': { dialect: 'chat', operation: 'generate', body: 'json', methods: post },
    '/v1/responses': { dialect: 'responses', operation: 'generate', body: 'json', methods: post },
    '/v1/completions': { dialect: 'chat', operation: 'completions', body: 'json', methods: post },
    '/v1/embeddings': { dialect: 'chat', operation: 'embeddings', body: 'json', methods: post },
    '/v1/moderations': { dialect: 'chat', operation: 'moderations', body: 'json', methods: post },
    '/v1/rerank': { dialect: 'chat', operation: 'rerank', body: 'json', methods: post },
    '/v1/images/generations': { dialect: 'chat', operation: 'images', body: 'json', methods: post },
    '/v1/images/edits': { dialect: 'chat', operation: 'images', body: 'stream', methods: post },
    '/v1/images/variations': { dialect: 'chat', operation: 'images', body: 'stream', methods: post },
    '/v1/audio/speech': { dialect: 'chat', operation: 'speech', body: 'json', methods: post },
    '/v1/audio/transcriptions': {
      dialect: 'chat',
      operation: 'transcription',
      body: 'stream',
      methods: post,
    },
    '/v1/audio/translations': { dialect: 'chat', operation: 'transcription', body: 'stream', methods: post },
    '/v1/messages': { dialect: 'messages', operation: 'generate', body: 'json', methods: post },
    '/v1/messages/count_tokens': {
      dialect: 'messages',
      operation: 'count_tokens',
      body: 'json',
      methods: post,
    },
    '/v1/models': { dialect: 'chat', operation: 'models', body: 'none', methods: ['GET', 'HEAD'] },
    '/v1/feedback': { dialect: 'chat', operation: 'other', body: 'json', methods: post },
  } satisfies Record<string, Endpoint>),
)

const geminiMethods: Readonly<Record<string, { operation: Operation; stream?: boolean }>> = {
  generateContent: { operation: 'generate', stream: false },
  streamGenerateContent: { operation: 'generate', stream: true },
  embedContent: { operation: 'embeddings' },
  batchEmbedContents: { operation: 'embeddings' },
  countTokens: { operation: 'count_tokens' },
}

const anyMethod = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

export interface RequestTarget {
  readonly pathname: string
  /** Path and query. */
  readonly path: string
}

/** Clients behind a proxy setting write the whole address into the request line. */
export function targetOf(url: string): RequestTarget {
  const path = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*/i, '') || '/'
  const mark = path.indexOf('?')
  return { pathname: mark < 0 ? path : path.slice(0, mark), path }
}

/** Providers resolve `..`, and then the path that was checked here is not the one that is served there. */
export function hasDotSegments(pathname: string): boolean {
  if (!pathname.includes('.') && !pathname.includes('%')) return false
  return /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:$|[/\\]|%2f|%5c)/i.test(pathname)
}

/** The dialect to refuse in, known or not. */
export function dialectOf(pathname: string): DialectName {
  return endpointOf(pathname)?.dialect ?? (/^\/v1(?:beta|alpha)/.test(pathname) ? 'gemini' : 'chat')
}

/** Undefined: not a path of the data plane. */
export function endpointOf(pathname: string): Endpoint | undefined {
  const known = fixed.get(pathname)
  if (known !== undefined) return known
  if (pathname.startsWith('/v1beta/') || pathname.startsWith('/v1alpha/')) return geminiEndpoint(pathname)
  if (!pathname.startsWith('/v1/')) return undefined
  // Google's newer SDKs leave the beta out: /v1/models/{model}:generateContent.
  if (pathname.startsWith('/v1/models/') && pathname.includes(':')) {
    const gemini = geminiEndpoint(pathname)
    if (gemini !== undefined && gemini.operation !== 'other') return gemini
  }
  // Files, batches, vector stores and whatever providers add next month.
  const dialect = pathname.startsWith('/v1/messages/')
    ? 'messages'
    : pathname.startsWith('/v1/responses/')
      ? 'responses'
      : 'chat'
  return { dialect, operation: 'other', body: 'stream', methods: anyMethod }
}

function geminiEndpoint(pathname: string): Endpoint | undefined {
  const match = /^\/v1(?:beta|alpha)?\/(?:models|tunedModels)\/(.+):([A-Za-z]+)$/.exec(pathname)
  const name = match?.[2] ?? ''
  const method = Object.hasOwn(geminiMethods, name) ? geminiMethods[name] : undefined
  if (match === null || method === undefined) {
    return { dialect: 'gemini', operation: 'other', body: 'stream', methods: anyMethod }
  }
  return {
    dialect: 'gemini',
    operation: method.operation,
    body: 'json',
    methods: post,
    model: decodeModel(match[1] ?? ''),
    ...(method.stream === undefined ? {} : { stream: method.stream }),
  }
}

function decodeModel(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
