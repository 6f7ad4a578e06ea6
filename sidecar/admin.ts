import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { readPurge } from './admin-purge.ts'
import type { Purge } from './cache/store/purge.ts'

/** What the admin port answers; handed in, so that one port can speak for many workers. */
export interface AdminSources {
  /** Undefined when ready, else why not. */
  notReady(): string | undefined
  metrics(): Promise<string>
  policy(): Promise<unknown>
  explain(requestId: string): Promise<ExplainOutcome>
  reload(): Promise<{ ok: boolean; message: string }>
  /** Removes kept answers; how many there were. */
  purge(purge: Purge): Promise<number>
}

export type ExplainOutcome =
  | { readonly kind: 'found'; readonly explanation: unknown }
  /** Neither remembered nor in the warehouse. */
  | { readonly kind: 'unknown' }
  /** Not remembered, and the warehouse did not answer. */
  | { readonly kind: 'unreachable'; readonly code: string }

export interface AdminOptions {
  readonly sources: AdminSources
  /** Required as a bearer token when set; without one only loopback is served. */
  readonly token: string | undefined
  readonly isLoopback: boolean
  readonly allowedHosts: readonly string[]
  /** Whoever answers under /console; it has its own rules for who may. */
  readonly console?: (req: IncomingMessage, res: ServerResponse) => void
}

interface Reply {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

const json = (status: number, value: unknown): Reply => ({
  status,
  type: 'application/json',
  body: `${JSON.stringify(value)}\n`,
})
const text = (status: number, body: string): Reply => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${body}\n`,
})
const metricsType = 'text/plain; version=0.0.4; charset=utf-8'

/** Scrapers, probes and a few browsers; more than this is someone holding sockets open. */
const connectionsMax = 256

export function createAdminServer(options: AdminOptions): Server {
  const server = createServer(
    { keepAliveTimeout: 75_000, headersTimeout: 10_000, requestTimeout: 30_000 },
    (req, res) => {
      if (options.console !== undefined && /^\/console(?:[/?]|$)/.test(req.url ?? ''))
        return options.console(req, res)
      res.on('error', () => {})
      respond(req, options)
        .catch(() => json(500, { error: 'internal error' }))
        .then((reply) => send(req, res, reply))
        .catch(() => res.destroy())
        .finally(() => req.resume())
    },
  )
  server.maxConnections = connectionsMax
  return server
}

function send(req: IncomingMessage, res: ServerResponse, reply: Reply): void {
  res.writeHead(reply.status, {
    'content-type': reply.type,
    'content-length': Buffer.byteLength(reply.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    ...reply.headers,
  })
  res.end(req.method === 'HEAD' ? undefined : reply.body)
}

async function respond(req: IncomingMessage, options: AdminOptions): Promise<Reply> {
  const path = (req.url ?? '/').split('?')[0] ?? '/'
  const isRead = req.method === 'GET' || req.method === 'HEAD'
  // Liveness tells nothing about anyone, and orchestrators ask without a token.
  if (path === '/healthz' && isRead) return text(200, 'ok')
  const refusal = refuse(req, options)
  if (refusal !== undefined) {
    // Their other probe cannot send a token either. It learns the one bit it needs, without the reason.
    return path === '/readyz' && isRead && refusal.status === 401 ? bareReadiness(options.sources) : refusal
  }
  if (path === '/cache/purge') return req.method === 'POST' ? purge(req, options.sources) : notAllowed('POST')
  if (path === '/reload') return req.method === 'POST' ? reload(options.sources) : notAllowed('POST')
  return isRead ? read(path, options.sources) : notAllowed('GET, HEAD')
}

async function read(path: string, sources: AdminSources): Promise<Reply> {
  switch (path) {
    case '/':
      return text(
        200,
        'Sidelight admin: /console/ /healthz /readyz /metrics /policy /explain/{request_id} POST /reload POST /cache/purge',
      )
    case '/readyz': {
      const reason = sources.notReady()
      return reason === undefined ? text(200, 'ready') : text(503, reason)
    }
    case '/metrics':
      return { status: 200, type: metricsType, body: await sources.metrics() }
    case '/policy':
      return json(200, await sources.policy())
    default:
      return explainOr404(path, sources)
  }
}

async function reload(sources: AdminSources): Promise<Reply> {
  const { ok, message } = await sources.reload()
  return json(ok ? 200 : 422, { ok, message })
}

async function purge(req: IncomingMessage, sources: AdminSources): Promise<Reply> {
  const asked = await readPurge(req)
  return 'problem' in asked
    ? json(400, { error: asked.problem })
    : json(200, { purged: await sources.purge(asked) })
}

async function explainOr404(path: string, sources: AdminSources): Promise<Reply> {
  const asked = /^\/explain\/([^/]+)$/.exec(path)?.[1]
  if (asked === undefined) return text(404, 'no such page; / lists what there is')
  const id = asked.toLowerCase()
  if (!requestIdForm.test(id))
    return json(400, { error: 'expected a request id: x-sidelight-request-id of an answer' })
  const outcome = await sources.explain(id)
  switch (outcome.kind) {
    case 'found':
      return json(200, outcome.explanation)
    case 'unknown':
      return json(404, { error: 'no request of this id is remembered here or in the warehouse' })
    case 'unreachable':
      return json(503, {
        error: `no request of this id is remembered here, and the warehouse does not answer (${outcome.code})`,
      })
  }
}

const requestIdForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function bareReadiness(sources: AdminSources): Reply {
  return sources.notReady() === undefined ? text(200, 'ready') : text(503, 'not ready')
}

function notAllowed(allow: string): Reply {
  return { ...text(405, `this page takes ${allow}`), headers: { allow } }
}

function refuse(req: IncomingMessage, options: AdminOptions): Reply | undefined {
  // An empty variable is no token: it would let everybody in who sends none.
  if (options.token !== undefined && options.token !== '') return refuseToken(req, options.token)
  if (options.isLoopback) return refuseSite(req, options.allowedHosts)
  return unauthorized('set SIDELIGHT_ADMIN_TOKEN: the admin port is not on loopback')
}

function refuseToken(req: IncomingMessage, token: string): Reply | undefined {
  const sent = /^Bearer +(.+)$/i.exec(req.headers.authorization ?? '')?.[1] ?? ''
  return isSame(sent, token) ? undefined : unauthorized('send SIDELIGHT_ADMIN_TOKEN as a bearer token')
}

function unauthorized(message: string): Reply {
  return { ...text(401, message), headers: { 'www-authenticate': 'Bearer' } }
}

/**
 * Loopback does not keep web pages out: the browser on this machine runs those of others. A name that was
 * rebound to 127.0.0.1 shows in Host, a page of another site or port in Origin.
 */
function refuseSite(req: IncomingMessage, allowedHosts: readonly string[]): Reply | undefined {
  const host = (req.headers.host ?? '').toLowerCase()
  const known = ['localhost', '127.0.0.1', '[::1]', ...allowedHosts.map((name) => name.toLowerCase())]
  if (!known.includes(host.replace(/:\d{1,5}$/, '')) && !known.includes(host)) {
    return text(403, 'this host name is not one that is served here: add it to allowedHosts')
  }
  const { origin } = req.headers
  if (origin === undefined || isSameSite(origin, host)) return undefined
  return text(403, 'requests from other sites are refused')
}

/** Host and port: another port of this machine is another program's page. */
function isSameSite(origin: string, host: string): boolean {
  const from = URL.parse(origin)?.host
  return from !== undefined && from !== '' && from === URL.parse(`http://${host}`)?.host
}

/** Hashed first, so that neither content nor length of the token shows in the time it takes. */
function isSame(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b))
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest()
}
