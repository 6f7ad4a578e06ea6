import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeUpstream, httpAnswer, httpJson, httpStream, type Step } from '../../../testing/fake-upstream.ts'
import { startStage } from '../../../testing/resilience.ts'
import { startTestSidecar } from '../../../testing/sidecar.ts'
import { chatWire, geminiWire, messagesWire, type Wire, wires } from '../../../testing/wires.ts'

interface Row {
  readonly title: string
  readonly answer: readonly Step[]
  readonly kind: 'again' | 'next' | 'stop'
  /** What a caller sees when nobody else is left. */
  readonly status: number
  readonly code?: string
  readonly outcome: string
}

const refusal = (status: number, code: string, headers: Record<string, string> = {}) =>
  httpJson(chatWire.errorBody(code), { status, headers })

/** The error table of the design, as a chat host answers it. */
const rows: readonly Row[] = [
  ...[500, 502, 503, 504, 520, 524, 529, 409, 425, 408].map(
    (status): Row => ({
      title: `a ${status}`,
      answer: refusal(status, ''),
      kind: 'again',
      status,
      outcome: [408, 504, 524].includes(status)
        ? 'slow'
        : [503, 529, 409, 425].includes(status)
          ? 'overloaded'
          : 'outage',
    }),
  ),
  {
    title: 'a rate limit',
    answer: refusal(429, 'rate_limit_exceeded'),
    kind: 'again',
    status: 429,
    outcome: 'rate_limit',
  },
  {
    title: 'an empty account',
    answer: refusal(429, 'insufficient_quota'),
    kind: 'next',
    status: 429,
    outcome: 'money',
  },
  { title: 'a 402', answer: refusal(402, ''), kind: 'next', status: 402, outcome: 'money' },
  {
    title: 'a wrong key',
    answer: refusal(401, 'invalid_api_key'),
    kind: 'next',
    status: 401,
    outcome: 'credentials',
  },
  { title: 'a 403', answer: refusal(403, ''), kind: 'next', status: 403, outcome: 'credentials' },
  {
    title: 'an unknown model',
    answer: refusal(404, 'model_not_found'),
    kind: 'next',
    status: 404,
    outcome: 'model_missing',
  },
  { title: 'a bad request', answer: refusal(400, ''), kind: 'stop', status: 400, outcome: 'request' },
  { title: 'a 422', answer: refusal(422, ''), kind: 'stop', status: 422, outcome: 'request' },
  {
    title: 'a content filter',
    answer: refusal(400, 'content_filter'),
    kind: 'stop',
    status: 400,
    outcome: 'content_filter',
  },
  {
    title: 'a prompt too long',
    answer: refusal(400, 'context_length_exceeded'),
    kind: 'stop',
    status: 400,
    outcome: 'context_length',
  },
  {
    title: 'a page of HTML',
    answer: httpAnswer('<html>bad gateway</html>', { status: 502, headers: { 'content-type': 'text/html' } }),
    kind: 'again',
    status: 502,
    outcome: 'outage',
  },
  {
    title: 'HTML with 200',
    answer: httpAnswer('<html></html>', { headers: { 'content-type': 'text/html' } }),
    kind: 'again',
    status: 502,
    outcome: 'outage',
  },
  { title: 'an empty body', answer: httpAnswer(''), kind: 'again', status: 502, outcome: 'outage' },
  {
    title: 'cut JSON',
    answer: httpAnswer('{"id":"chatcmpl-1","choi', { headers: { 'content-type': 'application/json' } }),
    kind: 'again',
    status: 502,
    outcome: 'outage',
  },
  {
    title: 'an error inside a 200',
    answer: httpJson({ error: { code: 502, message: 'provider down', metadata: {} } }),
    kind: 'again',
    status: 502,
    outcome: 'outage',
  },
  {
    title: 'a reset before any answer',
    answer: [{ reset: true }],
    kind: 'again',
    status: 502,
    outcome: 'outage',
  },
]

const good = httpJson(chatWire.whole('from b'))

for (const row of rows) {
  test(`${row.title}: ${row.kind === 'stop' ? 'nobody else is asked' : 'the next candidate answers'}`, async () => {
    await using stage = await startStage()
    stage.a.answer(row.answer)
    stage.b.answer(good)
    const answer = await stage.ask()
    const body = await answer.text()
    const [record] = await stage.sidecar.recorded(1)
    assert.equal(stage.a.requests.length, 1)
    assert.equal(record?.attempts[0]?.outcome, row.outcome)
    if (row.kind === 'stop') {
      assert.equal(answer.status, row.status)
      assert.equal(stage.b.requests.length, 0)
      return
    }
    assert.equal(answer.status, 200)
    assert.match(body, /from b/)
    assert.equal(stage.b.requests.length, 1)
    assert.equal(record?.request.fallback_used, true)
    assert.equal(record?.request.candidate_assigned, 'a')
    assert.equal(record?.request.candidate_served, 'b')
    assert.equal(record?.request.attempt_count, 2)
    assert.equal(answer.headers.get('x-sidelight-attempts'), '2')
    assert.equal(answer.headers.get('x-sidelight-served-by'), 'b/gpt-5.6-sol')
    assert.equal(record?.attempts[1]?.outcome, 'answered')
    assert.equal(record?.attempts[1]?.output_tokens, 5)
    assert.equal(record?.attempts[0]?.output_tokens, 0)
    assert.equal(record?.attempts[0]?.cost_usd, '0')
  })

  const tries = row.kind === 'again' ? 3 : 1
  test(`${row.title} with nobody else left: ${tries} attempts, then an error in the caller's dialect`, async () => {
    await using stage = await startStage({ providers: [chatWire] })
    stage.a.answer(row.answer)
    const answer = await stage.ask()
    const body = (await answer.json()) as { error: { message: string } }
    const [record] = await stage.sidecar.recorded(1)
    assert.equal(stage.a.requests.length, tries)
    assert.equal(record?.attempts.length, tries)
    assert.equal(answer.status, row.status)
    assert.equal(record?.request.http_status, row.status)
    assert.equal(record?.request.status, 'error')
    assert.ok(body.error.message.length > 0)
    // Everyone was asked already: SDKs would otherwise ask again after any of these that they take for temporary.
    assert.equal(answer.headers.get('x-should-retry'), row.kind === 'stop' ? null : 'false')
    assert.equal(answer.headers.get('x-sidelight-route'), 'r')
    assert.equal(answer.headers.get('x-sidelight-attempts'), String(tries))
    assert.ok(answer.headers.get('x-sidelight-request-id'))
  })
}

test('the provider’s own error body passes byte for byte in its dialect', async () => {
  const body = '{"error" : {"message":"upstream words","code":"weird_new_code","extra":12345678901234567890}}'
  await using stage = await startStage({ providers: [chatWire] })
  stage.a.answer(
    httpAnswer(body, {
      status: 400,
      headers: { 'content-type': 'application/json', 'x-request-id': 'req_9' },
    }),
  )
  const answer = await stage.ask()
  assert.equal(await answer.text(), body)
  assert.equal(answer.headers.get('x-request-id'), 'req_9')
})

test('an error of another vendor is written in the caller’s dialect with its words', async () => {
  for (const [caller, provider] of [
    [chatWire, messagesWire],
    [messagesWire, chatWire],
    [geminiWire, messagesWire],
  ] as const) {
    await using stage = await startStage({ caller, providers: [provider] })
    stage.a.answer(httpJson(provider.errorBody('invalid_request_error'), { status: 400 }))
    const answer = await stage.ask()
    assert.equal(answer.status, 400)
    const text = await answer.text()
    assert.match(text, /upstream words/)
    if (caller === messagesWire) assert.match(text, /"type":"error"/)
    if (caller === geminiWire) assert.match(text, /INVALID_ARGUMENT/)
  }
})

test('the last fault is what is answered, never the body of an earlier one', async () => {
  await using stage = await startStage()
  stage.a.answer(refusal(429, 'insufficient_quota'))
  stage.b.answer([{ reset: true }])
  const answer = await stage.ask()
  assert.equal(answer.status, 503)
  const body = await answer.text()
  assert.match(body, /The last one: provider b could not be reached/)
  assert.doesNotMatch(body, /insufficient_quota/)
})

test('Retry-After of up to two seconds is waited for, a longer one is passed on', async () => {
  await using stage = await startStage({ providers: [chatWire] })
  stage.a.answerOnce(refusal(429, 'rate_limit_exceeded', { 'retry-after-ms': '120' }))
  stage.a.answer(good)
  const startedAt = performance.now()
  assert.equal((await stage.ask()).status, 200)
  assert.ok(performance.now() - startedAt >= 115)
  stage.a.answer(refusal(429, 'rate_limit_exceeded', { 'retry-after': '7' }))
  const refused = await stage.ask()
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('retry-after'), '7')
  assert.equal(refused.headers.get('x-should-retry'), null)
  assert.equal(stage.a.requests.length, 3)
})

test('the pauses between retries are bounded: two take less than 600 ms', async () => {
  await using stage = await startStage({ providers: [chatWire] })
  stage.a.answer(refusal(500, ''))
  for (let round = 0; round < 4; round += 1) {
    const startedAt = performance.now()
    await (await stage.ask()).text()
    assert.ok(performance.now() - startedAt < 600 + 150)
  }
})

test('what a client already retries is not retried here, but falls back all the same', async () => {
  const headers = { 'x-stainless-retry-count': '1' }
  await using alone = await startStage({ providers: [chatWire] })
  alone.a.answer(refusal(500, ''))
  assert.equal((await alone.ask({ headers })).status, 500)
  assert.equal(alone.a.requests.length, 1)
  await using pair = await startStage()
  pair.a.answer(refusal(500, ''))
  pair.b.answer(good)
  assert.equal((await pair.ask({ headers })).status, 200)
})

test('retries: 0 means one attempt, and fallback: [] holds in streams too', async () => {
  await using none = await startStage({ route: 'retries: { max: 0 }' })
  none.a.answer(refusal(500, ''))
  assert.equal((await none.ask()).status, 500)
  assert.equal(none.a.requests.length + none.b.requests.length, 1)
  await using stage = await startStage({ route: 'fallback: [], retries: { max: 1 }' })
  stage.a.answer(httpStream([chatWire.overloadedEvent]))
  stage.b.answer(httpStream(chatWire.events(['no'])))
  const answer = await stage.ask({ stream: true })
  assert.equal(answer.status, 503)
  assert.equal(stage.a.requests.length, 2)
  assert.equal(stage.b.requests.length, 0)
})

test('a content filter falls back only where the route says so', async () => {
  await using stage = await startStage({ route: 'onContentFilter: fallback' })
  stage.a.answer(refusal(400, 'content_filter'))
  stage.b.answer(good)
  assert.equal((await stage.ask()).status, 200)
})

test('a prompt too long for one model goes on to a larger window only', async () => {
  await using large = await fakeUpstream(httpJson(chatWire.whole('fits')))
  await using small = await fakeUpstream(refusal(400, 'context_length_exceeded'))
  const config = (first: string, second: string) => `
providers:
  small: { kind: openai, baseUrl: ${small.origin}/v1 }
  large: { kind: openai, baseUrl: ${large.origin}/v1 }
routes:
  r: { strategy: ordered, candidates: [{ id: first, provider: small, model: ${first} }, { id: second, provider: large, model: ${second} }] }
`
  const ask = async (yaml: string) => {
    await using sidecar = await startTestSidecar(yaml)
    const body = JSON.stringify(chatWire.body('r', false))
    return (await fetch(`${sidecar.origin}/v1/chat/completions`, { method: 'POST', body })).status
  }
  assert.equal(await ask(config('gpt-4o', 'gpt-5.6-sol')), 200)
  assert.equal(await ask(config('gpt-5.6-sol', 'gpt-4o')), 400)
  assert.equal(await ask(config('gpt-4o', 'gpt-4o')), 400)
})

test('a socket that the provider closed while it was idle costs one free retry and no error', async () => {
  await using stage = await startStage({ providers: [chatWire], route: 'retries: { max: 0 }' })
  stage.a.answer(good)
  await (await stage.ask()).text()
  // Answers nothing on the socket that is reused; the next one is new.
  stage.a.answerOnce([{ reset: true }])
  const answer = await stage.ask()
  assert.equal(answer.status, 200)
  const records = await stage.sidecar.recorded(2)
  assert.equal(records[1]?.attempts.length, 2)
  assert.equal(records[1]?.attempts[0]?.error_code, 'stale_socket')
  assert.equal(records[1]?.attempts[1]?.outcome, 'answered')
  assert.equal(stage.a.totalSockets, 2)
})

test('the free retry is given once: a new socket that is reset counts like any failure', async () => {
  await using stage = await startStage({ providers: [chatWire], route: 'retries: { max: 0 }' })
  stage.a.answer(good)
  await (await stage.ask()).text()
  stage.a.answer([{ reset: true }])
  assert.equal((await stage.ask()).status, 502)
  const records = await stage.sidecar.recorded(2)
  assert.deepEqual(
    records[1]?.attempts.map((attempt) => attempt.error_code === 'stale_socket'),
    [true, false],
  )
  // A first request on a fresh socket has no stale socket to blame.
  await using fresh = await startStage({ providers: [chatWire], route: 'retries: { max: 0 }' })
  fresh.a.answer([{ reset: true }])
  assert.equal((await fresh.ask()).status, 502)
  assert.equal(fresh.a.requests.length, 1)
})

test('200 requests over sockets that are closed under them: no error reaches a caller', async () => {
  await using stage = await startStage({ providers: [chatWire] })
  stage.a.answer(good)
  for (let round = 0; round < 200; round += 1) {
    const pending = stage.ask()
    if (round % 2 === 1) stage.a.closeIdle()
    const answer = await pending
    await answer.text()
    assert.equal(answer.status, 200)
  }
})

test('a key that is not there is a fault of that candidate, whoever notices it', async () => {
  await using good = await fakeUpstream(httpJson(chatWire.whole('from b')))
  for (const provider of [
    'kind: cohere, baseUrl: http://127.0.0.1:9/v1',
    'kind: bedrock, baseUrl: http://127.0.0.1:9, location: us-east-1',
    'kind: openai, keyEnv: NOWHERE, baseUrl: http://127.0.0.1:9/v1',
  ]) {
    await using sidecar = await startTestSidecar(`
providers:
  keyless: { ${provider} }
  good: { kind: openai, baseUrl: ${good.origin}/v1 }
routes:
  r: { strategy: ordered, candidates: [{ id: a, provider: keyless, model: command-a }, { id: b, provider: good, model: gpt-5.6-sol }] }
  alone: { candidates: [{ provider: keyless, model: command-a }] }
`)
    const ask = (model: string) =>
      fetch(`${sidecar.origin}/v1/chat/completions`, {
        method: 'POST',
        body: JSON.stringify(chatWire.body(model, false)),
      })
    assert.equal((await ask('r')).status, 200)
    const refused = await ask('alone')
    assert.equal(refused.status, 401)
    assert.match(await refused.text(), /provider_key_missing/)
    const records = await sidecar.recorded(2)
    assert.equal(records[0]?.attempts[0]?.outcome, 'credentials')
    assert.equal(records[0]?.attempts[1]?.outcome, 'answered')
  }
})

test('a candidate that cannot express the request is passed over; with nobody left it is a 400', async () => {
  await using stage = await startStage({ providers: [messagesWire, chatWire] })
  stage.b.answer(good)
  const answer = await stage.ask({ body: { n: 2 } })
  assert.equal(answer.status, 200)
  assert.equal(stage.a.requests.length, 0)
  const [record] = await stage.sidecar.recorded(1)
  assert.equal(record?.request.excluded['a'], 'untranslatable')
  assert.equal(record?.request.candidate_served, 'b')
  assert.equal(record?.attempts.length, 1)
  await using alone = await startStage({ providers: [messagesWire] })
  const refused = await alone.ask({ body: { n: 2 } })
  assert.equal(refused.status, 400)
  assert.match(await refused.text(), /"untranslatable"/)
})

test('an error as the first event of a 200 is never seen where another candidate answers', async () => {
  const cases: [Wire, readonly Step[]][] = wires.map((wire) => [wire, httpStream([wire.overloadedEvent])])
  cases.push([chatWire, httpStream([': OPENROUTER PROCESSING\n\n', chatWire.overloadedEvent])])
  cases.push([
    messagesWire,
    httpStream(['event: ping\ndata: {"type":"ping"}\n\n', messagesWire.overloadedEvent]),
  ])
  cases.push([
    chatWire,
    httpJson({ error: { code: 502, message: 'down', metadata: { provider_name: 'x' } } }),
  ])
  cases.push([chatWire, httpStream([])])
  cases.push([chatWire, httpStream(chatWire.events(['half', 'an answer']).slice(0, 1))])
  for (const [caller, script] of cases) {
    await using stage = await startStage({ caller })
    const events = caller.events(['from ', 'b'])
    stage.a.answer(script)
    stage.b.answer(httpStream(events))
    const answer = await stage.ask({ stream: true })
    assert.equal(answer.status, 200, caller.dialect)
    assert.equal(await answer.text(), events.join(''))
    const [record] = await stage.sidecar.recorded(1)
    assert.equal(record?.request.status, 'ok')
    assert.equal(record?.attempts.length, 2)
    assert.equal(record?.attempts[0]?.http_status, 200)
  }
})
