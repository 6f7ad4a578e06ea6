import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { test } from 'node:test'
import zlib from 'node:zlib'
import { GatewayError } from '../../contract/errors.ts'
import { Waits } from '../timing/waits.ts'
import { CallerGone, type ReadOptions, readBody } from './read.ts'

const waits = new Waits()

type Outcome = { readonly bytes: Buffer } | { readonly error: unknown }

interface Reader extends AsyncDisposable {
  readonly port: number
  /** What became of the bodies, in order of arrival. */
  readonly outcomes: Promise<Outcome>[]
  readonly requests: http.IncomingMessage[]
}

/** A real server that reads bodies and answers 200 with their length or the status of the error. */
async function startReader(options: Partial<ReadOptions> = {}): Promise<Reader> {
  const outcomes: Promise<Outcome>[] = []
  const requests: http.IncomingMessage[] = []
  const server = http.createServer((request, response) => {
    requests.push(request)
    const outcome = readBody(request, { bytesMax: 100_000, uploadMs: 5000, waits, ...options }).then(
      (bytes): Outcome => ({ bytes }),
      (error: unknown): Outcome => ({ error }),
    )
    outcomes.push(outcome)
    outcome.then((result) => {
      const status =
        'bytes' in result ? 200 : result.error instanceof GatewayError ? result.error.status : 500
      if (status !== 200) response.setHeader('connection', 'close')
      response.writeHead(status)
      response.end('bytes' in result ? String(result.bytes.length) : '')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  return {
    port,
    outcomes,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function send(
  port: number,
  body: Buffer | Buffer[],
  headers: http.OutgoingHttpHeaders = {},
): Promise<{ status: number; text: string; connection: string | undefined }> {
  const request = http.request({ port, host: '127.0.0.1', method: 'POST', headers })
  if (Array.isArray(body)) for (const chunk of body) request.write(chunk)
  request.end(Array.isArray(body) ? undefined : body)
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  // A refused caller may find the connection closed while it still sends; it has its answer.
  request.on('error', () => {})
  const text = Buffer.concat((await response.toArray()) as Buffer[]).toString()
  return { status: response.statusCode ?? 0, text, connection: response.headers.connection }
}

async function codeOf(outcome: Promise<Outcome> | undefined): Promise<string> {
  const result = await outcome
  assert.ok(result !== undefined && 'error' in result && result.error instanceof GatewayError)
  return result.error.code
}

test('bodies arrive whole: none, small, in many chunks, with and without a length', async () => {
  await using reader = await startReader()
  for (const length of [0, 1, 1000, 90_000]) {
    const body = Buffer.alloc(length, 'x')
    assert.equal((await send(reader.port, body, { 'content-length': length })).text, String(length))
    const half = length >> 1
    const chunks = [body.subarray(0, half), body.subarray(half)].filter((chunk) => chunk.length > 0)
    assert.equal((await send(reader.port, chunks, { 'transfer-encoding': 'chunked' })).text, String(length))
  }
  for (const outcome of reader.outcomes) {
    const result = await outcome
    assert.ok('bytes' in result && result.bytes.every((byte) => byte === 0x78))
  }
  assert.equal((await send(reader.port, Buffer.alloc(0))).text, '0')
})

test('a body in one-byte chunks arrives whole', async () => {
  await using reader = await startReader()
  const socket = net.connect(reader.port, '127.0.0.1')
  const chunks = Array.from({ length: 500 }, (_, index) => `1\r\n${index % 10}\r\n`).join('')
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`)
  await once(socket, 'data')
  const result = await reader.outcomes[0]
  assert.ok(result !== undefined && 'bytes' in result)
  assert.equal(result.bytes.toString(), '0123456789'.repeat(50))
  socket.destroy()
})

test('a connection is used again after a body', async () => {
  await using reader = await startReader()
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  for (let count = 0; count < 3; count += 1) {
    const request = http.request({ port: reader.port, agent, method: 'POST' })
    request.end(Buffer.alloc(50_000))
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    await response.toArray()
  }
  agent.destroy()
  assert.equal(new Set(reader.requests.map((request) => request.socket)).size, 1)
})

test('a body over the limit is refused, announced or not, and the caller gets the answer', async () => {
  await using reader = await startReader()
  const body = Buffer.alloc(8_000_000)
  const announced = await send(reader.port, body, { 'content-length': body.length })
  assert.deepEqual([announced.status, announced.connection], [413, 'close'])
  const chunked = await send(reader.port, [body, body], { 'transfer-encoding': 'chunked' })
  assert.equal(chunked.status, 413)
  assert.equal(await codeOf(reader.outcomes[0]), 'body_too_large')
  assert.equal(await codeOf(reader.outcomes[1]), 'body_too_large')
})

test('a caller that reads only after it has sent everything still gets the refusal, not a reset', async () => {
  await using reader = await startReader()
  const socket = net.connect({ port: reader.port, host: '127.0.0.1', allowHalfOpen: true }).pause()
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 8000000\r\n\r\n')
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.write(Buffer.alloc(8_000_000), () => resolve())
  })
  assert.match(Buffer.concat(await socket.toArray()).toString(), /^HTTP\/1.1 413/)
})

test('a refused caller that never stops sending is cut off', async () => {
  await using reader = await startReader({ lingerMs: 50 })
  const socket = net.connect({ port: reader.port, host: '127.0.0.1', allowHalfOpen: true })
  const closed = new Promise((resolve) => socket.on('error', () => {}).on('close', resolve))
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 900000000\r\n\r\n')
  const sending = setInterval(() => socket.write(Buffer.alloc(1000)), 10)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  assert.match(answer.toString(), /^HTTP\/1.1 413/)
  await closed
  clearInterval(sending)
})

const encoders = {
  gzip: zlib.gzipSync,
  deflate: zlib.deflateSync,
  br: zlib.brotliCompressSync,
  zstd: zlib.zstdCompressSync,
}
const text = Buffer.from('{"messages":"hello"}'.repeat(1000))

for (const [encoding, encode] of Object.entries(encoders)) {
  test(`${encoding} bodies are decoded; bombs and broken ones are refused`, async () => {
    await using reader = await startReader()
    const post = (body: Buffer) => send(reader.port, body, { 'content-encoding': encoding })
    assert.equal((await post(encode(text))).text, String(text.length))
    const decoded = await reader.outcomes[0]
    assert.ok(decoded !== undefined && 'bytes' in decoded && decoded.bytes.equals(text))
    assert.equal((await post(encode(Buffer.alloc(20_000_000)))).status, 413)
    assert.equal(await codeOf(reader.outcomes[1]), 'body_too_large')
    await post(encode(text).subarray(0, -8))
    assert.equal(await codeOf(reader.outcomes[2]), 'invalid_body')
    await post(Buffer.from('plain'))
    assert.equal(await codeOf(reader.outcomes[3]), 'invalid_body')
    assert.equal((await post(encode(Buffer.alloc(100_000)))).text, '100000')
  })
}

test('deflate without the zlib head is understood, as some clients send it', async () => {
  await using reader = await startReader()
  const raw = await send(reader.port, zlib.deflateRawSync(text), { 'content-encoding': 'deflate' })
  assert.equal(raw.text, String(text.length))
})

test('unknown and stacked encodings are refused, identity is none', async () => {
  await using reader = await startReader()
  for (const encoding of ['compress', 'gzip, br']) {
    assert.equal((await send(reader.port, text, { 'content-encoding': encoding })).status, 415)
  }
  assert.equal((await send(reader.port, text, { 'content-encoding': 'identity' })).text, String(text.length))
})

test('a caller that hangs up mid-body is told apart from every other failure', async () => {
  await using reader = await startReader()
  for (const head of ['content-length: 100\r\n\r\n', 'transfer-encoding: chunked\r\n\r\n5\r\n']) {
    const socket = net.connect(reader.port, '127.0.0.1')
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\n${head}hel`)
    const count = reader.outcomes.length
    while (reader.outcomes.length === count) await new Promise((resolve) => setTimeout(resolve, 1))
    socket.destroy()
    const outcome = await reader.outcomes[count]
    assert.ok(outcome !== undefined && 'error' in outcome && outcome.error instanceof CallerGone)
  }
})

test('a body that does not arrive in time is a timeout', async () => {
  await using reader = await startReader({ uploadMs: 30 })
  const socket = net.connect(reader.port, '127.0.0.1')
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhel')
  const [answer] = (await once(socket, 'data')) as [Buffer]
  assert.match(answer.toString(), /^HTTP\/1.1 408/)
  assert.equal(await codeOf(reader.outcomes[0]), 'upload_timeout')
  socket.destroy()
})
