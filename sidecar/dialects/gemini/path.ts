/** What a Gemini path says: `/v1beta/models/gemini-2.5-flash:generateContent`. */
export interface GeminiPath {
  readonly version: string
  /** Without the leading `models/`; a tuned model keeps its `tunedModels/`. */
  readonly model: string
  readonly method: string
}

const pathPattern = /^\/(v\d[a-z0-9]*)\/(.+):([A-Za-z]+)$/

export function readGeminiPath(path: string): GeminiPath | undefined {
  const match = pathPattern.exec(withoutQuery(path))
  if (!match) return undefined
  const [, version = '', name = '', method = ''] = match
  const model = decoded(name)
  return { version, model: model.startsWith('models/') ? model.slice(7) : model, method }
}

export function isStreamMethod(method: string): boolean {
  return method === 'streamGenerateContent'
}

/** Without `alt=sse` the caller waits for one JSON array instead of events. */
export function wantsEventStream(path: string): boolean {
  return /[?&](\$)?alt=sse(&|$)/.test(path)
}

// `%6Bey` is `key` to a server, so an encoded name must not slip through.
const keyPattern = /([?&](?:\$?k|%6b)(?:e|%65)(?:y|%79)=)[^&#]*/gi

/** Gemini callers may send their key as `?key=`: this is the path as logs, errors and records may see it. */
export function redactKey(path: string): string {
  return path.replace(keyPattern, '$1REDACTED')
}

function withoutQuery(path: string): string {
  const at = path.indexOf('?')
  return at < 0 ? path : path.slice(0, at)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
