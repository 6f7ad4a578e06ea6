import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Refusal, refuseData, refuseSite } from './access.ts'
import { createApi, type Route } from './api.ts'
import { loadFiles } from './files.ts'
import { LiveHub } from './live/hub.ts'
import { createStreams } from './live/streams.ts'
import { createLogin } from './login.ts'
import type { ConsoleOptions } from './options.ts'
import { NoAnswer } from './panel-answers.ts'
import { BadValue } from './parameters.ts'
import { sendError, sendFile, usualHeaders } from './replies.ts'
import { Busy } from './turns.ts'

export interface Console {
  serve(req: IncomingMessage, res: ServerResponse): void
  /** Ends the streams: an open window must not keep the process from ending. */
  close(): void
}

const ringMax = 500
const rowsPerSecond = 20
const lingerMs = 60_000

/** The page under /console/, its files, its data and its stream. */
export function createConsole(options: ConsoleOptions): Console {
  const files = loadFiles()
  const hub = new LiveHub({
    feed: options.feed,
    nowMs: options.nowMs,
    ...{ ringMax, rowsPerSecond, lingerMs, ...options.live },
  })
  const streams = createStreams(hub, options)
  const login = createLogin(options)
  const api = createApi(options, streams)

  const serve = async (req: IncomingMessage, res: ServerResponse) => {
    const url = new URL(req.url ?? '/', 'http://console')
    const outside = refuseSite(req, options.access)
    if (outside !== undefined) return refuse(res, outside)
    if (url.pathname === '/console/login') return login(req, res)
    const route = api(url.pathname)
    if (route !== undefined) return serveRoute(req, res, url, route)
    const file = files.get(fileName(url.pathname))
    if (url.pathname === '/console') return redirect(res)
    if (file === undefined) return sendError(res, 404, { error: 'no such page' })
    if (req.method !== 'GET' && req.method !== 'HEAD') return notAllowed(res, 'GET, HEAD')
    sendFile(req, res, file)
  }

  const serveRoute = async (req: IncomingMessage, res: ServerResponse, url: URL, route: Route) => {
    if (req.method !== route.method) return notAllowed(res, route.method)
    const refusal = refuseData(req, options.access, options.nowMs())
    if (refusal !== undefined) return refuse(res, refusal)
    const left = new AbortController()
    res.on('close', () => left.abort(new Error('the caller left')))
    await route.answer({ req, res, query: url.searchParams, signal: left.signal })
  }

  return {
    serve(req, res) {
      res.on('error', () => {})
      serve(req, res).catch((error) => fail(res, error, options))
    },
    close() {
      streams.close()
      hub.stop()
    },
  }
}

/** Every address of the page is the page: what it shows is in the address, and read by its script. */
function fileName(path: string): string {
  if (path === '/console/' || /^\/console\/r\/[0-9A-Fa-f-]{1,36}$/.test(path)) return 'page.html'
  return /^\/console\/static\/([a-z]+\.[a-z]+)$/.exec(path)?.[1] ?? ''
}

function redirect(res: ServerResponse): void {
  res.writeHead(308, { ...usualHeaders, location: '/console/', 'content-length': 0 })
  res.end()
}

function refuse(res: ServerResponse, { status, message }: Refusal): void {
  sendError(res, status, { error: message }, status === 401 ? { 'www-authenticate': 'Bearer' } : {})
}

function notAllowed(res: ServerResponse, allow: string): void {
  sendError(res, 405, { error: `this address takes ${allow}` }, { allow })
}

/** What went wrong, in words for whoever looks; the statement and its values are nobody's business. */
function fail(res: ServerResponse, error: unknown, { log }: ConsoleOptions): void {
  if (res.destroyed || res.writableEnded) return
  if (error instanceof BadValue)
    return void sendError(res, 400, {
      error: `${error.parameter}: ${error.message}`,
      parameter: error.parameter,
    })
  if (error instanceof Busy)
    return void sendError(res, 503, { error: 'busy; try again' }, { 'retry-after': '1' })
  if (error instanceof NoAnswer && error.isAway)
    return void sendError(res, 503, {
      error: `the warehouse does not answer (${error.code})`,
      away: true,
      code: error.code,
    })
  const id = randomBytes(6).toString('hex')
  const code = error instanceof NoAnswer ? error.code : error instanceof Error ? error.name : 'failed'
  log.error('console: a question failed', { error_id: id, code })
  const status = error instanceof NoAnswer ? 502 : 500
  sendError(res, status, { error: `it failed (${code}); the log has more under ${id}`, error_id: id, code })
}
