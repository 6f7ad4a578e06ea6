import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import type { Server } from 'node:http'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { type Random, seededRandom } from '../testing/random.ts'
import { type RawCaller, rawCaller } from '../testing/raw-caller.ts'
import { startTestSidecar, type TestSidecar } from '../testing/sidecar.ts'
import { startSimulatedServer } from './providers/simulated/server.ts'

const rounds = 1500
const atOnce = 24

const messages = [{ role: 'user', content: 'Hello there' }]
const bodies: [string, Record<string, unknown>][] = [
  ['/v1/chat/completions', { model: 'sim/sim-fast', messages, max_tokens: 3 }],
  ['/v1/chat/completions', { model: 'anthropic/claude-sonnet-5', messages, stream: true, max_tokens: 3 }],
  ['/v1/responses', { model: 'gemini/gemini-3-pro', input: 'Hello', max_output_tokens: 16 }],
  ['/v1/responses', { model: 'sim/sim-fast', input: [{ role: 'user', content: 'Hi' }], stream: true }],
  ['/v1/messages', { model: 'openai/gpt-5.6-sol', max_tokens: 3, messages, stream: true }],
  [
    '/v1/messages',
    { model: 'sim/sim-fast', max_tokens: 3, messages, tools: [{ name: 'f', input_schema: {} }] },
  ],
  ['/v1beta/models/openai%2Fgpt-5.6-sol:generateContent', { contents: [{ parts: [{ text: 'Hi' }] }] }],
  ['/v1beta/models/sim-fast:streamGenerateContent?alt=sse', { contents: [{ parts: [{ text: 'Hi' }] }] }],
  ['/v1/embeddings', { model: 'gemini/gemini-embedding-001', input: ['a', 'b'] }],
  ['/v1/files?purpose=x', { model: 'sim/sim-fast' }],
  ['/v1/feedback', {}],
]
const form =
  '--B\r\nContent-Disposition: form-data; name="model"\r\n\r\nsim/sim-fast\r\n--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nxyz\r\n--B--\r\n'

/** Valid requests: each body plain, chunked and compressed, a form, and some without a body. */
function validRequests(): Buffer[] {
  const requests = [
    'GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'GET /v1/files HTTP/1.0\r\n\r\n',
  ].map((text) => Buffer.from(text))
  const add = (path: string, lines: string[], body: Buffer) =>
    requests.push(
      Buffer.concat([
        Buffer.from(
          [`POST ${path} HTTP/1.1`, 'Host: localhost', 'X-Sidelight-Customer: c', ...lines, '', ''].join(
            '\r\n',
          ),
        ),
        body,
      ]),
    )
  for (const [path, value] of bodies) {
    const body = Buffer.from(JSON.stringify(value))
    add(path, ['Content-Type: application/json', `Content-Length: ${body.length}`], body)
    const chunks = `${body.length.toString(16)}\r\n${body.toString()}\r\n0\r\n\r\n`
    add(path, ['Transfer-Encoding: chunked', 'Expect: 100-continue'], Buffer.from(chunks))
    const zipped = gzipSync(body)
    add(path, ['Content-Encoding: gzip', `Content-Length: ${zipped.length}`], zipped)
  }
  const type = 'Content-Type: multipart/form-data; boundary=B'
  add('/v1/audio/transcriptions', [type, `Content-Length: ${form.length}`], Buffer.from(form))
  return requests
}

const fragments = [
  '\r\n',
  '\r\n\r\n',
  '\0',
  '\n',
  ' ',
  ':',
  '"',
  '{',
  '[[[[',
  '\\u0000',
  '\xff\xfe',
  'Content-Length: 5\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Connection: close\r\n',
  'x-sidelight-provider: nobody\r\n',
  'x-sidelight-tags: =,=,,a=b\r\n',
  'null',
  '-1',
  '1e999',
  '../',
  '%00',
  'GET / HTTP/1.1\r\n\r\n',
  'A'.repeat(70_000),
  '\u{1f600}',
]

function mutate(random: Random, request: Buffer): Buffer {
  let bytes = Buffer.from(request)
  for (let count = 1 + random.int(4); count > 0; count -= 1) {
    const at = random.int(bytes.length + 1)
    const until = Math.min(bytes.length, at + random.int(12))
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(until)]
    switch (random.int(6)) {
      case 0:
        bytes = Buffer.concat([before, after])
        break
      case 1:
        bytes = Buffer.concat([before, Buffer.from(random.pick(fragments), 'latin1'), bytes.subarray(at)])
        break
      case 2:
        if (at < bytes.length) bytes[at] = random.int(256)
        break
      case 3:
        bytes = before
        break
      case 4:
        bytes = Buffer.concat([before, bytes.subarray(at, until), bytes.subarray(at)])
        break
      default:
        bytes = Buffer.concat([bytes, request])
    }
  }
  return bytes
}

async function play(sidecar: TestSidecar, random: Random, bytes: Buffer): Promise<void> {
  using caller: RawCaller = await rawCaller(sidecar.origin)
  const pieces = random.chance(0.3) && bytes.length > 1 ? random.split(bytes, bytes.length) : [bytes]
  for (const piece of pieces) {
    caller.send(piece)
    if (pieces.length > 1) await sleep(0)
  }
  const end = random.int(4)
  if (end === 0) caller.socket.resetAndDestroy()
  else if (end === 1) caller.socket.destroy()
  else {
    if (end === 2) caller.halfClose()
    await Promise.race([caller.answer(5000).catch(() => undefined), sleep(40)])
  }
}

const openFiles = () => readdirSync('/proc/self/fd').length

/** Refused callers are given two seconds to read their refusal. */
async function connections(server: Server): Promise<number> {
  let open = 0
  for (let tries = 0; tries < 300; tries += 1) {
    open = await new Promise((resolve) => server.getConnections((_error, count) => resolve(count)))
    if (open === 0) break
    await sleep(10)
  }
  return open
}

async function settled(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition() && tries < 500; tries += 1) await sleep(10)
}

test(`${rounds} damaged requests leave the process alive, idle and without a bug in the log`, async () => {
  const rejections: unknown[] = []
  const onRejection = (reason: unknown) => void rejections.push(reason)
  process.on('unhandledRejection', onRejection).on('uncaughtException', onRejection)
  const before = openFiles()
  const upstream = await startSimulatedServer()
  const { origin } = upstream
  const sidecar = await startTestSidecar(`
providers:
  sim: { kind: simulated, baseUrl: '${origin}' }
  openai: { kind: openai, baseUrl: '${origin}/v1' }
  anthropic: { kind: anthropic, baseUrl: '${origin}' }
  gemini: { kind: gemini, baseUrl: '${origin}' }
limits: { body: 64KiB, upload: 200ms }
`)
  const valid = validRequests()
  for (const request of valid) {
    using caller = await rawCaller(sidecar.origin)
    caller.send(request)
    await caller.answer()
  }
  const seed = 20261124
  const random = seededRandom(seed)
  for (let done = 0; done < rounds; done += atOnce) {
    const batch = Array.from({ length: atOnce }, () => mutate(random, random.pick(valid)))
    await Promise.all(batch.map((bytes) => play(sidecar, random, bytes)))
  }
  const { plane, metrics } = sidecar.sidecar
  await settled(() => plane.inFlight() === 0)
  assert.equal(plane.inFlight(), 0)
  assert.match(metrics.render(), /^sidelight_in_flight_requests(?:\{[^}]*\})? 0$/m)
  assert.equal(await connections(plane.server), 0, 'sockets of callers that are long gone')
  assert.deepEqual(rejections, [])
  const bugs = sidecar.records.filter(({ request }) => request.error_code === 'internal_error')
  assert.deepEqual(
    bugs.map(({ request }) => request.request_id),
    [],
    sidecar.logged.filter((line) => line.includes('a stage failed')).join(''),
  )
  const ids = new Set(sidecar.records.map(({ request }) => request.request_id))
  assert.equal(ids.size, sidecar.records.length, 'one record each')
  for (const { request } of sidecar.records) {
    if (request.status !== 'ok') assert.notEqual(request.error_code, '', JSON.stringify(request))
    if (request.status === 'error') assert.ok(request.http_status >= 400, JSON.stringify(request))
  }
  const good = await fetch(`${sidecar.origin}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(bodies[0]?.[1]),
  })
  assert.equal(good.status, 200)
  await good.text()
  await sidecar[Symbol.asyncDispose]()
  await upstream.close()
  await settled(() => openFiles() <= before)
  assert.ok(openFiles() <= before, `${openFiles()} descriptors, ${before} before`)
  process.off('unhandledRejection', onRejection).off('uncaughtException', onRejection)
})
