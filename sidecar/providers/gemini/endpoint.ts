import type { Address, Call, HeaderList, Provider } from '../provider.ts'

/** A path of Google's own: the caller speaks this dialect, and its path and query go on as they are. */
const ownPath = /^\/v\d[a-z0-9]*\/(?:tunedModels|models)(?:\/|$|\?)/

/** Google's Gemini API. Serves only its own format; whatever else a caller speaks is translated. */
export const geminiProvider: Provider = {
  kind: 'gemini',
  formatFor({ operation, dialect }) {
    switch (operation) {
      case 'generate':
      case 'embeddings':
        return 'gemini'
      case 'count_tokens':
      case 'models':
      case 'other':
        return dialect === 'gemini' ? 'gemini' : undefined
      default:
        return undefined
    }
  },
  address(call) {
    const path = ownPath.test(call.callerPath) ? pathOfCaller(call) : pathOf(call)
    return join(call.settings.baseUrl, path)
  },
  sign({ call: { settings } }): HeaderList {
    if (settings.auth === 'forward' || settings.key === undefined) return []
    return ['x-goog-api-key', settings.key]
  },
}

/** The caller's method and API version with the model that was chosen. */
function pathOfCaller(call: Call): string {
  const { callerPath } = call
  const at = callerPath.indexOf('?')
  const path = at < 0 ? callerPath : callerPath.slice(0, at)
  const query = at < 0 ? '' : withoutKey(callerPath.slice(at + 1))
  const match = /^(\/[^/]+)\/.+(:[A-Za-z]+)$/.exec(path)
  const own = match && call.model !== '' ? `${match[1]}/${modelPath(call.model)}${match[2]}` : path
  return query === '' ? own : `${own}?${query}`
}

function pathOf(call: Call): string {
  const version = call.settings.apiVersion || 'v1beta'
  switch (call.operation) {
    case 'generate':
      return `/${version}/${modelPath(call.model)}${call.stream ? ':streamGenerateContent?alt=sse' : ':generateContent'}`
    case 'embeddings':
      return `/${version}/${modelPath(call.model)}:batchEmbedContents`
    case 'count_tokens':
      return `/${version}/${modelPath(call.model)}:countTokens`
    case 'models':
      return `/${version}/models`
    default:
      return withoutCallerKey(call.callerPath)
  }
}

/** `models/` and `tunedModels/` may be part of the name. */
function modelPath(model: string): string {
  const name = /^(?:models|tunedModels)\//.test(model) ? model : `models/${model}`
  return name.split('/').map(encodeURIComponent).join('/')
}

function withoutCallerKey(path: string): string {
  const at = path.indexOf('?')
  if (at < 0) return path
  const query = withoutKey(path.slice(at + 1))
  return query === '' ? path.slice(0, at) : `${path.slice(0, at)}?${query}`
}

/** The caller's key is Sidelight's or the caller's own, and neither belongs in a URL that goes out. */
function withoutKey(query: string): string {
  return query
    .split('&')
    .filter((pair) => !isKey(pair.split('=', 1)[0] ?? ''))
    .join('&')
}

function isKey(name: string): boolean {
  try {
    return /^\$?key$/i.test(decodeURIComponent(name))
  } catch {
    return false
  }
}

function join(baseUrl: string, path: string): Address {
  const url = new URL(baseUrl)
  return { origin: url.origin, path: `${url.pathname.replace(/\/+$/, '')}${path}` }
}
