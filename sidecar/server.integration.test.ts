import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fakeUpstream, httpJson, httpStream } from '../testing/fake-upstream.ts'
import { rawCaller } from '../testing/raw-caller.ts'
import { startTestSidecar } from '../testing/sidecar.ts'
import type { SocketSettings } from './server.ts'

const answerJson = {
  id: 'c1',
  object: 'chat.completion',
  model: 'm',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hi' } }],
  usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
}
const events = ['Hi', ' there', '!'].map(
  (content) =>
    `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content } }] })}\n\n`,
)
const ending = [
  `data: ${JSON.stringify({ id: 'c1', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\n`,
  'data: [DONE]\n\n',
]

interface Fixture {
  yaml?: string
  sockets?: Partial<SocketSettings>
}

async function start({ yaml = '', sockets }: Fixture = {}) {
  const upstream = await fakeUpstream(httpJson(answerJson))
  const sidecar = await startTestSidecar(
    `providers:\n  p: { kind: openai, baseUrl: ${upstream.origin}/v1, models: [m] }\n${yaml}`,
    sockets === undefined ? {} : { sockets },
  )
  return {
    upstream,
    sidecar,
    origin: sidecar.origin,
    async [Symbol.asyncDispose]() {
      await sidecar[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

interface Ask {
  version?: string
  headers?: Record<string, string>
  stream?: boolean
}

function ask({ version = '1.1', headers = {}, stream = false }: Ask = {}): string {
  const body = JSON.stringify({ model: 'm', stream, messages: [{ role: 'user', content: 'x' }] })
  const all = { host: 'localhost', 'content-length': body.length, ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST /v1/chat/completions HTTP/${version}\r\n${lines.join('')}\r\n${body}`
}

test('pipelined requests are answered in their order', async () => {
  await using at = await start()
  at.upstream.answerOnce([{ waitMs: 100 }, ...httpJson({ ...answerJson, id: 'slow' })])
  using caller = await rawCaller(at.origin)
  caller.send(ask() + ask() + ask())
  const answers = await caller.answers(3)
  assert.deepEqual(
    answers.map((answer) => [answer.status, answer.isWhole]),
    [200, 200, 200].map((status) => [status, true]),
  )
  assert.match(answers[0]?.body ?? '', /slow/)
  assert.equal((await at.sidecar.recorded(3)).length, 3)
})

test('garbage behind a request spoils neither its answer nor its stream, and is refused after it', async () => {
  await using at = await start()
  at.upstream.answerOnce([{ waitMs: 60 }, ...httpJson(answerJson)])
  using caller = await rawCaller(at.origin)
  caller.send(`${ask()}GARBAGE\r\n\r\n`)
  const answers = await caller.answers(2)
  assert.deepEqual(
    answers.map((answer) => answer.status),
    [200, 400],
  )
  await caller.closed()

  at.upstream.answerOnce(httpStream([...events, ...ending], { gapMs: 10 }))
  using streaming = await rawCaller(at.origin)
  streaming.send(ask({ stream: true }))
  while (!streaming.text.includes('Hi')) await sleep(2)
  streaming.send('GARBAGE\r\n\r\n')
  const [stream, refusal] = await streaming.answers(2)
  assert.ok(stream?.isWhole && stream.body.endsWith('data: [DONE]\n\n'), stream?.body)
  assert.equal(refusal?.status, 400)
  assert.equal(at.sidecar.records[1]?.request.status, 'ok')
})

test('HTTP/1.0: answers have a length or end with the connection, never chunks', async () => {
  await using at = await start()
  using plain = await rawCaller(at.origin)
  plain.send(ask({ version: '1.0' }))
  const answer = await plain.answer()
  assert.equal(answer.status, 200)
  assert.equal(answer.headers['content-length'], String(answer.body.length))
  await plain.closed()

  using kept = await rawCaller(at.origin)
  kept.send(ask({ version: '1.0', headers: { connection: 'keep-alive' } }))
  assert.equal((await kept.answer()).headers['connection'], 'keep-alive')
  kept.send(ask({ version: '1.0', headers: { connection: 'keep-alive' } }))
  assert.equal((await kept.answers(2)).length, 2)

  for (const headers of [{}, { connection: 'keep-alive' }]) {
    at.upstream.answerOnce(httpStream([...events, ...ending]))
    using streaming = await rawCaller(at.origin)
    streaming.send(ask({ version: '1.0', stream: true, headers }))
    const stream = await streaming.answer()
    assert.equal(stream.headers['transfer-encoding'], undefined)
    assert.ok(stream.isWhole && stream.body.endsWith('data: [DONE]\n\n'))
    assert.ok(stream.body.startsWith('data: {'))
  }
  using hostless = await rawCaller(at.origin)
  hostless.send('GET /v1/models HTTP/1.0\r\n\r\n')
  assert.equal((await hostless.answer()).status, 200)
  using refused = await rawCaller(at.origin)
  refused.send('GET /nowhere HTTP/1.0\r\n\r\n')
  assert.equal((await refused.answer()).status, 404)
  await refused.closed()
})

test('Connection: close is honoured, and goes no further', async () => {
  await using at = await start()
  using caller = await rawCaller(at.origin)
  caller.send(ask({ headers: { connection: 'close, x-hop', 'x-hop': '1' } }))
  const answer = await caller.answer()
  assert.equal(answer.headers['connection'], 'close')
  await caller.closed()
  const names = at.upstream.requests[0]?.headers ?? {}
  assert.equal(names['x-hop'], undefined)
  assert.notEqual(names['connection'], 'close, x-hop')
})

test('Expect: 100-continue is answered before the body is sent, other expectations are ignored', async () => {
  await using at = await start()
  const request = ask({ headers: { expect: '100-continue' } })
  const bodyAt = request.indexOf('\r\n\r\n') + 4
  using caller = await rawCaller(at.origin)
  caller.send(request.slice(0, bodyAt))
  while (!caller.text.includes('100 Continue')) await sleep(2)
  caller.send(request.slice(bodyAt))
  assert.equal((await caller.answer()).status, 200)
  assert.equal(at.upstream.requests[0]?.headers['expect'], undefined)
  using odd = await rawCaller(at.origin)
  odd.send(ask({ headers: { expect: 'the-unexpected' } }))
  assert.equal((await odd.answer()).status, 200)
})

test('100 Continue never lands inside an answer, not even when requests that expect it are pipelined', async () => {
  await using at = await start()
  at.upstream.answerOnce([{ waitMs: 60 }, ...httpJson(answerJson)])
  using caller = await rawCaller(at.origin)
  const request = ask({ headers: { expect: '100-continue' } })
  caller.send(request + request + request)
  const answers = await caller.answers(3)
  assert.deepEqual(
    answers.map(({ body }) => JSON.parse(body)),
    [answerJson, answerJson, answerJson],
  )
})

test('HEAD is answered with the head that GET would have', async () => {
  await using at = await start()
  using caller = await rawCaller(at.origin)
  caller.send('HEAD /v1/models HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
  await caller.closed()
  assert.match(caller.text, /^HTTP\/1.1 200 OK\r\n/)
  assert.match(caller.text, /content-length: [1-9]/)
  assert.ok(caller.text.endsWith('\r\n\r\n'))
})

test('pages of this machine and of allowedHosts may read answers, streams and refusals; others get no permission', async () => {
  await using at = await start({ yaml: 'allowedHosts: [app.example.com]' })
  const fetchAs = (origin: string, init: RequestInit = {}) => {
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x' }] })
    const headers = { origin, ...(init.headers as Record<string, string>) }
    return fetch(`${at.origin}/v1/chat/completions`, { method: 'POST', body, ...init, headers })
  }
  for (const origin of ['http://localhost:3000', 'http://127.0.0.1', 'https://app.example.com']) {
    const preflight = await fetchAs(origin, {
      method: 'OPTIONS',
      body: null,
      headers: {
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    })
    assert.equal(preflight.status, 204)
    assert.equal(preflight.headers.get('access-control-allow-origin'), origin)
    assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /POST/)
    assert.equal(preflight.headers.get('access-control-allow-headers'), 'authorization,content-type')
    assert.equal(at.sidecar.records.length, 0, 'a question is no request')
  }
  const answer = await fetchAs('http://localhost:3000')
  const refusal = await fetchAs('http://localhost:3000', { body: '{' })
  at.upstream.answerOnce(httpStream([...events, ...ending]))
  const stream = await fetchAs('http://localhost:3000', {
    body: JSON.stringify({ model: 'm', stream: true, messages: [] }),
  })
  assert.deepEqual([answer.status, refusal.status, stream.status], [200, 400, 200])
  for (const { headers } of [answer, refusal, stream]) {
    assert.equal(headers.get('access-control-allow-origin'), 'http://localhost:3000')
    assert.equal(headers.get('access-control-expose-headers'), '*')
    assert.match(headers.get('vary') ?? '', /origin/)
  }
  assert.match(await stream.text(), /\[DONE\]/)
  for (const origin of ['https://evil.example.org', 'null', 'http://localhost.evil.com']) {
    const headers = { 'access-control-request-method': 'POST' }
    const preflight = await fetchAs(origin, { method: 'OPTIONS', body: null, headers })
    assert.equal(preflight.status, 403)
    assert.equal(preflight.headers.get('access-control-allow-origin'), null)
  }
  const plain = await fetch(`${at.origin}/v1/chat/completions`, { method: 'OPTIONS' })
  assert.deepEqual([plain.status, plain.headers.get('allow')], [405, 'POST'])
})

test('a caller that leaves while it waits is noticed within 250 ms, in whatever way it leaves', async () => {
  await using at = await start()
  for (const leave of ['destroy', 'resetAndDestroy'] as const) {
    for (const stream of [false, true]) {
      const before = at.upstream.abortedAt.length
      const script = stream
        ? [...httpStream(events, { unfinished: true }), { stall: true } as const]
        : [{ stall: true } as const]
      at.upstream.answerOnce(script)
      const caller = await rawCaller(at.origin)
      const received = at.upstream.requests.length + 1
      caller.send(ask({ stream }))
      await at.upstream.received(received)
      if (stream) while (!caller.text.includes('!')) await sleep(2)
      const leftAt = performance.now()
      caller.socket[leave]()
      while (at.upstream.abortedAt.length === before && performance.now() - leftAt < 2000) await sleep(2)
      const tookMs = (at.upstream.abortedAt[before] ?? Number.NaN) - leftAt
      assert.ok(tookMs < 250, `${leave} stream=${stream}: ${tookMs} ms`)
    }
  }
  const records = await at.sidecar.recorded(4)
  assert.deepEqual(
    records.map(({ request }) => [request.status, request.error_code]),
    records.map(() => ['client_abort', 'client_abort']),
  )
  assert.deepEqual(
    at.sidecar.logged.filter((line) => /"level":"(error|warn)"/.test(line)),
    [],
  )
})

test('a half-closed caller gets a stream to its end', async () => {
  await using at = await start()
  at.upstream.answerOnce([{ waitMs: 200 }, ...httpStream([...events, ...ending], { gapMs: 20 })])
  using caller = await rawCaller(at.origin)
  caller.send(ask({ stream: true }))
  caller.halfClose()
  const answer = await caller.answer()
  assert.ok(answer.isWhole && answer.body.endsWith('data: [DONE]\n\n'), caller.text)
  assert.equal((await at.sidecar.recorded(1))[0]?.request.status, 'ok')
})

test('two hundred callers that never finish their head hold up nobody, and are told in the end', async () => {
  await using at = await start({ sockets: { headersMs: 400, checkMs: 50 } })
  // Browsers open connections that they may never use: those are closed without a record.
  using unused = await rawCaller(at.origin)
  const slow = await Promise.all(Array.from({ length: 200 }, () => rawCaller(at.origin)))
  for (const caller of slow) caller.send('POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nx-slow: ')
  const drip = setInterval(() => {
    for (const caller of slow) if (!caller.hasEnded) caller.send('y')
  }, 50)
  const startedAt = performance.now()
  const answer = await fetch(`${at.origin}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'm', messages: [] }),
  })
  assert.equal(answer.status, 200)
  assert.ok(performance.now() - startedAt < 300)
  for (const caller of slow) {
    const refusal = await caller.answer(3000)
    assert.equal(refusal.status, 408)
    assert.match(refusal.body, /head of the request/)
    caller[Symbol.dispose]()
  }
  clearInterval(drip)
  await unused.closed()
  assert.equal(at.sidecar.sidecar.plane.malformed(), 200)
  const late = at.sidecar.records.filter(({ request }) => request.error_code === 'headers_timeout')
  assert.equal(late.length, 200)
})

test('idle connections are closed after the keep-alive time', async () => {
  await using at = await start({ sockets: { keepAliveMs: 100 } })
  using caller = await rawCaller(at.origin)
  caller.send(ask())
  await caller.answer()
  await caller.closed(3000)
})

test('beyond limits.inFlight requests are refused with a time to come back', async () => {
  await using at = await start({ yaml: 'limits: { inFlight: 2 }\n' })
  let release = () => {}
  const until = new Promise<void>((resolve) => {
    release = resolve
  })
  at.upstream.answer([{ until }, ...httpJson(answerJson)])
  using first = await rawCaller(at.origin)
  using second = await rawCaller(at.origin)
  first.send(ask())
  second.send(ask())
  await at.upstream.received(2)
  using third = await rawCaller(at.origin)
  third.send(ask())
  const refusal = await third.answer()
  assert.equal(refusal.status, 503)
  assert.equal(refusal.headers['retry-after'], '1')
  release()
  assert.equal((await first.answer()).status, 200)
  assert.equal((await second.answer()).status, 200)
  const codes = (await at.sidecar.recorded(3)).map(({ request }) => request.error_code)
  assert.deepEqual(codes.toSorted(), ['', '', 'too_many_connections'])
})

test('more connections than the ceiling are turned away', async () => {
  await using at = await start({ sockets: { connectionsMax: 3 } })
  const callers = await Promise.all(Array.from({ length: 5 }, () => rawCaller(at.origin)))
  await sleep(100)
  assert.equal(callers.filter((caller) => caller.hasEnded || caller.error !== '').length, 2)
  for (const caller of callers) caller[Symbol.dispose]()
})

test('draining ends running answers and says so to those that come', async () => {
  await using at = await start()
  at.upstream.answerOnce([{ waitMs: 150 }, ...httpJson(answerJson)])
  using caller = await rawCaller(at.origin)
  caller.send(ask())
  await at.upstream.received(1)
  const stopped = at.sidecar.sidecar.stop()
  const answer = await caller.answer()
  assert.equal(answer.status, 200)
  await stopped
  await caller.closed()
})
