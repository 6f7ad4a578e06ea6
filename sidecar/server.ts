import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Closing } from './closing.ts'
import { Connections } from './connections.ts'
import { Context } from './context.ts'
import { allowReading, answerPreflight } from './limits/cors.ts'
import { malformedAnswer, type ParseError } from './malformed.ts'
import { recordMalformed } from './malformed-record.ts'
import { closeRequests, runPipeline } from './pipeline.ts'
import type { Services } from './services.ts'
import type { Snapshot } from './snapshot.ts'
import { headBytesMax } from './stages/receive.ts'
import { CallerStream } from './streaming/caller-stream.ts'

export interface DataPlane {
  readonly server: Server
  /** Settles and records at once what has ended; else it waits a moment for more. */
  closeEnded(): void
  /** Requests being served. */
  inFlight(): number
  /** Connections whose bytes never became a request. */
  malformed(): number
  /** Stops accepting, lets running requests end, cuts what is left after the limit. */
  drain(limitMs: number): Promise<void>
  /** After a drain: resolves when every request has its record. */
  closed(): Promise<void>
}

export interface DataPlaneOptions {
  readonly services: Services
  /** The snapshot in force: read once per request. */
  readonly snapshot: () => Snapshot
  readonly nextId: (atMs?: number) => string
  /** When a request arrived, as its records are to state it. */
  readonly arrivalMs: (request: IncomingMessage) => number
  /** How long the account of an answered request may wait for others. */
  readonly closeAfterMs: number
  /** For tests: the waits on sockets, and how often they are looked at. */
  readonly sockets?: Partial<SocketSettings>
}

export interface SocketSettings {
  readonly keepAliveMs: number
  readonly headersMs: number
  readonly checkMs: number
  readonly connectionsMax: number
}

const usualSockets: SocketSettings = {
  // Above the 60 s of most load balancers and the 5 s of most clients, so that they close first.
  keepAliveMs: 75_000,
  headersMs: 80_000,
  checkMs: 10_000,
  // Four for each request that may run at once by default; more than that is no pool but a leak.
  connectionsMax: 16_384,
}

/** The sockets callers talk to. */
export function createDataPlane(options: DataPlaneOptions): DataPlane {
  const { services } = options
  let inFlight = 0
  let isDraining = false
  let onIdle: (() => void) | undefined
  const closing = new Closing<Context>(options.closeAfterMs, (ended) => closeRequests(ended, services))
  const connections = new Connections((error, socket) => {
    const requestId = options.nextId()
    recordMalformed(error, socket, { requestId, snapshot: options.snapshot(), services })
    return malformedAnswer(error, { requestId, dialects: services.dialects })
  })

  const serve = (req: IncomingMessage, res: ServerResponse) => {
    const snapshot = options.snapshot()
    const { allowedHosts } = snapshot.config
    if (req.method === 'OPTIONS' && answerPreflight(req, res, allowedHosts)) return
    if (req.headers.origin !== undefined) allowReading(req, res, allowedHosts)
    inFlight += 1
    services.metrics.requestStarted()
    if (isDraining) res.setHeader('connection', 'close')
    const caller = new CallerStream(req, res)
    const arrivedMs = options.arrivalMs(req)
    connections.begin(req, caller)
    const context = new Context({
      req,
      caller,
      snapshot,
      arrivedMs,
      arrivedAt: performance.now(),
      requestId: options.nextId(arrivedMs),
    })
    context.isOverCapacity = inFlight > snapshot.config.limits.inFlight
    void runPipeline(context, services).then(async () => {
      // A limit on tokens must know them before the same caller's next request.
      closing.add(context, caller.isHeld || context.callerKey?.tokensPerMinute !== undefined)
      if (caller.isHeld) await caller.whenReleased()
      inFlight -= 1
      services.metrics.requestEnded()
      // A body that nobody read would keep the connection from its next request.
      if (!req.complete) req.resume()
      if (inFlight === 0) onIdle?.()
    })
  }

  const idle = () => (inFlight === 0 ? Promise.resolve() : new Promise<void>((resolve) => (onIdle = resolve)))

  const server = openServer({ ...usualSockets, ...options.sockets }, serve, connections)
  return {
    server,
    closeEnded: () => closing.flush(),
    inFlight: () => inFlight,
    malformed: () => connections.malformed,
    async drain(limitMs) {
      isDraining = true
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      await atMost(limitMs, idle())
      server.closeAllConnections()
      await closed
      // Those that were cut still have their account to give.
      await atMost(cutMs, idle())
      await atMost(countMs, closing.drain())
    },
    closed: () => closing.drain(),
  }
}

/** A request whose connections are gone ends in a moment. */
const cutMs = 1000

/** What was cut is counted as far as there is time; after that it is estimated. */
const countMs = 300

type Serve = (req: IncomingMessage, res: ServerResponse) => void

function openServer(settings: SocketSettings, serve: Serve, connections: Connections): Server {
  const server = createServer(
    {
      keepAliveTimeout: settings.keepAliveMs,
      headersTimeout: settings.headersMs,
      connectionsCheckingInterval: settings.checkMs,
      // Uploads have a deadline of their own; node's default of 300 s would cut slow ones that are fine.
      requestTimeout: 0,
      maxHeaderSize: 2 * headBytesMax,
      // Its absence is answered like any other mistake, with a body and a record.
      requireHostHeader: false,
      noDelay: true,
    },
    serve,
  )
  // Node would drop the headers above its limit in silence; they are counted when the request is read.
  server.maxHeadersCount = 0
  server.maxConnections = settings.connectionsMax
  // A caller that half-closes still waits for its answer; whether it left is found out by CallerStream.
  Object.assign(server, { httpAllowHalfOpen: true })
  server.on('connection', (socket: Socket) => connections.attach(socket))
  server.on('clientError', (error: ParseError, socket: Socket) => connections.broken(error, socket))
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    const invite = () => {
      res.writeContinue()
      serve(req, res)
    }
    // Behind another answer Node would put it between the head and the body of its own.
    if (res.socket !== null) invite()
    else res.once('socket', invite)
  })
  // An expectation that is not known may be ignored.
  server.on('checkExpectation', serve)
  server.on('connect', (_req: IncomingMessage, socket: Socket) => {
    // Node has taken its own listener away.
    socket.on('error', () => {})
    connections.broken(Object.assign(new Error('CONNECT'), { code: 'METHOD_CONNECT' }), socket)
  })
  return server
}

function atMost(ms: number, done: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    void done.then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
