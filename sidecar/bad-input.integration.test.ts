import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import zlib from 'node:zlib'
import type { Json, JsonObject } from '../contract/json.ts'
import { garbageCollector } from '../testing/collect-garbage.ts'
import { type RawAnswer, rawCaller } from '../testing/raw-caller.ts'
import { startTestSidecar, type TestSidecar } from '../testing/sidecar.ts'
import { type SimulatedServer, startSimulatedServer } from './providers/simulated/server.ts'

/** Put into every body, header and name: it must come back nowhere. */
const marker = 'MARKER-5f3a'

interface DialectCase {
  readonly name: string
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
  /** Code and message of an error, wherever the dialect puts them. */
  readonly read: (body: Json) => { code: string | undefined; message: string | undefined }
}

/** The value at the end of a path of keys. */
function at(value: Json | undefined, ...path: (string | number)[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as JsonObject)[key] : undefined),
    value,
  )
}

const textAt = (value: Json, ...path: (string | number)[]) => {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : undefined
}

const openaiError = (body: Json) => {
  assert.deepEqual(Object.keys(at(body, 'error') as JsonObject), ['message', 'type', 'param', 'code'])
  return { code: textAt(body, 'error', 'code'), message: textAt(body, 'error', 'message') }
}

const dialects: readonly DialectCase[] = [
  {
    name: 'chat',
    path: '/v1/chat/completions',
    body: { model: 'sim-fast', messages: [{ role: 'user', content: marker }] },
    read: openaiError,
  },
  {
    name: 'responses',
    path: '/v1/responses',
    body: { model: 'sim-fast', input: marker },
    read: openaiError,
  },
  {
    name: 'messages',
    path: '/v1/messages',
    body: { model: 'sim-fast', max_tokens: 20, messages: [{ role: 'user', content: marker }] },
    read: (body) => {
      assert.equal(at(body, 'type'), 'error')
      assert.equal(typeof at(body, 'request_id'), 'string')
      return {
        code: textAt(body, 'error', 'details', 'error_code'),
        message: textAt(body, 'error', 'message'),
      }
    },
  },
  {
    name: 'gemini',
    path: '/v1beta/models/sim-fast:generateContent',
    body: { contents: [{ role: 'user', parts: [{ text: marker }] }] },
    read: (body) => ({
      code: textAt(body, 'error', 'details', 0, 'reason')?.toLowerCase(),
      message: textAt(body, 'error', 'message'),
    }),
  },
]

let upstream: SimulatedServer
let sidecar: TestSidecar

before(async () => {
  upstream = await startSimulatedServer()
  sidecar = await startTestSidecar(`
providers:
  sim: { kind: simulated, baseUrl: ${upstream.origin} }
  other: { kind: openai, baseUrl: ${upstream.origin}/v1, models: [gpt-x] }
limits: { body: 64KiB, upload: 300ms }
`)
})

after(async () => {
  await sidecar[Symbol.asyncDispose]()
  await upstream.close()
})

interface Expected {
  readonly status: number
  readonly code: string
  /** Words of the message. */
  readonly says?: RegExp
  /** 'error', or 'client_abort' where nobody is there to be told. */
  readonly outcome?: string
}

/** The whole promise about refusals: shape, id, length, silence about content, one record. */
async function assertRefused(
  dialect: DialectCase,
  act: () => Promise<RawAnswer>,
  expected: Expected,
): Promise<RawAnswer> {
  const before = sidecar.records.length
  const answer = await act()
  assert.equal(answer.status, expected.status, answer.body)
  assert.ok(answer.isWhole, 'as long as its head says')
  assert.equal(answer.headers['content-type'], 'application/json')
  assert.equal(answer.headers['content-length'], String(answer.body.length))
  const requestId = answer.headers['x-sidelight-request-id'] ?? ''
  assert.match(requestId, /^[0-9a-f-]{36}$/)
  const { code, message } = dialect.read(JSON.parse(answer.body) as Json)
  assert.equal(code, expected.code)
  if (expected.says !== undefined) assert.match(message ?? '', expected.says)
  const records = await sidecar.recorded(before + 1)
  assert.equal(records.length, before + 1, 'exactly one record')
  const { request } = records[before] as (typeof records)[number]
  assert.equal(request.request_id, requestId)
  assert.deepEqual(
    [request.status, request.http_status, request.error_code, request.dialect],
    ['error', expected.status, expected.code, dialect.name],
  )
  assertSilent(JSON.stringify([...Object.entries(answer.headers), answer.body, records[before]]))
  return answer
}

function assertSilent(text: string): void {
  assert.ok(!text.includes(marker), 'content came back')
  assert.ok(!sidecar.logged.join('').includes(marker), 'content was logged')
}

async function assertIdle(): Promise<void> {
  for (let tries = 0; sidecar.sidecar.plane.inFlight() > 0 && tries < 300; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal(sidecar.sidecar.plane.inFlight(), 0)
}

function head(dialect: DialectCase, headers: Record<string, string | number> = {}, method = 'POST'): string {
  const lines = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}`)
  return `${method} ${dialect.path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
}

async function send(
  dialect: DialectCase,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  using caller = await rawCaller(sidecar.origin)
  caller.send(
    Buffer.concat([
      Buffer.from(
        head(dialect, {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'x-custom': marker,
          ...headers,
        }),
      ),
      Buffer.from(body),
    ]),
  )
  return await caller.answer()
}

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))

for (const dialect of dialects) {
  const good = JSON.stringify(dialect.body)
  const refused = (act: () => Promise<RawAnswer>, expected: Expected) => assertRefused(dialect, act, expected)

  test(`${dialect.name}: a body that is no JSON object is refused with what is wrong with it`, async () => {
    const cases: [string | Buffer, string, RegExp][] = [
      ['', 'invalid_json', /empty/],
      [`{"a": "${marker}`, 'invalid_json', /ends early/],
      [`${marker}`, 'invalid_json', /byte 0/],
      [`{"a":1}${marker}`, 'invalid_json', /byte 7/],
      [`["${marker}"]`, 'invalid_body', /object/],
      [`"${marker}"`, 'invalid_body', /object/],
      ['null', 'invalid_body', /object/],
      ['{'.repeat(10), 'invalid_json', /./],
      [`{"a":${'['.repeat(400)}${']'.repeat(400)}}`, 'nesting_too_deep', /256/],
      [bytes(`{"a":"${marker}`, [0xff, 0xfe], '"}'), 'invalid_utf8', /UTF-8/],
      [bytes('{"a":"', [0xed, 0xa0, 0x80], '"}'), 'invalid_utf8', /UTF-8/],
      [bytes([0xef, 0xbb, 0xbf], '{'), 'invalid_json', /./],
    ]
    for (const [body, code, says] of cases)
      await refused(() => send(dialect, body), { status: 400, code, says })
    await assertIdle()
  })

  test(`${dialect.name}: other content types than JSON are refused, none at all is JSON`, async () => {
    for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'image/png'])
      await refused(() => send(dialect, good, { 'content-type': type }), {
        status: 415,
        code: 'unsupported_media_type',
        says: /application\/json/,
      })
    using caller = await rawCaller(sidecar.origin)
    caller.send(`${head(dialect, { 'content-length': good.length })}${good}`)
    assert.equal((await caller.answer()).status, 200)
    for (const type of ['application/json; charset=utf-8', 'Application/JSON', 'application/vnd.x+json'])
      assert.equal((await send(dialect, good, { 'content-type': type })).status, 200)
  })

  test(`${dialect.name}: compressed bodies are read, broken ones and unknown encodings are refused`, async () => {
    const codings: [string, Buffer][] = [
      ['gzip', zlib.gzipSync(good)],
      ['br', zlib.brotliCompressSync(good)],
      ['zstd', zlib.zstdCompressSync(good)],
      ['deflate', zlib.deflateSync(good)],
      ['identity', Buffer.from(good)],
    ]
    for (const [coding, body] of codings) {
      assert.equal((await send(dialect, body, { 'content-encoding': coding })).status, 200, coding)
      if (coding === 'identity') continue
      await refused(() => send(dialect, body.subarray(0, -3), { 'content-encoding': coding }), {
        status: 400,
        code: 'invalid_body',
        says: new RegExp(coding),
      })
      await refused(() => send(dialect, good, { 'content-encoding': coding }), {
        status: 400,
        code: 'invalid_body',
      })
    }
    await refused(() => send(dialect, good, { 'content-encoding': 'compress' }), {
      status: 415,
      code: 'unsupported_encoding',
    })
    await refused(() => send(dialect, good, { 'content-encoding': 'gzip, gzip' }), {
      status: 415,
      code: 'unsupported_encoding',
    })
    const bomb = zlib.gzipSync(Buffer.alloc(50_000_000))
    await refused(() => send(dialect, bomb, { 'content-encoding': 'gzip' }), {
      status: 413,
      code: 'body_too_large',
      says: /65536/,
    })
  })

  test(`${dialect.name}: a body over the limit is refused readably, announced or not, while it is still coming`, async () => {
    const large = Buffer.alloc(300_000, 0x20)
    await refused(() => send(dialect, large), { status: 413, code: 'body_too_large', says: /65536/ })
    const chunk = Buffer.concat([Buffer.from('4000\r\n'), Buffer.alloc(0x4000, 0x20), Buffer.from('\r\n')])
    const endless = async () => {
      using caller = await rawCaller(sidecar.origin)
      caller.send(head(dialect, { 'transfer-encoding': 'chunked', 'content-type': 'application/json' }))
      const drip = setInterval(() => caller.send(chunk), 2)
      try {
        const answer = await caller.answer()
        assert.equal(caller.error, '')
        assert.equal(answer.headers['connection'], 'close')
        return answer
      } finally {
        clearInterval(drip)
      }
    }
    await refused(endless, { status: 413, code: 'body_too_large' })
    await assertIdle()
  })

  test(`${dialect.name}: a body that stalls is refused at the upload deadline`, async () => {
    const stalled = async () => {
      using caller = await rawCaller(sidecar.origin)
      caller.send(`${head(dialect, { 'content-length': 500 })}{"a":"${marker}`)
      return await caller.answer()
    }
    await refused(stalled, { status: 408, code: 'upload_timeout', says: /upload/ })
  })

  test(`${dialect.name}: a body cut short by a half-close or framed badly is answered to the one who waits`, async () => {
    const cutShort = async () => {
      using caller = await rawCaller(sidecar.origin)
      caller.send(`${head(dialect, { 'content-length': 500 })}{"a":"${marker}`)
      caller.halfClose()
      return await caller.answer()
    }
    await refused(cutShort, { status: 400, code: 'bad_request', says: /closed in the middle/ })
    for (const chunks of [`zz\r\n${marker}\r\n`, `5\r\n${marker}\r\n0\r\n\r\n`, '-1\r\n\r\n']) {
      const broken = async () => {
        using caller = await rawCaller(sidecar.origin)
        caller.send(`${head(dialect, { 'transfer-encoding': 'chunked' })}${chunks}`)
        const answer = await caller.answer()
        await caller.closed()
        return answer
      }
      await refused(broken, { status: 400, code: 'bad_request', says: /chunks/ })
    }
    await assertIdle()
  })

  test(`${dialect.name}: a caller that leaves in the middle of its body is recorded as gone, and nothing is logged`, async () => {
    for (const leave of ['destroy', 'resetAndDestroy'] as const) {
      const before = sidecar.records.length
      const logged = sidecar.logged.length
      const caller = await rawCaller(sidecar.origin)
      caller.send(`${head(dialect, { 'content-length': 500 })}{"a":"${marker}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
      caller.socket[leave]()
      const records = await sidecar.recorded(before + 1)
      const { request } = records[before] as (typeof records)[number]
      assert.deepEqual([request.status, request.error_code], ['client_abort', 'client_abort'], leave)
      assert.equal(sidecar.logged.length, logged)
      assertSilent(JSON.stringify(request))
    }
    await assertIdle()
  })

  test(`${dialect.name}: other methods are refused with those that are served`, async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      const act = async () => {
        using caller = await rawCaller(sidecar.origin)
        caller.send(head(dialect, {}, method))
        return await caller.answer()
      }
      const answer = await refused(act, { status: 405, code: 'method_not_allowed', says: /POST/ })
      assert.equal(answer.headers['allow'], 'POST')
      assert.ok(!Object.keys(answer.headers).some((name) => name.startsWith('access-control-')))
    }
    using caller = await rawCaller(sidecar.origin)
    caller.send(head(dialect, {}, 'HEAD'))
    const [first = ''] = (
      await new Promise<string>((resolve) => setTimeout(() => resolve(caller.text), 100))
    ).split('\r\n')
    assert.equal(first, 'HTTP/1.1 405 Method Not Allowed')
    assert.ok(caller.text.endsWith('\r\n\r\n'), 'no body behind the head')
  })

  test(`${dialect.name}: a request half-closed behind its body gets its answer`, async () => {
    using caller = await rawCaller(sidecar.origin)
    caller.send(`${head(dialect, { 'content-length': good.length, 'x-simulate': 'first=300' })}${good}`)
    caller.halfClose()
    assert.equal((await caller.answer()).status, 200)
  })
}

const chat = dialects[0] as DialectCase
const messagesOf = (model: unknown) => JSON.stringify({ ...chat.body, model })

test('a model that is missing or cannot be a name is refused by name of the field', async () => {
  const cases: [unknown, RegExp][] = [
    [undefined, /model is missing/],
    ['', /model is missing/],
    [null, /must be a string/],
    [7, /must be a string/],
    [[marker], /must be a string/],
    [{ a: marker }, /must be a string/],
    [`${marker}${'x'.repeat(5000)}`, /longer than 1024/],
    [`${marker}\r\nx-injected: 1`, /control/],
    [`${marker}\u0000`, /control/],
    [`sim/\ud800`, /Unicode/],
    ['sim/../../admin', /`\.\.`/],
  ]
  for (const [model, says] of cases)
    await assertRefused(chat, () => send(chat, messagesOf(model)), {
      status: 400,
      code: 'invalid_body',
      says,
    })
  for (const dialect of dialects.slice(1, 3))
    await assertRefused(dialect, () => send(dialect, JSON.stringify({ ...dialect.body, model: 7 })), {
      status: 400,
      code: 'invalid_body',
      says: /model/,
    })
  const gemini = { ...(dialects[3] as DialectCase), path: '/v1beta/models/..%2f..%2fx:generateContent' }
  await assertRefused(gemini, () => send(gemini, '{}'), { status: 400, code: 'bad_request' })
})

test('thousands of unknown models are refused without being remembered', async () => {
  const before = sidecar.records.length
  const collect = garbageCollector()
  collect()
  const startedBytes = process.memoryUsage().heapUsed
  for (let round = 0; round < 20; round += 1) {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        fetch(`${sidecar.origin}${chat.path}`, {
          method: 'POST',
          body: messagesOf(`${marker}-${round}-${index}${'y'.repeat(900)}`),
        }).then(async (answer) => ({ status: answer.status, text: await answer.text() })),
      ),
    )
    for (const { status, text } of answers) {
      assert.equal(status, 404)
      assertSilent(text)
    }
  }
  await sidecar.recorded(before + 2000)
  assert.equal(sidecar.sidecar.snapshot().adhocRoutes.size < 1001, true)
  ;(sidecar.records as unknown[]).length = before
  collect()
  const grownMb = (process.memoryUsage().heapUsed - startedBytes) / 1_048_576
  assert.ok(grownMb < 20, `${grownMb.toFixed(0)} MB`)
})

test('unknown paths are refused in the dialect their beginning suggests', async () => {
  const cases: [string, DialectCase][] = [
    ['/', chat],
    [`/v2/${marker}`, chat],
    ['/admin', chat],
    ['//v1/models', chat],
    ['/v1beta', dialects[3] as DialectCase],
    ['*', chat],
    ['/__proto__', chat],
    ['/constructor', chat],
  ]
  for (const [path, dialect] of cases)
    await assertRefused(dialect, () => send({ ...dialect, path }, '{}'), {
      status: 404,
      code: 'unknown_path',
    })
})

test('paths with dot segments are not passed on', async () => {
  for (const path of ['/v1/../x', '/v1/files/%2e%2E/secret', '/v1/files/..', '/v1/./files', '/v1/a\\..\\b'])
    await assertRefused(chat, () => send({ ...chat, path }, '{}'), {
      status: 400,
      code: 'bad_request',
      says: /segments/,
    })
})

test('the whole address in the request line is understood', async () => {
  const path = `http://localhost${chat.path}`
  assert.equal((await send({ ...chat, path }, JSON.stringify(chat.body))).status, 200)
})

test('more than 2000 header fields, or more than 64 kB of them, are refused', async () => {
  const many = Array.from({ length: 2100 }, (_, index) => `a${index}: ${index % 10}`).join('\r\n')
  await assertRefused(
    chat,
    async () => {
      using caller = await rawCaller(sidecar.origin)
      caller.send(`POST ${chat.path} HTTP/1.1\r\nhost: localhost\r\n${many}\r\ncontent-length: 2\r\n\r\n{}`)
      return await caller.answer()
    },
    { status: 431, code: 'headers_too_large', says: /2000/ },
  )
})

for (const dialect of dialects) {
  test(`${dialect.name}: a head of more than 64 kB is refused in its dialect, with a record`, async () => {
    const large = `x-large: ${marker.repeat(Math.ceil(70_000 / marker.length))}`
    await assertRefused(
      dialect,
      async () => {
        using caller = await rawCaller(sidecar.origin)
        caller.send(
          `POST ${dialect.path} HTTP/1.1\r\nhost: localhost\r\n${large}\r\ncontent-length: 2\r\n\r\n{}`,
        )
        return await caller.answer()
      },
      { status: 431, code: 'headers_too_large', says: /64 kB/ },
    )
  })
}

test('what is no HTTP request is answered in the dialect of its path, recorded, and leaves the sidecar well', async () => {
  const cases: [string | Buffer, number, RegExp][] = [
    [`POST ${chat.path} HTTP/1.1\r\nhost: x\r\nx: ${marker.repeat(90_000)}\r\n\r\n`, 431, /64 kB/],
    [`NONSENSE ${marker}\r\n\r\n`, 400, /method|malformed/i],
    [`POST ${chat.path} HTTP/9.9\r\nhost: x\r\n\r\n`, 400, /HTTP\/1/],
    [`POST ${chat.path} HTTP/1.1\r\nhost x\r\n\r\n`, 400, /header/],
    [`POST ${chat.path} HTTP/1.1\r\ncontent-length: ${marker}\r\n\r\n`, 400, /Content-Length/],
    [`POST ${chat.path} HTTP/1.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n`, 400, /./],
    [`POST ${chat.path} HTTP/1.1\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n`, 400, /./],
    [Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]), 400, /TLS/],
    ['CONNECT example.org:443 HTTP/1.1\r\nhost: x\r\n\r\n', 405, /proxy/],
    ['POST /v1/messages HTTP/1.1\r\nhost x\r\n\r\n', 400, /header/],
  ]
  for (const [request, status, says] of cases) {
    const before = sidecar.sidecar.plane.malformed()
    const records = sidecar.records.length
    using caller = await rawCaller(sidecar.origin)
    caller.send(request)
    const answer = await caller.answer()
    assert.equal(answer.status, status, request.toString('latin1').slice(0, 80))
    assert.ok(answer.isWhole)
    assert.match(answer.headers['x-sidelight-request-id'] ?? '', /^[0-9a-f-]{36}$/)
    assert.match(answer.body, says)
    if (request.includes('/v1/messages')) assert.match(answer.body, /"type":"error"/)
    assertSilent(caller.text)
    await caller.closed()
    assert.equal(caller.error, '')
    assert.equal(sidecar.sidecar.plane.malformed(), before + 1)
    assert.equal(sidecar.records.length, records + 1)
    const row = sidecar.records.at(-1)?.request
    assert.equal(row?.request_id, answer.headers['x-sidelight-request-id'])
    const isAnthropic = request.includes('/v1/messages')
    const isKnown = isAnthropic || (status !== 431 && request.includes(chat.path))
    assert.deepEqual(
      [row?.status, row?.http_status, row?.dialect, row?.endpoint, row?.cost_usd, row?.attempt_count],
      ['error', status, isAnthropic ? 'messages' : 'chat', isKnown ? 'generate' : 'other', '0', 0],
    )
    assert.match(row?.error_code ?? '', /^(?:bad_request|headers_too_large|method_not_allowed)$/)
    assertSilent(JSON.stringify(row))
  }
  assert.match(sidecar.sidecar.metrics.render(), /sidelight_malformed_requests_total \d+/)
  await assertIdle()
})

test('HTTP/1.1 without a Host is refused, with a record', async () => {
  await assertRefused(
    chat,
    async () => {
      using caller = await rawCaller(sidecar.origin)
      caller.send(`POST ${chat.path} HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}`)
      return await caller.answer()
    },
    { status: 400, code: 'bad_request', says: /Host/ },
  )
})

test('WebSockets say that they are not there', async () => {
  const realtime = { ...chat, path: '/v1/realtime' }
  await assertRefused(
    realtime,
    async () => {
      using caller = await rawCaller(sidecar.origin)
      caller.send(head(realtime, { connection: 'Upgrade', upgrade: 'websocket' }, 'GET'))
      return await caller.answer()
    },
    { status: 501, code: 'not_implemented', says: /WebSocket/ },
  )
})

test('pages of other sites are refused where no keys are configured', async () => {
  const good = JSON.stringify(chat.body)
  for (const headers of [
    { origin: 'https://evil.com' },
    { origin: 'null' },
    { host: 'rebound.evil.com:4100' },
    { 'sec-fetch-site': 'cross-site' },
  ])
    await assertRefused(chat, () => send(chat, good, { ...headers, 'content-type': 'text/plain' }), {
      status: 403,
      code: 'forbidden_origin',
      says: /allowedHosts/,
    })
  for (const headers of [
    { origin: 'http://localhost:3000' },
    { host: '127.0.0.1:4100' },
    { host: 'sidelight:4100' },
    { host: '[::1]:4100' },
  ])
    assert.equal((await send(chat, good, headers)).status, 200)
})

test('a refusal does not cost the connection when little is unread', async () => {
  using caller = await rawCaller(sidecar.origin)
  const bad = `${head({ ...chat, path: '/nowhere' }, { 'content-length': 5 })}12345`
  const good = JSON.stringify(chat.body)
  caller.send(bad)
  assert.equal((await caller.answer()).status, 404)
  caller.send(`${head(chat, { 'content-length': good.length })}${good}`)
  const answers = await caller.answers(2)
  assert.equal(answers[1]?.status, 200)
})
