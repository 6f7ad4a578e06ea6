import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Context } from './context.ts'
import { answerMalformed } from './malformed.ts'
import { runPipeline } from './pipeline.ts'
import type { Services } from './services.ts'
import type { Snapshot } from './snapshot.ts'
import { CallerStream } from './streaming/caller-stream.ts'

export interface DataPlane {
  readonly server: Server
  /** Requests being served. */
  inFlight(): number
  /** Stops accepting, lets running requests end, cuts what is left after the limit. */
  drain(limitMs: number): Promise<void>
}

export interface DataPlaneOptions {
  readonly services: Services
  /** The snapshot in force: read once per request. */
  readonly snapshot: () => Snapshot
  readonly nextId: () => string
}

/** The sockets callers talk to. */
export function createDataPlane(options: DataPlaneOptions): DataPlane {
  const { services } = options
  let inFlight = 0
  let isDraining = false
  let onIdle: (() => void) | undefined

  const serve = (req: IncomingMessage, res: ServerResponse) => {
    inFlight += 1
    services.metrics.requestStarted()
    if (isDraining) res.setHeader('connection', 'close')
    const snapshot = options.snapshot()
    const context = new Context({
      req,
      caller: new CallerStream(req, res),
      snapshot,
      arrivedMs: services.nowMs(),
      arrivedAt: performance.now(),
      requestId: options.nextId(),
    })
    context.isOverCapacity = inFlight > snapshot.config.limits.inFlight
    void runPipeline(context, services).then(() => {
      inFlight -= 1
      services.metrics.requestEnded()
      // A body that nobody read would keep the connection from its next request.
      if (!req.complete) req.resume()
      if (inFlight === 0) onIdle?.()
    })
  }

  const server = createServer(
    {
      keepAliveTimeout: 75_000,
      headersTimeout: 80_000,
      // Uploads have a deadline of their own; node's default of 300 s would cut slow ones that are fine.
      requestTimeout: 0,
      maxHeaderSize: 65_536,
      // A half-closed caller still waits for its answer.
      noDelay: true,
    },
    serve,
  )
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => answerMalformed(error, socket))
  return {
    server,
    inFlight: () => inFlight,
    async drain(limitMs) {
      isDraining = true
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      if (inFlight > 0) await atMost(limitMs, new Promise<void>((resolve) => (onIdle = resolve)))
      server.closeAllConnections()
      await closed
    },
  }
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
