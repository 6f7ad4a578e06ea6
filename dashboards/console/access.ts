import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Who may use the console: the same rules as the rest of the admin port, with a cookie beside the bearer token. */
export interface Access {
  readonly token: string | undefined
  readonly isLoopback: boolean
  /** Names beside those of loopback, without ports. */
  readonly hosts: readonly string[]
}

export interface Refusal {
  readonly status: 401 | 403 | 415
  readonly message: string
}

export const cookieName = 'sidelight_console'
export const cookieSeconds = 12 * 3600

/** Of the page and its files, which tell nothing about anyone: whoever logs in needs them first. */
export function refuseSite(req: IncomingMessage, access: Access): Refusal | undefined {
  const host = (req.headers.host ?? '').toLowerCase()
  const name = host.replace(/:\d{1,5}$/, '')
  const names = ['localhost', '127.0.0.1', '[::1]', ...access.hosts.map((one) => one.toLowerCase())]
  // A name that was rebound to this machine shows here. An address cannot be rebound.
  const isAddress = !access.isLoopback && /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\])$/.test(name)
  if (!names.includes(name) && !names.includes(host) && !isAddress)
    return { status: 403, message: 'this host name is not one that is served here: add it to allowedHosts' }
  const { origin } = req.headers
  if (origin === undefined || sameHost(origin, host)) return undefined
  return { status: 403, message: 'requests from other sites are refused' }
}

/** Of everything that tells or does something. */
export function refuseData(req: IncomingMessage, access: Access, nowMs: number): Refusal | undefined {
  // Browsers say who asks. A link from elsewhere leads to the page, never to its data.
  const from = req.headers['sec-fetch-site']
  if (from !== undefined && from !== 'same-origin' && from !== 'none')
    return { status: 403, message: 'requests from other sites are refused' }
  if (req.method === 'POST' && !/^application\/json\b/i.test(req.headers['content-type'] ?? ''))
    return { status: 415, message: 'expected content-type: application/json' }
  const { token } = access
  if (token === undefined || token === '') {
    return access.isLoopback
      ? undefined
      : { status: 401, message: 'set SIDELIGHT_ADMIN_TOKEN: the admin port is not on loopback' }
  }
  const bearer = /^Bearer +(.+)$/i.exec(req.headers.authorization ?? '')?.[1]
  if (bearer !== undefined && isToken(bearer, token)) return undefined
  return isCookie(cookieOf(req), token, nowMs) ? undefined : { status: 401, message: 'log in' }
}

function sameHost(origin: string, host: string): boolean {
  const from = URL.parse(origin)?.host
  return from !== undefined && from !== '' && from === URL.parse(`http://${host}`)?.host
}

const digest = (value: string) => createHmac('sha256', 'compare').update(value).digest()

/** Hashed first, so that neither content nor length shows in the time it takes. */
export function isToken(sent: string, token: string): boolean {
  return timingSafeEqual(digest(sent), digest(token))
}

const signed = (untilMs: number, token: string) =>
  createHmac('sha256', token).update(`console ${untilMs}`).digest('base64url')

/** Holds no secret and needs no memory: another token, or the time, ends it. */
export function cookieFor(token: string, nowMs: number): string {
  const untilMs = nowMs + cookieSeconds * 1000
  return `${untilMs}.${signed(untilMs, token)}`
}

function isCookie(value: string, token: string, nowMs: number): boolean {
  const [until = '', signature = ''] = value.split('.')
  if (!/^\d{1,16}$/.test(until) || Number(until) < nowMs) return false
  return timingSafeEqual(digest(signature), digest(signed(Number(until), token)))
}

function cookieOf(req: IncomingMessage): string {
  const pairs = (req.headers.cookie ?? '').split(/; */).map((pair) => pair.split('='))
  return pairs.find(([name]) => name === cookieName)?.[1] ?? ''
}
