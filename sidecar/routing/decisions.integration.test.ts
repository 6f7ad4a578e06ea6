import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseConfig } from '../../contract/config/load.ts'
import type { RequestRow } from '../../contract/record.ts'
import { fakeUpstream, httpJson, httpStream } from '../../testing/fake-upstream.ts'
import { startTestSidecar } from '../../testing/sidecar.ts'
import { chatWire, geminiWire, messagesWire } from '../../testing/wires.ts'

/** Written anew from the design page, not from the code: anyone must get the same from a stored row. */
function recomputeDraw(row: RequestRow): { u: number; winner: string | undefined } {
  const named = { conversation: row.session, customer: row.customer, request: row.request_id }[row.unit_kind]
  const unit = named || row.unit_hash
  const text = [row.salt_id, row.route, unit, String(row.draw_n)].join('\u001f')
  const bits = BigInt(`0x${createHash('sha256').update(text).digest('hex')}`) >> 203n
  const u = Number(bits) / 2 ** 53
  let sum = 0
  const at = row.probabilities.findIndex((probability) => {
    sum += probability
    return sum > u
  })
  return { u, winner: row.candidates.at(at) }
}

test('u and winner of 1,000 stored rows can be recomputed, and the winners follow the weights', async () => {
  await using upstream = await fakeUpstream(httpJson(chatWire.whole('x')))
  const provider = `provider: p, model: gpt-5.6-sol`
  await using sidecar = await startTestSidecar(`
providers: { p: { kind: openai, baseUrl: '${upstream.origin}/v1' } }
routes:
  r: { candidates: [{ id: zebra, ${provider}, weight: 0.2 }, { id: ape, ${provider}, weight: 0.5 }, { id: Bee, ${provider}, weight: 0.3 }] }
  one: { candidates: [{ id: only, ${provider} }] }
`)
  const ask = async (index: number) => {
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (index % 4 === 1) headers['x-sidelight-customer'] = `customer-${index}`
    if (index % 4 === 2) headers['x-sidelight-session'] = `session-${index % 40}`
    const body = JSON.stringify(chatWire.body(index % 50 === 0 ? 'one' : 'r', false))
    await (await fetch(`${sidecar.origin}/v1/chat/completions`, { method: 'POST', headers, body })).text()
  }
  for (let index = 0; index < 1000; index += 20)
    await Promise.all(Array.from({ length: 20 }, (_, step) => ask(index + step)))
  const records = await sidecar.recorded(1000)
  const drawn: Record<string, number> = {}
  const sessions = new Map<string, string>()
  for (const { request } of records) {
    const { u, winner } = recomputeDraw(request)
    assert.equal(request.draw_u, u)
    assert.equal(request.candidate_assigned, winner)
    assert.equal(request.propensity, request.probabilities[request.candidates.indexOf(winner ?? '')])
    assert.deepEqual(
      request.candidates,
      [...request.candidates].sort((a, b) => (a < b ? -1 : 1)),
    )
    assert.equal(request.unit_hash.length, 32)
    if (request.unit_kind === 'conversation') {
      const before = sessions.get(request.unit_hash + request.route) ?? request.candidate_assigned
      assert.equal(request.candidate_assigned, before)
      sessions.set(request.unit_hash + request.route, before)
    } else if (request.route === 'r') drawn[winner ?? ''] = (drawn[winner ?? ''] ?? 0) + 1
  }
  const total = Object.values(drawn).reduce((a, b) => a + b)
  const expected = { Bee: 0.3, ape: 0.5, zebra: 0.2 }
  const chi = Object.entries(expected).reduce(
    (sum, [id, share]) => sum + ((drawn[id] ?? 0) - share * total) ** 2 / (share * total),
    0,
  )
  assert.ok(chi < 13.82, `chi square ${chi}`)
})

test('tokens are counted here for models whose vendor has no place to count them', async () => {
  await using upstream = await fakeUpstream(httpJson({ input_tokens: 42, totalTokens: 42 }))
  await using sidecar = await startTestSidecar(`
providers:
  openai: { kind: openai, baseUrl: '${upstream.origin}/v1' }
  anthropic: { kind: anthropic, baseUrl: '${upstream.origin}' }
  gemini: { kind: gemini, baseUrl: '${upstream.origin}' }
routes: { r: { candidates: [{ provider: openai, model: gpt-5.6-sol }] } }
`)
  const text = 'word '.repeat(2000)
  const messages = async (model: string) => {
    const body = JSON.stringify({
      ...messagesWire.body(model, false),
      messages: [{ role: 'user', content: text }],
    })
    return fetch(`${sidecar.origin}/v1/messages/count_tokens`, { method: 'POST', body })
  }
  const gemini = async (model: string, wrapped: boolean) => {
    const contents = [{ role: 'user', parts: [{ text }] }]
    const body = JSON.stringify(
      wrapped ? { generateContentRequest: { model: `models/${model}`, contents } } : { contents },
    )
    return fetch(`${sidecar.origin}/v1beta/models/${model}:countTokens`, { method: 'POST', body })
  }
  for (const answer of [
    await messages('openai/gpt-5.6-sol'),
    await messages('r'),
    await messages('gemini/gemini-2.5-flash'),
    await gemini('openai/gpt-5.6-sol', false),
    await gemini('anthropic/claude-sonnet-5', true),
  ]) {
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('x-sidelight-usage'), 'estimated')
    const [low = 0, high = 0] = (answer.headers.get('x-sidelight-usage-bounds') ?? '').split('-').map(Number)
    assert.ok(low > 0 && low < high, 'it says how far off it may be')
    const counted = (await answer.json()) as { input_tokens?: number; totalTokens?: number }
    const tokens = counted.input_tokens ?? counted.totalTokens ?? 0
    assert.ok(tokens > 2200 && tokens < 2800, `${tokens}`)
  }
  assert.equal(upstream.requests.length, 0)
  const asked = [await messages('anthropic/claude-sonnet-5'), await gemini('gemini/gemini-2.5-flash', false)]
  for (const answer of asked) {
    assert.equal(answer.headers.get('x-sidelight-usage'), null)
    assert.match(await answer.text(), /42/)
  }
  assert.equal(upstream.requests.length, 2)
  for (const { request } of await sidecar.recorded(7)) assert.equal(request.status, 'ok')
})

test('a reload leaves running streams on what they began with; new requests use the new', async () => {
  await using first = await fakeUpstream(httpStream(chatWire.events(Array(20).fill('old ')), { gapMs: 15 }))
  await using second = await fakeUpstream(httpStream(chatWire.events(['new'])))
  const yaml = (origin: string) => `
providers: { p: { kind: openai, baseUrl: '${origin}/v1' } }
routes: { r: { candidates: [{ provider: p, model: gpt-5.6-sol }] } }
`
  await using sidecar = await startTestSidecar(yaml(first.origin))
  const ask = async () => {
    const body = JSON.stringify(chatWire.body('r', true))
    return (await fetch(`${sidecar.origin}/v1/chat/completions`, { method: 'POST', body })).text()
  }
  const running = Array.from({ length: 10 }, ask)
  await first.received(10)
  await sleep(30)
  sidecar.sidecar.reload(parseConfig(yaml(second.origin), 'test.yaml', {}).config)
  assert.equal(chatWire.text(await ask()), 'new')
  for (const text of await Promise.all(running)) {
    assert.equal(chatWire.text(text), 'old '.repeat(20))
    assert.equal(chatWire.isComplete(text), true)
  }
  assert.throws(() => sidecar.sidecar.reload(parseConfig('routes: { r: 1 }', 'test.yaml', {}).config))
  assert.equal(chatWire.text(await ask()), 'new')
})

test('a stop lets running streams end, and cuts what is left after the drain limit', async () => {
  await using upstream = await fakeUpstream(
    httpStream(geminiWire.events(Array(20).fill('word ')), { gapMs: 15 }),
  )
  const sidecar = await startTestSidecar(`providers: { p: { kind: gemini, baseUrl: '${upstream.origin}' } }`)
  const ask = () =>
    fetch(sidecar.origin + geminiWire.path('p/gemini-2.5-flash', true), {
      method: 'POST',
      body: JSON.stringify(geminiWire.body('', true)),
    })
  const running = await Promise.all(Array.from({ length: 10 }, ask))
  const stopped = sidecar[Symbol.asyncDispose]()
  for (const answer of running) assert.equal(geminiWire.text(await answer.text()), 'word '.repeat(20))
  await stopped
  assert.equal(sidecar.records.filter(({ request }) => request.status === 'ok').length, 10)
  const hanging = await startTestSidecar(`providers: { p: { kind: gemini, baseUrl: '${upstream.origin}' } }`)
  upstream.answer([
    ...httpStream(geminiWire.events(['word ']).slice(0, 1), { unfinished: true }),
    { stall: true },
  ])
  const stuck = await fetch(hanging.origin + geminiWire.path('p/gemini-2.5-flash', true), {
    method: 'POST',
    body: JSON.stringify(geminiWire.body('', true)),
  })
  const startedAt = performance.now()
  await hanging[Symbol.asyncDispose]()
  // The limit, and what counting the words of the cut stream may take.
  assert.ok(performance.now() - startedAt < 2000 + 3500)
  await assert.rejects(stuck.text())
  assert.equal(hanging.records.length, 1)
})

test('a request that no candidate may serve is refused as forbidden or wrong, not as an outage', async () => {
  await using sidecar = await startTestSidecar(`
providers: { p: { kind: anthropic, baseUrl: http://127.0.0.1:1 } }
routes:
  eu: { candidates: [{ id: a, provider: p, model: m }], require: { regions: [eu] } }
  none: { candidates: [{ id: a, provider: p, model: m }], rules: [{ when: { streamed: false }, use: [] }] }
`)
  for (const [model, status, type, says] of [
    ['eu', 403, 'permission_error', /a: region_unknown/],
    ['none', 400, 'invalid_request_error', /a: rule/],
  ] as const) {
    const body = JSON.stringify(messagesWire.body(model, false))
    const answer = await fetch(`${sidecar.origin}/v1/messages`, { method: 'POST', body })
    const { error } = (await answer.json()) as { error: { type: string; message: string } }
    assert.deepEqual([answer.status, error.type], [status, type])
    assert.match(error.message, says)
  }
  const rows = (await sidecar.recorded(2)).map(({ request }) => request)
  assert.deepEqual(
    rows.map((row) => row.excluded),
    [{ a: 'region_unknown' }, { a: 'rule' }],
  )
  assert.deepEqual(
    rows.map((row) => row.error_code),
    ['no_candidate', 'no_candidate'],
  )
})

test('what only pretends to answer is free unless it is given prices', async () => {
  await using upstream = await fakeUpstream(httpJson(chatWire.whole('x')))
  await using sidecar = await startTestSidecar(
    `providers: { sim: { kind: simulated, baseUrl: '${upstream.origin}' } }`,
  )
  const body = JSON.stringify(chatWire.body('sim/sim-fast', false))
  const answer = await fetch(`${sidecar.origin}/v1/chat/completions`, { method: 'POST', body })
  assert.equal(Number(answer.headers.get('x-sidelight-cost-usd')), 0)
  assert.equal(Number((await sidecar.recorded(1))[0]?.request.cost_usd), 0)
})
