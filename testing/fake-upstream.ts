import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RawRequest, requestReader } from './raw-http.ts'

/** One thing an upstream does on its socket. Bytes are sent as they are: status line and all. */
export type Step =
  | { readonly send: string | Buffer }
  | { readonly waitMs: number }
  /** Holds until the given promise settles: for tests that decide when the upstream goes on. */
  | { readonly until: Promise<unknown> }
  /** RST now. */
  | { readonly reset: true }
  /** FIN after what was sent. */
  | { readonly halfClose: true }
  /** Nothing more, for ever (until the peer or the test closes). */
  | { readonly stall: true }

export type Script = readonly Step[] | ((request: RawRequest, index: number) => readonly Step[])

export interface FakeUpstream extends AsyncDisposable {
  readonly origin: string
  readonly port: number
  readonly requests: readonly RawRequest[]
  readonly openSockets: number
  readonly totalSockets: number
  /** When the peer closed a socket in the middle of a script: performance.now(). */
  readonly abortedAt: readonly number[]
  /** What every request from now on is answered with. */
  answer(script: Script): void
  /** Used up first, one script per request. */
  answerOnce(script: Script): void
  /** Resolves when that many requests have arrived whole. */
  received(count: number): Promise<void>
  /** Cuts idle keep-alive sockets: the race every pool must survive. */
  closeIdle(): void
}

export interface FakeUpstreamOptions {
  /** Answer as soon as the head has come, without waiting for the body. */
  readonly answerOnHead?: boolean
}

/** A raw socket server that says exactly what it is told, byte for byte, however wrong that is. */
export async function fakeUpstream(
  script?: Script,
  options: FakeUpstreamOptions = {},
): Promise<FakeUpstream> {
  const requests: RawRequest[] = []
  const sockets = new Set<Socket>()
  const busy = new Set<Socket>()
  const abortedAt: number[] = []
  const queued: Script[] = []
  const waiters = new Set<() => void>()
  let standing: Script = script ?? httpJson({ ok: true })
  let totalSockets = 0

  const serve = async (socket: Socket, request: RawRequest) => {
    requests.push(request)
    for (const waiter of waiters) waiter()
    const chosen = queued.shift() ?? standing
    busy.add(socket)
    await play(socket, typeof chosen === 'function' ? chosen(request, requests.length - 1) : chosen)
    busy.delete(socket)
  }

  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    totalSockets++
    sockets.add(socket)
    let turn = Promise.resolve()
    const read = requestReader(options.answerOnHead === true, (request) => {
      turn = turn.then(() => serve(socket, request))
    })
    socket.on('data', read)
    socket.on('error', () => {})
    socket.on('end', () => socket.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      if (busy.delete(socket)) abortedAt.push(performance.now())
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    requests,
    abortedAt,
    get openSockets() {
      return sockets.size
    },
    get totalSockets() {
      return totalSockets
    },
    answer: (next) => {
      standing = next
    },
    answerOnce: (next) => void queued.push(next),
    received: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (requests.length < count) return
          waiters.delete(look)
          resolve()
        }
        waiters.add(look)
        look()
      }),
    closeIdle: () => {
      for (const socket of sockets) if (!busy.has(socket)) socket.destroy()
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function play(socket: Socket, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (socket.destroyed) return
    if ('send' in step) await write(socket, step.send)
    else if ('waitMs' in step) await sleep(step.waitMs)
    else if ('until' in step) await Promise.race([step.until, closed(socket)])
    else if ('reset' in step) socket.resetAndDestroy()
    else if ('halfClose' in step) socket.end()
    else await closed(socket)
  }
}

function closed(socket: Socket): Promise<void> {
  return socket.destroyed
    ? Promise.resolve()
    : new Promise((resolve) => socket.once('close', () => resolve()))
}

async function write(socket: Socket, bytes: string | Buffer): Promise<void> {
  if (socket.write(bytes)) return
  await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed(socket)])
}

/** A whole answer with content-length. */
export function httpJson(
  body: unknown,
  head: { status?: number; headers?: Record<string, string> } = {},
): Step[] {
  return httpAnswer(JSON.stringify(body), {
    ...head,
    headers: { 'content-type': 'application/json', ...head.headers },
  })
}

export function httpAnswer(
  body: string | Buffer,
  head: { status?: number; headers?: Record<string, string> } = {},
): Step[] {
  const bytes = Buffer.from(body)
  const headers = { ...head.headers, 'content-length': String(bytes.length) }
  return [{ send: Buffer.concat([Buffer.from(headText(head.status ?? 200, headers)), bytes]) }]
}

export interface StreamShape {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly gapMs?: number
  /** Leaves the chunked body open: add `reset`, `halfClose` or `stall` after it. */
  readonly unfinished?: boolean
}

/** A chunked event stream whose body arrives in exactly these pieces. */
export function httpStream(pieces: readonly (string | Buffer)[], shape: StreamShape = {}): Step[] {
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    ...shape.headers,
    'transfer-encoding': 'chunked',
  }
  const steps: Step[] = [{ send: headText(shape.status ?? 200, headers) }]
  for (const piece of pieces) {
    const bytes = Buffer.from(piece)
    if (bytes.length === 0) continue
    if (shape.gapMs !== undefined) steps.push({ waitMs: shape.gapMs })
    steps.push({
      send: Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]),
    })
  }
  if (!shape.unfinished) steps.push({ send: '0\r\n\r\n' })
  return steps
}

function headText(status: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${status < 400 ? 'OK' : 'Error'}\r\n${lines.join('')}\r\n`
}
