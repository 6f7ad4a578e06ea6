import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import zlib from 'node:zlib'
import { garbageCollector } from '../testing/collect-garbage.ts'
import {
  type FakeUpstream,
  fakeUpstream,
  httpAnswer,
  httpJson,
  httpStream,
} from '../testing/fake-upstream.ts'
import { seededRandom } from '../testing/random.ts'
import { rawCaller } from '../testing/raw-caller.ts'
import { startTestSidecar, type TestSidecar } from '../testing/sidecar.ts'

let upstream: FakeUpstream
let sidecar: TestSidecar

before(async () => {
  upstream = await fakeUpstream()
  sidecar = await startTestSidecar(
    `
providers:
  p: { kind: openai, baseUrl: '${upstream.origin}/v1', models: [m, whisper-1], keyEnv: P_KEY }
  q: { kind: openai, baseUrl: '${upstream.origin}/q/v1', models: [m2] }
  a: { kind: anthropic, baseUrl: '${upstream.origin}', models: [claude] }
routes:
  hear: { candidates: [{ provider: p, model: whisper-1 }] }
limits: { body: 1MiB }
`,
    { environment: { P_KEY: 'sk-provider' } },
  )
})

after(async () => {
  await sidecar[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

beforeEach(() => upstream.answer(httpJson({ ok: true })))

const lastRequest = () => upstream.requests.at(-1) as FakeUpstream['requests'][number]

interface Sent {
  readonly method?: string
  readonly path: string
  readonly lines?: readonly string[]
  readonly body?: Buffer
}

async function send({ method = 'POST', path, lines = [], body }: Sent) {
  using caller = await rawCaller(sidecar.origin)
  const length = body === undefined ? [] : [`content-length: ${body.length}`]
  const head = [`${method} ${path} HTTP/1.1`, 'host: localhost', ...length, ...lines].join('\r\n')
  caller.send(Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), body ?? Buffer.alloc(0)]))
  return await caller.answer()
}

const pairs = (raw: readonly string[]) => {
  const all: [string, string][] = []
  for (let at = 0; at < raw.length; at += 2) all.push([raw[at] ?? '', raw[at + 1] ?? ''])
  return all
}

const chatBody = Buffer.from('{"model":"m","messages":[]}')

test('headers go up in their order and case, repeated ones too, but for those of the connection and the caller', async () => {
  await send({
    path: '/v1/chat/completions',
    body: chatBody,
    lines: [
      'X-Multi: 1',
      'x-Other: caf\u00e9',
      'X-Multi: 2',
      'Keep-Alive: timeout=5',
      'TE: trailers',
      'Proxy-Authorization: Basic c2VjcmV0',
      'Connection: x-private',
      'X-Private: 1',
      'Cookie: session=secret',
      'Authorization: Bearer sk-caller',
      'X-Api-Key: sk-caller',
      'X-Sidelight-Customer: acme',
      'X-Sidelight-Anything: acme',
      'X-Forwarded-For: 10.1.2.3',
      'Via: 1.1 inner',
      'OpenAI-Organization: org-1',
      'Accept-Encoding: gzip',
      'Idempotency-Key: k1',
    ],
  })
  const sent = pairs(lastRequest().rawHeaders)
  const own = sent.filter(([name]) => /^x-|^openai|^idem/i.test(name))
  assert.deepEqual(own, [
    ['X-Multi', '1'],
    ['x-Other', 'caf\u00e9'],
    ['X-Multi', '2'],
    ['OpenAI-Organization', 'org-1'],
    ['Idempotency-Key', 'k1'],
  ])
  const all = JSON.stringify(sent)
  for (const secret of ['sk-caller', 'session', 'c2VjcmV0', 'acme', '10.1.2.3', 'inner'])
    assert.ok(!all.includes(secret), secret)
  const { headers } = lastRequest()
  assert.equal(headers['authorization'], 'Bearer sk-provider')
  assert.equal(headers['accept-encoding'], 'identity')
  assert.equal(headers['host'], new URL(upstream.origin).host)
})

test('headers come down in their order and case, but for those of the connection and the origin', async () => {
  const body = '{"choices":[],"ok":true}'
  upstream.answer([
    {
      send: [
        'HTTP/1.1 200 Fine',
        'Content-Type: application/json',
        'X-RateLimit-Remaining-Requests: 7',
        'Vary: a',
        'Keep-Alive: timeout=5',
        'Connection: keep-alive, X-Hop',
        'X-Hop: 1',
        'Vary: b',
        'Set-Cookie: __cf_bm=1',
        'Alt-Svc: h3=":443"',
        'Strict-Transport-Security: max-age=1',
        'Access-Control-Allow-Origin: *',
        'X-Sidelight-Served-By: forged',
        'x-request-id: req_1',
        `Content-Length: ${body.length}`,
        '',
        body,
      ].join('\r\n'),
    },
  ])
  for (const path of ['/v1/chat/completions', '/v1/files']) {
    const { headers, body: got } = await send({ path, body: chatBody })
    assert.equal(got, body)
    assert.equal(headers['vary'], 'a, b')
    assert.equal(headers['x-ratelimit-remaining-requests'], '7')
    assert.equal(headers['x-request-id'], 'req_1')
    for (const name of ['x-hop', 'set-cookie', 'alt-svc', 'strict-transport-security'])
      assert.equal(headers[name], undefined, name)
    assert.equal(headers['access-control-allow-origin'], undefined)
    assert.ok(!JSON.stringify(headers).includes('forged'))
    assert.equal(headers['content-length'], String(body.length))
  }
})

test('both of two model fields are edited, everything else stays byte for byte', async () => {
  const body = Buffer.from('{ "model": "p/m" , "n":1.50e+00, "messages":[], "x":"\\u00e9", "model":"p/m"}\n')
  await send({ path: '/v1/chat/completions', body })
  assert.equal(
    lastRequest().bodyText,
    '{ "model": "m" , "n":1.50e+00, "messages":[], "x":"\\u00e9", "model":"m"}\n',
  )
})

test('unknown paths pass with method, query and bytes as they are, compressed or not', async () => {
  const random = seededRandom(7)
  const binary = random.bytes(100_000)
  const answer = zlib.gzipSync(random.bytes(5000))
  upstream.answer(
    httpAnswer(answer, { headers: { 'content-type': 'application/x-thing', 'content-encoding': 'gzip' } }),
  )
  const cases: [string, string, Buffer, string[]][] = [
    ['POST', '/v1/files?purpose=a%20b&x=1', binary, ['content-type: application/octet-stream']],
    ['PUT', '/v1/uploads/u_1/parts', zlib.gzipSync(binary), ['content-encoding: gzip']],
    ['PATCH', '/v1/a//b', Buffer.from('{"model":"p/m"}'), ['content-type: application/json']],
    ['DELETE', '/v1/files/f_1', Buffer.from(''), []],
  ]
  for (const [method, path, body, lines] of cases) {
    const got = await send({ method, path, body, lines: [...lines, 'accept-encoding: gzip, br'] })
    const request = lastRequest()
    assert.equal(`${request.method} ${request.path}`, `${method} ${path}`)
    assert.ok(request.body.equals(body), path)
    assert.equal(request.headers['content-encoding'], lines[0]?.split('encoding: ')[1])
    assert.equal(request.headers['accept-encoding'], 'gzip, br')
    assert.equal(got.headers['content-encoding'], 'gzip')
    assert.ok(Buffer.from(got.body, 'latin1').equals(answer))
    assert.match(got.headers['x-sidelight-request-id'] ?? '', /./)
  }
  const head = await rawCaller(sidecar.origin)
  head.send('HEAD /v1/files/f_1 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
  await head.closed()
  assert.match(head.text, /^HTTP\/1\.1 200[\s\S]*\r\n\r\n$/)
})

test('the provider of unknown paths is the one of the header, else the default of the dialect', async () => {
  await send({ method: 'GET', path: '/v1/files', lines: ['x-sidelight-provider: q'] })
  assert.equal(lastRequest().path, '/q/v1/files')
  await send({ method: 'GET', path: '/v1/messages/batches' })
  assert.equal(lastRequest().path, '/v1/messages/batches')
  assert.equal(sidecar.records.at(-1)?.request.provider, 'a')
  const before = upstream.requests.length
  const unknown = await send({ method: 'GET', path: '/v1/files', lines: ['x-sidelight-provider: nobody'] })
  assert.equal(unknown.status, 404)
  assert.match(unknown.body, /unknown_provider/)
  assert.ok(!unknown.body.includes('nobody'))
  assert.equal(upstream.requests.length, before)
})

test('what a provider compresses unasked is decoded for callers that cannot read it', async () => {
  const json = JSON.stringify({ object: 'list', data: [], usage: { prompt_tokens: 2, total_tokens: 2 } })
  const codings = { gzip: zlib.gzipSync, br: zlib.brotliCompressSync, deflate: zlib.deflateSync }
  for (const [coding, compress] of Object.entries(codings)) {
    upstream.answer(
      httpAnswer(compress(Buffer.from(json)), {
        headers: { 'content-type': 'application/json', 'content-encoding': coding },
      }),
    )
    for (const path of ['/v1/embeddings', '/v1/files', '/v1/audio/speech']) {
      const answer = await send({ path, body: Buffer.from('{"model":"m","input":"x"}') })
      assert.equal(answer.headers['content-encoding'], undefined, path)
      assert.equal(answer.body, json, path)
      assert.ok(answer.isWhole)
    }
  }
  const piece = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: 'stop' }] })}\n\n`
  upstream.answer(
    httpStream([zlib.gzipSync(`${piece}data: [DONE]\n\n`)], { headers: { 'content-encoding': 'gzip' } }),
  )
  const stream = await send({
    path: '/v1/chat/completions',
    body: Buffer.from('{"model":"m","stream":true,"messages":[]}'),
  })
  assert.equal(stream.headers['content-encoding'], undefined)
  assert.equal(stream.body, `${piece}data: [DONE]\n\n`)
})

test('GET /v1/models lists routes and models without asking anybody', async () => {
  const before = upstream.requests.length
  const answer = await send({ method: 'GET', path: '/v1/models?limit=5' })
  const { data } = JSON.parse(answer.body) as { data: { id: string }[] }
  const ids = data.map(({ id }) => id)
  for (const id of ['hear', 'auto', 'p/m', 'a/claude']) assert.ok(ids.includes(id), id)
  assert.equal(upstream.requests.length, before)
})

const boundary = 'XyZ'
const multipart = [`content-type: multipart/form-data; boundary=${boundary}`]
const part = (head: string, value: string | Buffer) =>
  Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ])
const close = Buffer.from(`--${boundary}--\r\n`)

test('a form gets the model of its route wherever it stands among the first fields, small or large', async () => {
  for (const size of [100, 300_000]) {
    const file = part('name="file"; filename="a.mp3"', seededRandom(size).bytes(size))
    const form = (model: string) =>
      Buffer.concat([part('name="model"', model), part('name="language"', 'en'), file, close])
    const answer = await send({
      path: '/v1/audio/transcriptions',
      lines: multipart,
      body: form('hear'),
    })
    assert.equal(answer.status, 200)
    const request = lastRequest()
    assert.ok(request.body.equals(form('whisper-1')), `${size}`)
    assert.equal(request.headers['content-length'], String(form('whisper-1').length))
    assert.equal(request.headers['content-type'], multipart[0]?.slice('content-type: '.length))
    const record = (await sidecar.recorded(1)).at(-1)?.request
    assert.deepEqual([record?.route, record?.model_asked, record?.model], ['hear', 'hear', 'whisper-1'])
  }
})

test('a form whose model comes behind a large file goes where the header says', async () => {
  const form = Buffer.concat([
    part('name="file"; filename="a.mp3"', Buffer.alloc(200_000)),
    part('name="model"', 'whisper-1'),
    close,
  ])
  await send({
    path: '/v1/audio/transcriptions',
    lines: [...multipart, 'x-sidelight-route: hear'],
    body: form,
  })
  assert.ok(lastRequest().body.equals(form))
  assert.equal((await sidecar.recorded(1)).at(-1)?.request.route, 'hear')
})

test('an upload that breaks, stalls or is given up blames neither provider nor process', async () => {
  const head = (more: string) =>
    `POST /v1/files HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/octet-stream\r\n${more}\r\n\r\n`
  using broken = await rawCaller(sidecar.origin)
  broken.send(`${head('transfer-encoding: chunked')}5\r\nabcde\r\n`)
  await sleep(30)
  broken.send('nonsense\r\n')
  const refusal = await broken.answer()
  assert.equal(refusal.status, 400)
  assert.match(refusal.body, /chunks/)
  await broken.closed()

  using short = await rawCaller(sidecar.origin)
  short.send(`${head('content-length: 1000')}abc`)
  await sleep(30)
  short.halfClose()
  assert.equal((await short.answer()).status, 400)

  const before = sidecar.records.length
  const gone = await rawCaller(sidecar.origin)
  gone.send(`${head('content-length: 1000')}abc`)
  await sleep(30)
  gone.socket.resetAndDestroy()
  await sidecar.recorded(before + 1)
  assert.deepEqual(
    sidecar.records.slice(-3).map(({ request }) => [request.status, request.error_code]),
    [
      ['error', 'bad_request'],
      ['error', 'bad_request'],
      ['client_abort', 'client_abort'],
    ],
  )
  assert.equal(sidecar.sidecar.plane.inFlight(), 0)
})

test('a provider that refuses an upload in its middle is heard by the caller', async () => {
  const early = await fakeUpstream(
    [...httpJson({ error: { message: 'too big', code: 'big' } }, { status: 413 }), { halfClose: true }],
    { answerOnHead: true },
  )
  await using own = await startTestSidecar(
    `providers:\n  p: { kind: openai, baseUrl: '${early.origin}/v1' }\n`,
  )
  for (const lines of [[], multipart]) {
    using caller = await rawCaller(own.origin)
    caller.send(
      `POST /v1/files HTTP/1.1\r\nhost: localhost\r\ncontent-length: 20000000\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`,
    )
    for (let count = 0; count < 20 && !caller.text.includes('too big'); count += 1) {
      caller.send(Buffer.alloc(100_000))
      await sleep(5)
    }
    const answer = await caller.answer()
    assert.equal(answer.status, 413, answer.body)
    assert.match(answer.body, /too big/)
  }
  await early[Symbol.asyncDispose]()
})

/** Takes uploads and says nothing of them but how many bytes there were, and which. */
async function uploadSink() {
  const digest = createHash('sha256')
  let received = 0
  const server = createServer((req, res) => {
    req.on('data', (chunk: Buffer) => {
      received += chunk.length
      digest.update(chunk)
    })
    req.on('end', () => res.setHeader('content-type', 'application/json').end('{"text":"hi"}'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    result: () => ({ received, hash: digest.digest('hex') }),
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

test('a form of 64 MB streams through with flat memory', async () => {
  const size = 64 * 1_048_576
  const collect = garbageCollector()
  await using sink = await uploadSink()
  await using own = await startTestSidecar(
    `providers:\n  p: { kind: openai, baseUrl: '${sink.origin}/v1', models: [m] }\nlimits: { body: 1MiB }\n`,
  )
  const start = Buffer.concat([
    part('name="model"', 'm'),
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n`),
  ])
  const end = Buffer.concat([Buffer.from('\r\n'), close])
  const length = start.length + size + end.length
  const expected = createHash('sha256').update(start)
  const chunk = seededRandom(1).bytes(65_536)
  using caller = await rawCaller(own.origin)
  caller.send(
    `POST /v1/audio/transcriptions HTTP/1.1\r\nhost: localhost\r\n${multipart[0]}\r\ncontent-length: ${length}\r\n\r\n`,
  )
  caller.send(start)
  collect()
  const startedRss = process.memoryUsage().rss
  let peak = startedRss
  for (let sent = 0; sent < size; sent += chunk.length) {
    expected.update(chunk)
    if (!caller.socket.write(chunk)) await once(caller.socket, 'drain')
    if (sent % (8 * 1_048_576) === 0) collect()
    peak = Math.max(peak, process.memoryUsage().rss)
  }
  caller.send(end)
  assert.equal((await caller.answer(20_000)).body, '{"text":"hi"}')
  assert.deepEqual(sink.result(), { received: length, hash: expected.update(end).digest('hex') })
  const grownMb = (peak - startedRss) / 1_048_576
  assert.ok(grownMb < 60, `${grownMb.toFixed(0)} MB`)
})
