import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { answer } from './answer.ts'
import { readAway } from './body.ts'
import type { Engine } from './engine.ts'
import type { Health } from './health.ts'
import { readInput } from './input.ts'
import type { Log } from './log.ts'
import type { WarehouseOptions } from './options.ts'
import { QueryError } from './problem.ts'
import { type Question, readQuestion } from './question.ts'
import { createReply, type Reply } from './reply.ts'
import { refuseForeignSite } from './site.ts'
import type { Slots } from './slots.ts'
import { type Statement, statementHash } from './statement.ts'
import { authenticate } from './users.ts'
import type { Vetting } from './vetting.ts'

export interface ServerServices {
  readonly engine: Engine
  readonly vetting: Vetting
  readonly slots: Slots
  readonly health: Health
  readonly log: Log
  readonly token: string
  readonly isLoopback: boolean
  /** Where rows of inserts wait for the engine. */
  readonly rowsDirectory: string
  readonly options: WarehouseOptions
  metrics(): string
  observe(seen: Seen): void
}

/** What is known of a request when it has ended. */
export interface Seen {
  readonly kind: string
  readonly user: string
  readonly code: number
  readonly durationMs: number
  readonly rows: number
  readonly bytes: number
  readonly writtenRows: number
}

/** Clients keep a few; more than this is someone holding sockets open. */
const connectionsMax = 512
/** A statement with its parameters in a URL, as long as ClickHouse takes it. */
const headerBytesMax = 1024 * 1024
const uploadMs = 300_000

export function createWarehouseServer(services: ServerServices): Server {
  const server = createServer(
    {
      keepAliveTimeout: 75_000,
      headersTimeout: 30_000,
      requestTimeout: uploadMs,
      maxHeaderSize: headerBytesMax,
    },
    (req, res) => {
      res.on('error', () => {})
      route(req, res, services).catch((error: unknown) => {
        services.log.error('a request failed', { reason: error instanceof Error ? error.name : 'unknown' })
        res.destroy()
      })
    },
  )
  server.maxConnections = connectionsMax
  return server
}

async function route(req: IncomingMessage, res: ServerResponse, services: ServerServices): Promise<void> {
  const { path, parameters } = address(req.url ?? '/')
  switch (path) {
    case '/ping':
    case '/replicas_status':
      return ping(res, services.health)
    case '/metrics':
      return guarded(req, res, parameters, services, () => text(res, 200, services.metrics(), metricsType))
    case '/':
      if (isBare(req, parameters)) return ping(res, services.health)
      return query(req, res, parameters, services)
    default:
      readAway(req)
      return text(res, 404, 'There is no such page; /, /ping, /replicas_status and /metrics are served\n')
  }
}

const metricsType = 'text/plain; version=0.0.4; charset=utf-8'

function address(url: string): { path: string; parameters: URLSearchParams } {
  const at = url.indexOf('?')
  return at < 0
    ? { path: url, parameters: new URLSearchParams() }
    : { path: url.slice(0, at), parameters: new URLSearchParams(url.slice(at + 1)) }
}

function isBare(req: IncomingMessage, parameters: URLSearchParams): boolean {
  return (req.method === 'GET' || req.method === 'HEAD') && !parameters.has('query')
}

async function ping(res: ServerResponse, health: Health): Promise<void> {
  const problem = await health.check()
  return problem === undefined ? text(res, 200, 'Ok.\n') : text(res, 503, `${problem}\n`)
}

function text(res: ServerResponse, status: number, body: string, type = 'text/plain; charset=UTF-8'): void {
  res.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) })
  res.end(body)
}

async function guarded(
  req: IncomingMessage,
  res: ServerResponse,
  parameters: URLSearchParams,
  services: ServerServices,
  then: () => void,
): Promise<void> {
  try {
    admit(req, parameters, services)
  } catch (error) {
    return createReply(res, { id: '', encoding: undefined }).fail(QueryError.from(error))
  }
  then()
}

function admit(req: IncomingMessage, parameters: URLSearchParams, services: ServerServices) {
  const user = authenticate(req, parameters, services)
  if (!user.hasToken) refuseForeignSite(req, services.options.allowedHosts)
  return user
}

async function query(
  req: IncomingMessage,
  res: ServerResponse,
  parameters: URLSearchParams,
  services: ServerServices,
): Promise<void> {
  const startMs = performance.now()
  let question: Question | undefined
  let statement: Statement | undefined
  let hash = ''
  let reply: Reply = createReply(res, { id: '', encoding: undefined })
  let code = 0
  try {
    if (req.method !== 'GET' && req.method !== 'POST') {
      throw QueryError.of('BAD_ARGUMENTS', 'Queries come by GET or POST')
    }
    question = readQuestion(req, parameters, admit(req, parameters, services))
    reply = createReply(res, question)
    await using input = await readInput(req, question, {
      directory: services.rowsDirectory,
      bytesMax: services.options.limits.body,
    })
    statement = input.statement
    hash = statementHash(input.sql)
    await inSlot(res, services.slots, (signal) =>
      answer(question as Question, input, reply, {
        engine: services.engine,
        vetting: services.vetting,
        limits: services.options.limits,
        database: services.options.database,
        signal,
      }),
    )
  } catch (error) {
    const problem = QueryError.from(error)
    code = problem.code
    await reply.fail(problem)
    // What is left of the body would otherwise be read as the next request.
    if (!req.complete) readAway(req)
  }
  const { tally } = reply
  const durationMs = Math.round((performance.now() - startMs) * 1000) / 1000
  const user = question?.user.name ?? ''
  const kind = statement?.kind ?? 'none'
  services.observe({ kind, user, code, durationMs, ...tally })
  services.log.info('query', {
    query_id: question?.id ?? '',
    user,
    kind,
    query_hash: hash,
    duration_ms: durationMs,
    result_rows: tally.rows,
    result_bytes: tally.bytes,
    written_rows: tally.writtenRows,
    code,
    status: res.statusCode,
  })
}

async function inSlot(
  res: ServerResponse,
  slots: Slots,
  run: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const left = new AbortController()
  const onClose = () => {
    if (!res.writableFinished) left.abort()
  }
  res.on('close', onClose)
  await slots.enter(left.signal)
  try {
    await run(left.signal)
  } finally {
    slots.leave()
    res.off('close', onClose)
  }
}
