/**
 * The load generator, in its own process: raw keep-alive sockets in a closed loop, so that it takes as
 * little of the machine as it can from the proxy under test. Prints one JSON line.
 *
 *   node bench/load.ts '{"port":4100,"path":"/v1/chat/completions","headers":{},"body":{…},"connections":16,"seconds":4}'
 */
import { connect } from 'node:net'
import { type BodyShape, bodyBytes } from './bodies.ts'
import { responseReader } from './response-reader.ts'

export interface Load {
  readonly port: number
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: BodyShape
  readonly connections: number
  readonly seconds: number
  /** Ends after so many requests, even before the time is up. */
  readonly requestsMax?: number
  /** What a caller does nothing for between an answer and its next request. */
  readonly pauseMs?: number
}

export interface LoadResult {
  readonly requests: number
  readonly seconds: number
  readonly errors: number
  /** Answers that were not 200. */
  readonly refused: number
  readonly bytes: number
  readonly events: number
  readonly latencyUs: Spread
  /** From the request to its first event. */
  readonly firstUs: Spread
  /** Between events of one stream. */
  readonly gapUs: Spread
}

export interface Spread {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

const load = JSON.parse(process.argv[2] ?? '{}') as Load
const body = bodyBytes(load.body)
const request = Buffer.concat([Buffer.from(headText()), body])
const counts = { requests: 0, errors: 0, refused: 0, bytes: 0, events: 0, started: 0 }
const latencies: number[] = []
const firsts: number[] = []
const gaps: number[] = []
/** An answer that was on its way when time was up may still arrive. */
const graceMs = 1000
const startMs = performance.now()
const endMs = startMs + load.seconds * 1000
let open = load.connections
let isOver = false

function headText(): string {
  const headers = {
    host: `127.0.0.1:${load.port}`,
    'content-type': 'application/json',
    ...load.headers,
    'content-length': String(body.length),
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST ${load.path} HTTP/1.1\r\n${lines.join('')}\r\n`
}

function run(): void {
  const socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true })
  let sentMs = 0
  let lastMs = 0
  let isBusy = false
  const next = () => {
    const isLast = counts.started >= (load.requestsMax ?? Number.POSITIVE_INFINITY)
    if (performance.now() >= endMs || isLast) {
      socket.destroy()
      return
    }
    counts.started++
    isBusy = true
    sentMs = lastMs = performance.now()
    reader.start()
    socket.write(request)
  }
  const reader = responseReader({
    onEvents: (count, isFirst) => {
      const nowMs = performance.now()
      if (isFirst) firsts.push((nowMs - sentMs) * 1000)
      else gaps.push((nowMs - lastMs) * 1000)
      lastMs = nowMs
      counts.events += count
    },
    onEnd: (status) => {
      isBusy = false
      counts.requests++
      if (status !== 200) counts.refused++
      latencies.push((performance.now() - sentMs) * 1000)
      if (load.pauseMs === undefined) next()
      else setTimeout(next, load.pauseMs)
    },
  })
  socket.on('connect', next)
  socket.on('data', (chunk) => {
    counts.bytes += chunk.length
    reader.push(chunk)
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    if (isBusy && !isOver) counts.errors++
    // A refused connection would otherwise be tried in a tight loop.
    if (isBusy && performance.now() < endMs) setTimeout(run, 10)
    else if (--open === 0) finish()
  })
}

function spread(values: number[]): Spread {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}

function finish(): void {
  isOver = true
  const { started: _, ...rest } = counts
  const seconds = (performance.now() - startMs) / 1000
  const spreads = { latencyUs: spread(latencies), firstUs: spread(firsts), gapUs: spread(gaps) }
  process.stdout.write(`${JSON.stringify({ ...rest, seconds, ...spreads })}\n`, () => process.exit(0))
}

for (let k = 0; k < load.connections; k++) setTimeout(run, k)
setTimeout(finish, load.seconds * 1000 + graceMs)
