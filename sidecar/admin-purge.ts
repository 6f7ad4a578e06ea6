import type { IncomingMessage } from 'node:http'
import { isObject } from '../contract/json.ts'
import type { Purge } from './cache/store/purge.ts'

const bodyBytesMax = 16_384
const names = ['customer', 'route', 'model', 'tag', 'prefix'] as const

/** What is to be removed, from the query or from a JSON body. Everything goes only where `all` says so. */
export async function readPurge(req: IncomingMessage): Promise<Purge | { readonly problem: string }> {
  const query = new URL(req.url ?? '/', 'http://admin').searchParams
  const body = await bodyOf(req)
  if (body === undefined) return { problem: 'the body must be a JSON object of at most 16 kB, or empty' }
  const given = { ...body, ...Object.fromEntries(query) }
  const strange = Object.keys(given).find(
    (name) => name !== 'all' && !(names as readonly string[]).includes(name),
  )
  if (strange !== undefined) return { problem: `unknown field: name ${names.join(', ')}, or all` }
  const purge: Record<string, string | boolean> = {}
  for (const name of names) {
    const value = given[name]
    if (value === undefined) continue
    if (typeof value !== 'string') return { problem: `${name} must be a string` }
    purge[name] = value
  }
  const isAll = given['all'] === true || given['all'] === 'true'
  if (Object.keys(purge).length === 0 && !isAll)
    return { problem: `name what is to go: ${names.join(', ')}; or all: true for everything` }
  return purge
}

async function bodyOf(req: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  let text = ''
  for await (const chunk of req) {
    text += String(chunk)
    if (text.length > bodyBytesMax) return undefined
  }
  if (text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
