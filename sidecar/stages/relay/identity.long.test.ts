import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { fakeUpstream, httpAnswer, httpStream } from '../../../testing/fake-upstream.ts'
import { seededRandom } from '../../../testing/random.ts'
import { startTestSidecar } from '../../../testing/sidecar.ts'
import { chatUsageChunk, chatWire, geminiWire, type Wire, wires } from '../../../testing/wires.ts'

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')

async function start(wire: Wire, options: { kind?: string } = {}) {
  const upstream = await fakeUpstream()
  const sidecar = await startTestSidecar(
    `providers: { p: { kind: ${options.kind ?? wire.kind}, baseUrl: '${wire.baseUrl(upstream.origin)}', models: ['m-1'] } }`,
  )
  return {
    upstream,
    sidecar,
    post: (body: string | Buffer, stream: boolean, path = wire.path('m-1', stream)) =>
      fetch(sidecar.origin + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
    [Symbol.asyncDispose]: async () => {
      await sidecar[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

/** A body of this API in the strangest spelling that is still JSON. */
function strangeBody(wire: Wire, stream: boolean): string {
  const rest = JSON.stringify({ ...wire.body('m-1', stream), stream: undefined, model: undefined }).slice(
    1,
    -1,
  )
  const own = wire === geminiWire ? '' : `"model" : "m-1" ,\r\n\t"stream":${stream},`
  return ` {${own} "zeta": 12345678901234567890.123e+5, "seed":9007199254740993, "dup":1,"dup" : 2, "\\u0061lpha":"\\ud83d\\ude00 é",\n "nested":{"b":[ ],"a":{}},"nothing":null, ${rest} }\n\n`
}

for (const wire of wires) {
  test(`${wire.dialect}: requests and whole answers keep every byte, whatever their spelling`, async () => {
    await using proxy = await start(wire)
    const answer = `\n{ "z":1e400,"z":2, "big":98765432109876543210,${JSON.stringify(wire.whole('hi')).slice(1, -1)} , "new_field":[1,  2]}\r\n`
    proxy.upstream.answer(httpAnswer(answer, { headers: { 'content-type': 'application/json' } }))
    const body = strangeBody(wire, false)
    const got = await proxy.post(body, false)
    assert.equal(sha256(Buffer.from(await got.arrayBuffer())), sha256(answer))
    assert.equal(sha256(proxy.upstream.requests[0]?.body ?? ''), sha256(body))
  })

  test(`${wire.dialect}: streams keep every byte in 40 random ways of arriving`, async () => {
    await using proxy = await start(wire)
    const random = seededRandom(40)
    const events = wire.events(['Hel', 'lo ', '\ud83d\ude00'])
    const whole = Buffer.from(
      events
        .flatMap((event, index) => [
          index % 2 === 0
            ? ': comment\r\n\r\n'
            : 'event: new_thing\ndata: {"type":"new_thing","n":9007199254740993}\n\n',
          index % 3 === 0 ? event.replaceAll('\n', '\r\n') : event,
        ])
        .join(''),
    )
    // Asked for by the caller itself, so that nothing is added.
    const body = strangeBody(wire, true).replace('"nothing":null', '"stream_options":{"include_usage":true}')
    for (let round = 0; round < 40; round += 1) {
      proxy.upstream.answer(
        httpStream(random.split(whole, 1 + random.int(round < 3 ? 1 : 200)), round % 5 ? {} : { gapMs: 0 }),
      )
      const got = await proxy.post(body, true)
      assert.equal(sha256(Buffer.from(await got.arrayBuffer())), sha256(whole))
      assert.match(got.headers.get('content-type') ?? '', /^text\/event-stream/)
      assert.equal(got.headers.get('x-accel-buffering'), 'no')
      assert.match(got.headers.get('cache-control') ?? '', /no-transform|no-cache/)
    }
    for (const request of proxy.upstream.requests) assert.equal(sha256(request.body), sha256(body))
  })
}

test('gemini without alt=sse: the array keeps every byte', async () => {
  await using proxy = await start(geminiWire)
  const elements = geminiWire.events(['a', 'b']).map((event) => event.slice(6).trim())
  const whole = Buffer.from(`[${elements.join('\r\n,\r\n')}\n]\n`)
  const random = seededRandom(7)
  for (let round = 0; round < 20; round += 1) {
    const headers = { 'content-type': 'application/json; charset=UTF-8' }
    proxy.upstream.answer(httpStream(random.split(whole, 1 + random.int(30)), { headers }))
    const got = await proxy.post(
      strangeBody(geminiWire, true),
      true,
      '/v1beta/models/m-1:streamGenerateContent',
    )
    assert.equal(sha256(Buffer.from(await got.arrayBuffer())), sha256(whole))
    assert.match(got.headers.get('content-type') ?? '', /^application\/json/)
  }
  assert.equal((await proxy.sidecar.recorded(20))[19]?.request.status, 'ok')
})

test('a route’s name is replaced by the model and nothing else is touched', async () => {
  await using upstream = await fakeUpstream(
    httpAnswer(JSON.stringify(chatWire.whole('x')), { headers: { 'content-type': 'application/json' } }),
  )
  await using sidecar = await startTestSidecar(`
providers: { p: { kind: openai, baseUrl: '${upstream.origin}/v1' } }
routes: { r: { candidates: [{ provider: p, model: gpt-5.6-sol }] } }`)
  const body = strangeBody(chatWire, false).replace('"m-1"', '"r"')
  await fetch(`${sidecar.origin}/v1/chat/completions`, { method: 'POST', body })
  assert.equal(upstream.requests[0]?.bodyText, body.replace('"r"', '"gpt-5.6-sol"'))
})

test('the usage option is added for the record, and its chunk is kept from callers who did not ask', async () => {
  await using proxy = await start(chatWire)
  const events = chatWire.events(['Hello ', 'there'])
  const withUsage = [...events.slice(0, -1), chatUsageChunk, events.at(-1) ?? '']
  for (const chunks of [withUsage, [withUsage.join('')], [...withUsage.join('')]]) {
    proxy.upstream.answer(httpStream(chunks))
    for (const asked of [undefined, null, {}, { include_usage: false, include_obfuscation: false }]) {
      const body = {
        ...chatWire.body('m-1', true),
        ...(asked === undefined ? {} : { stream_options: asked }),
      }
      const got = await proxy.post(JSON.stringify(body), true)
      assert.equal(await got.text(), events.join(''))
      const sent = JSON.parse(proxy.upstream.requests.at(-1)?.bodyText ?? '')
      assert.deepEqual(sent.stream_options, { ...asked, include_usage: true })
    }
    const asking = { ...chatWire.body('m-1', true), stream_options: { include_usage: true } }
    const got = await proxy.post(JSON.stringify(asking), true)
    assert.equal(await got.text(), withUsage.join(''))
    assert.equal(proxy.upstream.requests.at(-1)?.bodyText, JSON.stringify(asking))
  }
  const records = await proxy.sidecar.recorded(15)
  for (const { request } of records) {
    assert.equal(request.output_tokens, 5)
    assert.equal(request.usage_source, 'provider')
  }
})

test('hosts that refuse the usage option are not sent it, and what they stream is counted', async () => {
  await using upstream = await fakeUpstream(httpStream(chatWire.events(['Hello ', 'there'])))
  await using sidecar = await startTestSidecar(
    `providers: { p: { kind: openai-compatible, baseUrl: '${upstream.origin}/v1', quirks: { streamOptions: false } } }`,
  )
  const body = JSON.stringify(chatWire.body('p/some-model', true))
  const got = await fetch(`${sidecar.origin}/v1/chat/completions`, { method: 'POST', body })
  assert.equal(await got.text(), chatWire.events(['Hello ', 'there']).join(''))
  assert.equal(upstream.requests[0]?.bodyText.includes('stream_options'), false)
  const [record] = await sidecar.recorded(1)
  assert.equal(record?.request.usage_source, 'counted')
  assert.equal(record?.request.output_tokens, 2)
})

test('a compressed stream arrives decoded, event by event', async () => {
  const { gzipSync } = await import('node:zlib')
  await using proxy = await start(chatWire)
  const whole = chatWire.events(['a', 'b']).join('')
  const zipped = gzipSync(whole)
  proxy.upstream.answer(
    httpStream([zipped.subarray(0, 20), zipped.subarray(20)], { headers: { 'content-encoding': 'gzip' } }),
  )
  const got = await proxy.post(JSON.stringify(chatWire.body('m-1', true)), true)
  assert.equal(await got.text(), whole)
  assert.equal(got.headers.get('content-encoding'), null)
})
