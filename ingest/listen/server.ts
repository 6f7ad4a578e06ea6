import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { payloadBytesMax } from '../frames.ts'
import type { Receipt, Receiver } from './receiver.ts'
import { batchHeaders, batchPath } from './wire.ts'

export interface ReceiverServerOptions {
  readonly receiver: Receiver
  /** Empty: none is asked for, which is for loopback alone. */
  readonly token: string
  readonly metrics: () => Promise<string>
  /** Why no batch can be taken now. */
  readonly problem: () => string | undefined
}

/** Bodies are held in memory until they are on the disk. */
const batchesMax = 16
const connectionsMax = 4096

const statusOf: Readonly<Record<Receipt['kind'], number>> = {
  taken: 200,
  known: 200,
  conflict: 409,
  damaged: 400,
  full: 503,
}

/** What sidecars send their segments to. */
export function createReceiverServer(options: ReceiverServerOptions): Server {
  let reading = 0
  const server = createServer(
    { keepAliveTimeout: 75_000, headersTimeout: 10_000, requestTimeout: 60_000 },
    (req, res) => {
      res.on('error', () => {})
      reading += 1
      answer(req, options, reading > batchesMax)
        .catch((): Answer => ({ status: 500, body: 'internal error' }))
        .then((given) => {
          // Else a connection that is kept would hold up the end of this process.
          if (!server.listening) res.setHeader('connection', 'close')
          send(req, res, given)
        })
        .finally(() => {
          reading -= 1
        })
    },
  )
  server.maxConnections = connectionsMax
  return server
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

function send(req: IncomingMessage, res: ServerResponse, { status, body, headers }: Answer): void {
  // What was not read would be taken for the next request.
  if (!req.complete) res.setHeader('connection', 'close')
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers })
  res.end(req.method === 'HEAD' ? undefined : `${body}\n`)
}

async function answer(
  req: IncomingMessage,
  options: ReceiverServerOptions,
  isBusy: boolean,
): Promise<Answer> {
  const [path] = (req.url ?? '/').split('?')
  if (path === '/healthz') return { status: 200, body: 'ok' }
  if (!isAllowed(req, options.token)) return { status: 401, body: 'send the token as a bearer token' }
  if (path === '/metrics') return { status: 200, body: (await options.metrics()).trimEnd() }
  if (path !== batchPath || req.method !== 'POST') return { status: 404, body: 'no such page' }
  const problem = isBusy ? 'too many batches at once' : options.problem()
  if (problem !== undefined) return { status: 503, body: problem }
  return takeBatch(req, options.receiver)
}

async function takeBatch(req: IncomingMessage, receiver: Receiver): Promise<Answer> {
  const head = headOf(req)
  if (head === undefined) return { status: 400, body: 'the headers that name the batch are missing' }
  const body = await readWhole(req)
  if (body === undefined) return { status: 413, body: 'the batch is too large' }
  const receipt = await receiver.take(head, body)
  const headers = { [batchHeaders.number]: String(head.number) }
  return { status: statusOf[receipt.kind], body: receipt.kind, headers }
}

function headOf(req: IncomingMessage) {
  const lane = req.headers[batchHeaders.lane]
  const number = Number(req.headers[batchHeaders.number])
  const token = req.headers[batchHeaders.token]
  if (typeof lane !== 'string' || !/^[0-9a-f-]{36}$/.test(lane)) return undefined
  if (typeof token !== 'string' || !/^[\w.-]{1,200}$/.test(token)) return undefined
  return Number.isSafeInteger(number) && number > 0 ? { lane, number, token } : undefined
}

async function readWhole(req: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length
    // Room for the line of the mark, which goes into the same frame.
    if (bytes > payloadBytesMax - 1024) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, bytes)
}

/** Hashed first, so that neither content nor length of the token shows in the time it takes. */
function isAllowed(req: IncomingMessage, token: string): boolean {
  if (token === '') return true
  const sent = /^Bearer +(.+)$/i.exec(req.headers.authorization ?? '')?.[1] ?? ''
  return timingSafeEqual(digest(sent), digest(token))
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest()
}
