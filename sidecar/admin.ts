import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/** What the admin port answers; handed in, so that one port can speak for many workers. */
export interface AdminSources {
  /** Undefined when ready, else why not. */
  notReady(): string | undefined
  metrics(): Promise<string>
  policy(): unknown
  explain(requestId: string): Promise<unknown>
  reload(): Promise<{ ok: boolean; message: string }>
}

export interface AdminOptions {
  readonly sources: AdminSources
  /** Required as a bearer token when set; without one only loopback is served. */
  readonly token: string | undefined
  readonly isLoopback: boolean
  readonly allowedHosts: readonly string[]
}

interface Reply {
  readonly status: number
  readonly type: string
  readonly body: string
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

export function createAdminServer(options: AdminOptions): Server {
  return createServer(
    { keepAliveTimeout: 75_000, headersTimeout: 10_000, requestTimeout: 30_000 },
    (req, res) => {
      res.on('error', () => {})
      respond(req, options).then(
        (reply) => send(req, res, reply),
        () => send(req, res, json(500, { error: 'internal error' })),
      )
      req.resume()
    },
  )
}

function send(req: IncomingMessage, res: ServerResponse, reply: Reply): void {
  res.writeHead(reply.status, {
    'content-type': reply.type,
    'content-length': Buffer.byteLength(reply.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  res.end(req.method === 'HEAD' ? undefined : reply.body)
}

async function respond(req: IncomingMessage, options: AdminOptions): Promise<Reply> {
  const path = (req.url ?? '/').split('?')[0] ?? '/'
  const isRead = req.method === 'GET' || req.method === 'HEAD'
  // Liveness tells nothing about anyone, and orchestrators ask without a token.
  if (path === '/healthz' && isRead) return text(200, 'ok')
  const refusal = refuse(req, options)
  if (refusal !== undefined) return refusal
  const { sources } = options
  if (path === '/reload') {
    if (req.method !== 'POST') return text(405, 'POST reloads the configuration')
    const { ok, message } = await sources.reload()
    return json(ok ? 200 : 422, { ok, message })
  }
  if (!isRead) return text(405, 'only GET')
  switch (path) {
    case '/':
      return text(
        200,
        'Sidelight admin: /healthz /readyz /metrics /policy /explain/{request_id} POST /reload',
      )
    case '/readyz': {
      const reason = sources.notReady()
      return reason === undefined ? text(200, 'ready') : text(503, reason)
    }
    case '/metrics':
      return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: await sources.metrics() }
    case '/policy':
      return json(200, sources.policy())
    default:
      return explainOr404(path, sources)
  }
}

async function explainOr404(path: string, sources: AdminSources): Promise<Reply> {
  const id = /^\/explain\/([0-9a-f-]{36})$/.exec(path)?.[1]
  if (id === undefined) return text(404, 'no such page; / lists what there is')
  const explained = await sources.explain(id)
  return explained === undefined
    ? json(404, { error: 'no request of this id is remembered here' })
    : json(200, explained)
}

/** A web page in the user's browser must not be able to read metrics or reload: hence Host and Origin. */
function refuse(req: IncomingMessage, options: AdminOptions): Reply | undefined {
  if (options.token !== undefined) {
    const sent = /^Bearer\s+(.+)$/i.exec(req.headers.authorization ?? '')?.[1] ?? ''
    if (!sameText(sent, options.token)) return text(401, 'send SIDELIGHT_ADMIN_TOKEN as a bearer token')
    return undefined
  }
  if (!options.isLoopback) return text(401, 'set SIDELIGHT_ADMIN_TOKEN: the admin port is not on loopback')
  const host = (req.headers.host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
  const known = ['localhost', '127.0.0.1', '::1', ...options.allowedHosts]
  if (!known.includes(host)) return text(403, 'this host name is not one that is served here')
  const { origin } = req.headers
  if (
    origin !== undefined &&
    !(URL.canParse(origin) && known.includes(new URL(origin).hostname.replace(/^\[|\]$/g, '')))
  ) {
    return text(403, 'requests from other sites are refused')
  }
  return undefined
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
