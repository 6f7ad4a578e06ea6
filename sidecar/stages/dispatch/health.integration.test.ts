import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { httpJson, httpStream, type Step } from '../../../testing/fake-upstream.ts'
import { type Stage, startStage } from '../../../testing/resilience.ts'
import { startTestSidecar } from '../../../testing/sidecar.ts'
import { chatWire, geminiWire, messagesWire, wires } from '../../../testing/wires.ts'

const refusal = (status: number, code = '', headers: Record<string, string> = {}) =>
  httpJson(chatWire.errorBody(code), { status, headers })
const good = (text = 'fine') => httpJson(chatWire.whole(text))
const alone = { providers: [chatWire] }

/** The usual times, twenty times as fast. */
const fast = {
  times: { windowMs: 500, quickMs: 50, slowMs: 150, openMs: 250, reopenMs: 500, probeMs: 500 },
}

const metric = (stage: Stage, line: RegExp) => assert.match(stage.sidecar.sidecar.metrics.render(), line)

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000)

const waits: [string, () => Record<string, string>][] = [
  ['seconds', () => ({ 'retry-after': '7' })],
  ['decimals', () => ({ 'retry-after': '7.5' })],
  ['an HTTP date', () => ({ 'retry-after': inSeconds(7).toUTCString() })],
  ['milliseconds', () => ({ 'retry-after-ms': '7000' })],
  ['a duration', () => ({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' })],
  ['an RFC 3339 time', () => ({ 'anthropic-ratelimit-requests-reset': inSeconds(9).toISOString() })],
  ['ten years', () => ({ 'retry-after': '315360000' })],
  ['the past', () => ({ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' })],
  ['a negative number', () => ({ 'retry-after': '-5' })],
  ['garbage', () => ({ 'retry-after': 'soon' })],
  ['nothing', () => ({})],
]

for (const [form, headers] of waits) {
  test(`a rate limit that states ${form}: the fallback answers, and nothing is sent there until it is over`, async () => {
    await using stage = await startStage()
    stage.a.answer(refusal(429, 'rate_limit_exceeded', headers()))
    stage.b.answer(good('from b'))
    for (let round = 0; round < 5; round += 1) {
      const answer = await stage.ask()
      assert.equal(answer.status, 200)
      assert.match(await answer.text(), /from b/)
    }
    assert.equal(stage.a.requests.length, 1)
    metric(
      stage,
      /sidelight_target_state\{provider="a",target="default",model="gpt-5.6-sol",state="cooling_down"\} 1/,
    )
  })
}

test('Google’s retryDelay is such a wait', async () => {
  await using stage = await startStage({ caller: geminiWire })
  const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' }]
  const error = { code: 429, message: 'later', status: 'RESOURCE_EXHAUSTED', details }
  stage.a.answer(httpJson({ error }, { status: 429 }))
  stage.b.answer(httpJson(geminiWire.whole('from b')))
  for (let round = 0; round < 3; round += 1) assert.equal((await stage.ask()).status, 200)
  assert.equal(stage.a.requests.length, 1)
})

test('when the wait is over it is asked again', async () => {
  await using stage = await startStage()
  stage.a.answerOnce(refusal(429, 'rate_limit_exceeded', { 'retry-after-ms': '150' }))
  stage.a.answer(good('from a'))
  stage.b.answer(good('from b'))
  assert.match(await (await stage.ask()).text(), /from b/)
  await sleep(200)
  assert.match(await (await stage.ask()).text(), /from a/)
})

for (const [title, answer, reason] of [
  ['a wrong key', refusal(401, 'invalid_api_key'), 'auth_failed'],
  ['an empty account', refusal(429, 'insufficient_quota'), 'quota_exhausted'],
  ['a 402', refusal(402), 'quota_exhausted'],
] as const) {
  test(`${title}: the next at once, the ill one not again, and an alarm`, async () => {
    await using stage = await startStage()
    stage.a.answer(answer)
    stage.b.answer(good('from b'))
    for (let round = 0; round < 4; round += 1) assert.equal((await stage.ask()).status, 200)
    assert.equal(stage.a.requests.length, 1)
    metric(stage, new RegExp(`sidelight_provider_alarm\\{provider="a",reason="${reason}"\\} 1`))
    metric(stage, /sidelight_provider_alarm\{provider="b",reason="auth_failed"\} 0/)
  })
}

test('a refused key is asked rather than nobody: the provider says what is wrong, and once mended it works', async () => {
  for (const [refused, status] of [
    [refusal(401, 'invalid_api_key'), 401],
    [refusal(429, 'insufficient_quota'), 429],
  ] as const) {
    await using stage = await startStage(alone)
    stage.a.answer(refused)
    for (let round = 1; round <= 3; round += 1) {
      const answer = await stage.ask()
      assert.equal(answer.status, status)
      assert.match(await answer.text(), /upstream words/)
      // SDKs would ask again after a minute's wait.
      assert.equal(answer.headers.get('retry-after'), null)
      assert.equal(stage.a.requests.length, round)
    }
    stage.a.answer(good())
    const answers = await Promise.all([stage.ask(), stage.ask(), stage.ask()])
    assert.deepEqual(
      answers.map((answer) => answer.status),
      [200, 200, 200],
    )
    metric(stage, /sidelight_provider_alarm\{provider="a",reason="auth_failed"\} 0/)
    metric(stage, /sidelight_provider_alarm\{provider="a",reason="quota_exhausted"\} 0/)
  }
})

test('somebody who will be well by itself is waited for, rather than a refused key asked', async () => {
  await using stage = await startStage()
  stage.a.answer(refusal(401, 'invalid_api_key'))
  stage.b.answer(refusal(429, 'rate_limit_exceeded', { 'retry-after': '9' }))
  const first = await stage.ask()
  assert.deepEqual([first.status, first.headers.get('retry-after')], [503, '9'])
  assert.match(await first.text(), /a: credentials 401, b: rate_limit 429/)
  const answer = await stage.ask()
  assert.equal(answer.status, 503)
  assert.equal(answer.headers.get('retry-after'), '9')
  assert.match(await answer.text(), /a: auth_failed, b: cooling_down/)
  assert.equal(stage.a.requests.length, 1)
})

test('the key of a caller who brings its own shuts nobody else out', async () => {
  await using stage = await startStage({ ...alone, provider: () => 'auth: forward' })
  stage.a.answerOnce(refusal(401, 'invalid_api_key'))
  stage.a.answerOnce(refusal(429, 'rate_limit_exceeded', { 'retry-after': '60' }))
  stage.a.answer(good())
  const statuses = []
  for (let round = 0; round < 3; round += 1) statuses.push((await stage.ask()).status)
  assert.deepEqual(statuses, [401, 429, 200])
})

test('a provider that accepts and never answers is left after `headers`, and then alone', async () => {
  await using stage = await startStage({ route: 'timeouts: { headers: 60ms }', health: fast })
  stage.a.answer([{ stall: true }])
  stage.b.answer(httpStream(chatWire.events(['from b'])))
  for (let round = 0; round < 8; round += 1) {
    const answer = await stage.ask({ stream: true })
    assert.match(await answer.text(), /from b/)
  }
  assert.ok(stage.a.requests.length < 8, String(stage.a.requests.length))
  const [record] = await stage.sidecar.recorded(8)
  assert.equal(record?.attempts[0]?.outcome, 'slow')
})

test('a stream that dies after it was answered is a failure of its target', async () => {
  await using stage = await startStage({ route: 'recovery: { midStream: error }', health: fast })
  const events = chatWire.events(['one', 'two', 'three'])
  stage.a.answer([...httpStream(events.slice(0, 2), { unfinished: true }), { waitMs: 60 }, { reset: true }])
  stage.b.answer(httpStream(chatWire.events(['from b'])))
  for (let round = 0; round < 8; round += 1) {
    const answer = await stage.ask({ stream: true })
    await answer.text().catch(() => '')
  }
  assert.ok(stage.b.requests.length > 0)
  metric(stage, /sidelight_circuit_opened_total\{provider="a"\} 1/)
})

test('all are down: a clean 503 that says when to come back, and nobody is asked', async () => {
  await using stage = await startStage({ health: { times: { ...fast.times, openMs: 60_000 } } })
  for (const upstream of stage.upstreams) upstream.answer(refusal(500))
  let requests = 2
  while ((await stage.ask()).headers.get('x-sidelight-attempts') !== '0') requests += 1
  const asked = stage.upstreams.map(({ requests }) => requests.length)
  const refused = await stage.ask()
  const body = (await refused.json()) as { error: { code: string; message: string } }
  assert.equal(refused.status, 503)
  assert.equal(body.error.code, 'no_candidate')
  assert.match(body.error.message, /a: circuit_open/)
  assert.match(body.error.message, /b: circuit_open/)
  const waitS = Number(refused.headers.get('retry-after'))
  assert.ok(waitS > 0 && waitS <= 60, String(waitS))
  assert.equal(refused.headers.get('x-should-retry'), null)
  assert.equal(refused.headers.get('x-sidelight-attempts'), '0')
  assert.deepEqual(
    stage.upstreams.map(({ requests }) => requests.length),
    asked,
  )
  const last = (await stage.sidecar.recorded(requests)).at(-1)
  assert.deepEqual(last?.attempts, [])
  assert.deepEqual(last?.request.excluded, { a: 'circuit_open', b: 'circuit_open' })
  assert.equal(last?.request.error_code, 'no_candidate')
})

test('the first request that meets nobody well is told so at once: 503, all the names, and when to come back', async () => {
  for (const wire of wires) {
    for (const stream of [false, true]) {
      await using stage = await startStage({ caller: wire, providers: [chatWire, messagesWire] })
      stage.a.answer([{ reset: true }])
      stage.b.answer(httpJson(messagesWire.errorBody('api_error'), { status: 500 }))
      const refused = await stage.ask({ stream })
      const body = await refused.text()
      assert.equal(refused.status, 503, `${wire.dialect} ${body}`)
      assert.equal(refused.headers.get('retry-after'), '1')
      assert.equal(refused.headers.get('x-should-retry'), null)
      assert.match(body, /a: outage ECONNRESET, b: outage 500/)
      const [record] = await stage.sidecar.recorded(1)
      assert.deepEqual([record?.request.http_status, record?.request.error_code], [503, 'no_candidate'])
    }
  }
})

test('all are at their limits: a 429 with the soonest end of them', async () => {
  await using stage = await startStage()
  stage.a.answer(refusal(429, 'rate_limit_exceeded', { 'retry-after': '40' }))
  stage.b.answer(refusal(429, 'rate_limit_exceeded', { 'retry-after': '20' }))
  const first = await stage.ask()
  assert.deepEqual([first.status, first.headers.get('retry-after')], [429, '20'])
  const refused = await stage.ask({ stream: true })
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('retry-after'), '20')
  assert.equal(refused.headers.get('x-sidelight-attempts'), '0')
  assert.match(await refused.text(), /cooling_down/)
})

function stateOf({ sidecar: { sidecar } }: Stage): string | undefined {
  const candidate = sidecar.snapshot().routes.get('r')?.candidates[0]
  return candidate && sidecar.health.describe(candidate)[0]?.state
}

/** However long that takes on a busy machine. */
async function becomes(stage: Stage, state: string, meanwhile?: () => Promise<unknown>): Promise<void> {
  const endAt = performance.now() + 20_000
  while (stateOf(stage) !== state) {
    assert.ok(performance.now() < endAt, `not ${state} but ${stateOf(stage)}`)
    await meanwhile?.()
    await sleep(20)
  }
}

/** A stage whose first candidate is out of service, and may be tried by one. */
async function halfOpenStage() {
  const stage = await startStage({ health: { times: { ...fast.times, probeMs: 60_000 } } })
  stage.a.answer(refusal(500))
  stage.b.answer(good('from b'))
  await becomes(stage, 'circuit_open', async () => (await stage.ask()).text())
  await becomes(stage, 'half_open')
  return stage
}

test('half-open: of a hundred requests at once one is the probe, and all are answered', async () => {
  await using stage = await halfOpenStage()
  for (const [probed, outcome] of [
    [refusal(500), 'failed'],
    [good('from a'), 'answered'],
  ] as const) {
    const before = stage.a.requests.length
    const { promise, resolve } = Promise.withResolvers<void>()
    // The probe has its outcome when all the others have their answers.
    stage.a.answer([{ until: promise }, ...probed])
    let answered = 0
    const texts = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const answer = await stage.ask()
        const text = await answer.text()
        assert.equal(answer.status, 200)
        answered += 1
        if (answered === 99) resolve()
        return text
      }),
    )
    assert.equal(stage.a.requests.length - before, 1)
    assert.equal(texts.filter((text) => text.includes('from a')).length, outcome === 'answered' ? 1 : 0)
    metric(stage, new RegExp(`sidelight_probe_total\\{outcome="${outcome}"\\} [1-9]`))
    if (outcome === 'failed') await becomes(stage, 'half_open')
  }
  assert.equal(stateOf(stage), 'well')
})

test('a probe whose caller leaves makes room for the next', async () => {
  await using stage = await halfOpenStage()
  const before = stage.a.requests.length
  stage.a.answer([{ stall: true }])
  const leaving = new AbortController()
  const left = stage.ask({ signal: leaving.signal }).catch(() => 'left')
  await stage.a.received(before + 1)
  assert.equal(stateOf(stage), 'circuit_open')
  leaving.abort()
  assert.equal(await left, 'left')
  await becomes(stage, 'half_open')
  stage.a.answer(good('from a'))
  assert.match(await (await stage.ask()).text(), /from a/)
})

test('one is down under load: no caller sees an error, few attempts go there, and it is soon back', async () => {
  await using stage = await startStage({ health: fast })
  stage.a.answer(good('from a'))
  stage.b.answer(good('from b'))
  let isDown = false
  let asked = 0
  let servedAt = Number.POSITIVE_INFINITY
  const ask = async () => {
    if (isDown) asked += 1
    const answer = await stage.ask()
    assert.equal(answer.status, 200)
    if (!isDown && (await answer.text()).includes('from a')) servedAt = Math.min(servedAt, performance.now())
  }
  const load = async (ms: number) => {
    const pending: Promise<void>[] = []
    for (const endAt = performance.now() + ms; performance.now() < endAt; await sleep(5)) pending.push(ask())
    await Promise.all(pending)
  }
  await load(300)
  const before = stage.a.requests.length
  stage.a.answer([{ reset: true }])
  isDown = true
  await load(3000)
  isDown = false
  const attempts = stage.a.requests.length - before
  stage.a.answer(good('from a'))
  const healedAt = performance.now()
  servedAt = Number.POSITIVE_INFINITY
  await load(1500)
  assert.ok(asked > 100, `${asked} requests`)
  assert.ok(attempts <= 0.2 * asked, `${attempts} attempts of ${asked} requests`)
  // Ten seconds at this pace are half a second; a busy machine gets three times that.
  assert.ok(servedAt - healedAt <= 1500, `${servedAt - healedAt} ms`)
  // What goes upstream in an outage is little more than what came in.
  const records = await stage.sidecar.recorded(asked)
  const calls = records.reduce((sum, { attempts: all }) => sum + all.length, 0)
  assert.ok(calls <= 1.1 * records.length, `${calls} calls for ${records.length} requests`)
})

/** A client like the official SDKs: two more tries, each saying so. */
async function askAsSdk(stage: Stage): Promise<number> {
  for (let retry = 0; ; retry += 1) {
    const answer = await stage.ask({ headers: { 'x-stainless-retry-count': String(retry) } })
    await answer.text()
    const says = answer.headers.get('x-should-retry')
    if (retry === 2 || says === 'false' || (says === null && answer.status < 500)) return retry + 1
  }
}

for (const [title, health] of [
  ['', undefined],
  [' even where no breaker opens', { times: { windowMs: 1, quickMs: 1e9, slowMs: 1e9 } }],
] as const) {
  test(`always 503, with retries on both sides: no more than 1.1 calls for each request${title}`, async () => {
    await using stage = await startStage({ ...alone, ...(health && { health }) })
    stage.a.answer(refusal(503))
    let incoming = 0
    for (let request = 0; request < 3; request += 1) incoming += await askAsSdk(stage)
    const [asked, came] = [stage.a.requests.length, incoming]
    for (let request = 0; request < 40; request += 1) incoming += await askAsSdk(stage)
    const calls = stage.a.requests.length - asked
    assert.ok(calls <= 1.1 * (incoming - came) + 1, `${calls} calls for ${incoming - came} requests`)
    metric(stage, /sidelight_retry_budget_exhausted_total [1-9]|state="circuit_open"/)
  })
}

test('what the provider began to answer is not asked for again where that would leave traces', async () => {
  const cut: readonly Step[] = httpJson({ error: { code: 502, message: 'down', metadata: {} } })
  for (const [body, calls] of [
    [{}, 2],
    [{ store: true }, 1],
    [{ tools: [{ type: 'web_search' }] }, 1],
    [{ tools: [{ type: 'function', function: { name: 'f' } }] }, 2],
  ] as const) {
    await using stage = await startStage()
    stage.a.answer(cut)
    stage.b.answer(good('from b'))
    await (await stage.ask({ body })).text()
    assert.equal(stage.a.requests.length + stage.b.requests.length, calls, JSON.stringify(body))
    // A refusal is no answer: nothing was done yet.
    await using refusing = await startStage()
    refusing.a.answer(refusal(500))
    refusing.b.answer(good('from b'))
    assert.equal((await refusing.ask({ body })).status, 200)
  }
})

test('the second content filter is final', async () => {
  await using stage = await startStage({
    providers: [chatWire, chatWire, chatWire],
    route: 'onContentFilter: fallback',
  })
  for (const upstream of stage.upstreams) upstream.answer(refusal(400, 'content_filter'))
  assert.equal((await stage.ask()).status, 400)
  assert.deepEqual(
    stage.upstreams.map(({ requests }) => requests.length),
    [1, 1, 0],
  )
})

test('a prompt too long goes to a larger window that `fallback` leaves out, unless it forbids all', async () => {
  for (const [fallback, status] of [
    ['fallback: [same]', 200],
    ['fallback: []', 400],
  ] as const) {
    await using stage = await startStage({ providers: [chatWire, chatWire, chatWire] })
    const [small, same, large] = stage.upstreams
    small?.answer(refusal(400, 'context_length_exceeded'))
    large?.answer(good('fits'))
    await using sidecar = await startTestSidecar(`
providers: { p: { kind: openai, baseUrl: '${small?.origin}/v1' }, q: { kind: openai, baseUrl: '${same?.origin}/v1' }, l: { kind: openai, baseUrl: '${large?.origin}/v1' } }
routes:
  r:
    strategy: ordered
    ${fallback}
    candidates:
      - { id: small, provider: p, model: m, contextWindow: 8000 }
      - { id: same, provider: q, model: m, contextWindow: 8000 }
      - { id: large, provider: l, model: m, contextWindow: 100000 }
`)
    const body = JSON.stringify(chatWire.body('r', false))
    const answer = await fetch(`${sidecar.origin}/v1/chat/completions`, { method: 'POST', body })
    assert.equal(answer.status, status)
    assert.equal(same?.requests.length, 0)
  }
})

test('a prompt that was too long is known for what it is the next time', async () => {
  await using stage = await startStage()
  stage.a.answer(refusal(400, 'context_length_exceeded'))
  stage.b.answer(good('fits'))
  await using sidecar = await startTestSidecar(`
providers: { s: { kind: openai, baseUrl: '${stage.a.origin}/v1' }, l: { kind: openai, baseUrl: '${stage.b.origin}/v1' } }
routes:
  r:
    strategy: ordered
    candidates:
      - { id: small, provider: s, model: m, contextWindow: 8000 }
      - { id: large, provider: l, model: m, contextWindow: 100000 }
`)
  const messages = [{ role: 'user', content: 'x'.repeat(12_000) }]
  for (let round = 0; round < 2; round += 1) {
    const body = JSON.stringify({ model: 'r', messages, max_tokens: 1000 })
    const answer = await fetch(`${sidecar.origin}/v1/chat/completions`, { method: 'POST', body })
    assert.equal(answer.status, 200)
  }
  assert.equal(stage.a.requests.length, 1)
  assert.equal(stage.b.requests.length, 2)
})

test('TLS that fails, a name that is not known and a port that is closed are outages', async () => {
  await using stage = await startStage()
  stage.b.answer(good('from b'))
  for (const address of [
    `https://127.0.0.1:${stage.a.port}/v1`,
    'http://no-such-host.invalid/v1',
    'http://127.0.0.1:9/v1',
  ]) {
    await using sidecar = await startTestSidecar(`
providers: { bad: { kind: openai, baseUrl: '${address}', timeouts: { connect: 200ms } }, b: { kind: openai, baseUrl: '${stage.b.origin}/v1' } }
routes: { r: { strategy: ordered, candidates: [{ provider: bad, model: m }, { provider: b, model: m }] } }
`)
    const body = JSON.stringify(chatWire.body('r', false))
    const answer = await fetch(`${sidecar.origin}/v1/chat/completions`, { method: 'POST', body })
    assert.equal(answer.status, 200, address)
    const [record] = await sidecar.recorded(1)
    assert.deepEqual(
      record?.attempts.map(({ outcome }) => outcome),
      ['outage', 'answered'],
    )
  }
})
