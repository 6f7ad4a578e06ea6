import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { GatewayError } from '../../contract/errors.ts'
import type { Caller } from '../snapshot.ts'

export interface PresentedKey {
  readonly key: string
  /** The header it came in; empty when it came in the query. */
  readonly header: string
}

const keyHeaders = ['x-sidelight-key', 'x-api-key', 'api-key', 'x-goog-api-key'] as const

/** Every way the official SDKs send a key. Where a caller sends two, a header made for keys beats `Authorization`. */
export function presentedKey(
  headers: IncomingHttpHeaders,
  query: string | undefined,
): PresentedKey | undefined {
  for (const header of keyHeaders) {
    const value = headers[header]
    const key = (Array.isArray(value) ? value[0] : value)?.trim() ?? ''
    if (key !== '') return { key, header }
  }
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return { key: bearer, header: 'authorization' }
  return query === undefined || query === '' ? undefined : { key: query, header: '' }
}

/** The hash of what was sent is looked up, so the time it takes says nothing about the keys there are. */
export function callerOf(callers: ReadonlyMap<string, Caller>, presented: PresentedKey | undefined): Caller {
  if (presented === undefined) throw new GatewayError('missing_key')
  const caller = knownCaller(callers, presented)
  if (caller === undefined) throw new GatewayError('invalid_key')
  return caller
}

export function knownCaller(
  callers: ReadonlyMap<string, Caller>,
  presented: PresentedKey | undefined,
): Caller | undefined {
  if (presented === undefined) return undefined
  return callers.get(createHash('sha256').update(presented.key).digest('hex'))
}

/** Takes `key=` out of a query, where Google's clients may put it. */
export function splitKey(path: string): { path: string; key: string | undefined } {
  const mark = path.indexOf('?')
  if (mark < 0) return { path, key: undefined }
  let key: string | undefined
  const kept = path
    .slice(mark + 1)
    .split('&')
    .filter((pair) => {
      if (!/^\$?key=/i.test(pair)) return true
      key ??= decoded(pair.slice(pair.indexOf('=') + 1))
      return false
    })
  return {
    path: kept.length === 0 ? path.slice(0, mark) : `${path.slice(0, mark)}?${kept.join('&')}`,
    key,
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
