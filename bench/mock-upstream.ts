/**
 * A provider in its own process that costs next to nothing: raw sockets, prebuilt bytes. The model name
 * says what to answer, because it is what every proxy passes on:
 *
 *   json                 a chat completion of about 1.1 kB
 *   slow-<n>-<ms>        the same after so long
 *   paced-<n>-<ms>       a stream of n content events, one per so many milliseconds
 *   burst-<n>-0          the same stream at once
 *
 * `GET /stats`, `GET /left` and `GET /close-idle` are for the abort test.
 *
 *   node bench/mock-upstream.ts <port>
 */
import { createServer, type Socket } from 'node:net'
import { jsonAnswer, streamFrames } from './mock-answers.ts'

interface Connection {
  readonly socket: Socket
  rest: Buffer
  busy: boolean
  user: string
  timer: NodeJS.Timeout | undefined
}

/** Callers of the abort test: name → when their socket closed before the answer was whole. */
const leftAt: Record<string, number> = {}
const finished: string[] = []
const connections = new Set<Connection>()
let requests = 0

const nowMs = () => Number(process.hrtime.bigint()) / 1e6

const server = createServer({ noDelay: true }, (socket) => {
  const connection: Connection = { socket, rest: Buffer.alloc(0), busy: false, user: '', timer: undefined }
  connections.add(connection)
  socket.on('data', (chunk) => receive(connection, chunk))
  socket.on('error', () => {})
  socket.on('close', () => {
    connections.delete(connection)
    clearTimeout(connection.timer)
    if (connection.busy && connection.user !== '') leftAt[connection.user] = nowMs()
  })
})

/** Large bodies are counted, not joined: [bytes still to come, the first piece]. */
const pending = new WeakMap<Connection, { missing: number; first: Buffer; path: string }>()

function receive(connection: Connection, chunk: Buffer): void {
  const large = pending.get(connection)
  if (large) {
    large.missing -= chunk.length
    if (large.missing > 0) return
    pending.delete(connection)
    answer(connection, large.path, large.first)
    return
  }
  connection.rest = connection.rest.length === 0 ? chunk : Buffer.concat([connection.rest, chunk])
  readRequest(connection)
}

function readRequest(connection: Connection): void {
  const { rest } = connection
  const headEnd = rest.indexOf('\r\n\r\n')
  if (headEnd < 0) return
  const head = rest.toString('latin1', 0, headEnd)
  const path = head.slice(head.indexOf(' ') + 1, head.indexOf(' ', head.indexOf(' ') + 1))
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length === undefined && /\r\ntransfer-encoding: *chunked/i.test(head)) {
    const end = chunkedEnd(rest, headEnd + 4)
    if (end < 0) return
    connection.rest = rest.subarray(end)
    answer(connection, path, rest.subarray(headEnd + 4, end))
    return
  }
  const bodyEnd = headEnd + 4 + Number(length ?? 0)
  const body = rest.subarray(headEnd + 4, bodyEnd)
  connection.rest = rest.length > bodyEnd ? rest.subarray(bodyEnd) : Buffer.alloc(0)
  if (rest.length >= bodyEnd) answer(connection, path, body)
  else pending.set(connection, { missing: bodyEnd - rest.length, first: Buffer.from(body), path })
}

function chunkedEnd(bytes: Buffer, from: number): number {
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return -1
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    at = lineEnd + 2 + size + 2
    if (at > bytes.length) return -1
    if (size === 0) return at
  }
}

/** The model and user stand near the beginning of every body of this bench. */
const lookedAt = 4096

function answer(connection: Connection, path: string, body: Buffer): void {
  requests++
  if (body.length === 0) {
    administer(connection, path)
    return
  }
  const text = body.toString('latin1', 0, lookedAt)
  const [, kind, count, ms] = /"model": ?"(json|slow|paced|burst)(?:-(\d+)-(\d+))?"/.exec(text) ?? []
  connection.busy = true
  connection.user = /"user": ?"(abort-\d+)"/.exec(text)?.[1] ?? ''
  if (kind === 'paced') pace(connection, streamFrames(Number(count)), Number(ms))
  else if (kind === 'burst') send(connection, streamFrames(Number(count)).whole)
  else if (kind === 'slow') connection.timer = setTimeout(send, Number(ms), connection, jsonAnswer)
  else send(connection, jsonAnswer)
}

function send(connection: Connection, bytes: Buffer | string): void {
  connection.socket.write(bytes)
  connection.busy = false
  if (connection.user !== '') finished.push(connection.user)
  // A second request may have come with the first; load generators do not do that, real clients may.
  if (connection.rest.length > 0) readRequest(connection)
}

/** One event per gap, by the clock and not by the sum of the timers' delays. */
function pace(connection: Connection, frames: ReturnType<typeof streamFrames>, gapMs: number): void {
  const startMs = performance.now()
  let next = 0
  connection.socket.write(frames.head)
  const step = () => {
    while (next < frames.events.length && startMs + next * gapMs <= performance.now() + 0.5) {
      connection.socket.write(frames.events[next++] as Buffer)
    }
    if (next < frames.events.length) {
      connection.timer = setTimeout(step, Math.max(1, startMs + next * gapMs - performance.now()))
    } else send(connection, frames.tail)
  }
  step()
}

function administer(connection: Connection, path: string): void {
  if (path === '/close-idle')
    for (const other of connections) if (!other.busy && other !== connection) other.socket.destroy()
  const busy = [...connections].filter((other) => other.busy).length
  const body = path === '/left' ? { leftAt, finished } : { requests, sockets: connections.size, busy }
  const text = JSON.stringify(body)
  send(
    connection,
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  )
}

server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => console.log('listening'))
