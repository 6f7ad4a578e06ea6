import type { Address, Call, Operation } from './provider.ts'

/** Paths of OpenAI's wire behind the base address. Others are taken from the caller's own path. */
const pathOfOperation: Readonly<Partial<Record<Operation, string>>> = {
  completions: '/completions',
  embeddings: '/embeddings',
  moderations: '/moderations',
  speech: '/audio/speech',
  rerank: '/rerank',
  models: '/models',
}

/** Path and query behind the base address: the caller's own where it speaks this wire. */
export function openaiPath(call: Call): string {
  const own = ownPath(call.callerPath)
  if (call.operation === 'generate') {
    const path = call.format === 'responses' ? '/responses' : '/chat/completions'
    return own !== undefined && withoutQuery(own) === path ? own : path
  }
  return own ?? pathOfOperation[call.operation] ?? '/'
}

/** What follows /v1 in a caller's path; undefined for paths of other vendors. */
function ownPath(callerPath: string): string | undefined {
  return callerPath.startsWith('/v1/') ? callerPath.slice('/v1'.length) : undefined
}

function withoutQuery(path: string): string {
  const at = path.indexOf('?')
  return at < 0 ? path : path.slice(0, at)
}

/** `rest` begins with a slash; the base address may have a path of its own, and ends without one. */
export function addressUnder(baseUrl: string, rest: string): Address {
  const slash = baseUrl.indexOf('/', baseUrl.indexOf('://') + '://'.length)
  if (slash < 0) return { origin: baseUrl, path: rest }
  const path = baseUrl.slice(slash)
  return {
    origin: baseUrl.slice(0, slash),
    path: (path.endsWith('/') ? path.replace(/\/+$/, '') : path) + rest,
  }
}
