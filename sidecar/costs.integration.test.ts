import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { parseConfig } from '../contract/config/load.ts'
import { fakeUpstream, httpAnswer, httpJson, httpStream } from '../testing/fake-upstream.ts'
import { startTestSidecar, type TestSidecar } from '../testing/sidecar.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { chatUsageChunk, chatWire, messagesWire } from '../testing/wires.ts'

const post = (sidecar: TestSidecar, path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(`${sidecar.origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

const chat = (sidecar: TestSidecar, model: string, stream: boolean, headers: Record<string, string> = {}) =>
  post(sidecar, '/v1/chat/completions', chatWire.body(model, stream), headers)

const unpriced = (sidecar: TestSidecar) =>
  [...sidecar.sidecar.metrics.render().matchAll(/^sidelight_unpriced_requests_total\{.*\} (\d+)$/gm)].reduce(
    (sum, match) => sum + Number(match[1]),
    0,
  )

test('a reload in mid-stream does not touch what that stream costs', async () => {
  await using folder = await tempDir()
  await using upstream = await fakeUpstream()
  const priceFile = folder.file('prices.yaml')
  const yaml = `providers: { p: { kind: openai-compatible, baseUrl: '${upstream.origin}/v1' } }
prices: { file: ${priceFile} }`
  const priced = (input: number) =>
    writeFile(priceFile, `prices: [{ provider: p, model: m, input: ${input}, output: 0 }]`)
  await priced(100)
  await using sidecar = await startTestSidecar(yaml)
  let goOn: () => void = () => {}
  const reloaded = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const events = chatWire.events(['Hello'])
  const rest = httpStream([...events.slice(2, -1), chatUsageChunk, 'data: [DONE]\n\n']).slice(1)
  upstream.answer([...httpStream(events.slice(0, 2), { unfinished: true }), { until: reloaded }, ...rest])
  const answer = await chat(sidecar, 'p/m', true)
  await priced(7)
  sidecar.sidecar.reload({ ...parseConfig(yaml, 'test.yaml', {}).config, listen: '127.0.0.1:0' })
  goOn()
  await answer.text()
  upstream.answer(httpJson(chatWire.whole('Hello')))
  await (await chat(sidecar, 'p/m', false)).text()
  const [before, after] = await sidecar.recorded(2)
  // Ten tokens of input each.
  assert.deepEqual([before?.request.cost_usd, after?.request.cost_usd], ['0.001', '0.00007'])
})

test('a call refused before any content costs 0 whatever it had said, and the sum is that of all calls', async () => {
  await using first = await fakeUpstream()
  await using second = await fakeUpstream()
  await using sidecar = await startTestSidecar(`providers:
  a: { kind: anthropic, baseUrl: '${first.origin}' }
  b: { kind: anthropic, baseUrl: '${second.origin}' }
routes:
  r: { strategy: ordered, candidates: [{ id: a, provider: a, model: claude-sonnet-4-6 }, { id: b, provider: b, model: claude-sonnet-4-6 }] }
`)
  const [start = ''] = messagesWire.events(['x'])
  first.answer(httpStream([start, messagesWire.overloadedEvent]))
  second.answer(httpStream(messagesWire.events(['Hello '])))
  await (await post(sidecar, '/v1/messages', messagesWire.body('r', true))).text()
  const [{ request, attempts }] = (await sidecar.recorded(1)) as [
    Awaited<ReturnType<typeof sidecar.recorded>>[0],
  ]
  assert.deepEqual(
    attempts.map(({ outcome }) => outcome),
    ['overloaded', 'answered'],
  )
  assert.deepEqual(
    attempts.map(({ cost_usd, input_tokens, usage_source }) => [cost_usd, input_tokens, usage_source]),
    [
      ['0', 0, ''],
      [request.cost_usd, request.input_tokens, 'provider'],
    ],
  )
  assert.ok(Number(request.cost_usd) > 0)
})

test('a stream that its provider cut costs what was said until then', async () => {
  await using upstream = await fakeUpstream()
  await using sidecar = await startTestSidecar(
    `providers: { openai: { kind: openai, baseUrl: '${upstream.origin}/v1' } }`,
  )
  const events = chatWire.events(['Hello ', 'to the ', 'whole world'])
  upstream.answer([...httpStream(events.slice(0, 3), { unfinished: true }), { reset: true }])
  await (await chat(sidecar, 'openai/gpt-5.6-sol', true)).text().catch(() => '')
  const [record] = await sidecar.recorded(1)
  const { status, usage_source, input_tokens, output_tokens, cost_usd } = record!.request
  assert.deepEqual([status, usage_source, output_tokens], ['truncated', 'counted', 4])
  const micro = input_tokens * 4 + output_tokens * 20
  assert.equal(Number(cost_usd), Number((micro / 1e6).toFixed(12)))
})

test('what nobody counted has no cost, and is counted as such; what is free costs 0', async () => {
  await using upstream = await fakeUpstream()
  await using sidecar = await startTestSidecar(`providers:
  openai: { kind: openai, baseUrl: '${upstream.origin}/v1' }
  own: { kind: openai-compatible, baseUrl: '${upstream.origin}/v1', prices: free }
`)
  upstream.answer(httpAnswer('plain words', { headers: { 'content-type': 'text/plain' } }))
  const transcribe = (model: string) => {
    const body = new FormData()
    body.set('model', model)
    body.set('response_format', 'text')
    body.set('file', new Blob(['sound']), 'a.wav')
    return fetch(`${sidecar.origin}/v1/audio/transcriptions`, { method: 'POST', body })
  }
  await (await transcribe('openai/whisper-1')).text()
  await (await transcribe('own/whisper-1')).text()
  upstream.answer(httpJson({ ...chatWire.whole('Hello'), model: 'nobody-knows-it' }))
  await (await chat(sidecar, 'openai/nobody-knows-it', false)).text()
  const records = await sidecar.recorded(3)
  assert.deepEqual(
    records.map(({ request }) => request.cost_usd),
    [null, '0', null],
  )
  assert.deepEqual(
    records.map(({ attempts }) => attempts[0]?.cost_usd),
    [null, '0', null],
  )
  assert.equal(unpriced(sidecar), 2)
})

test('a file that is put away costs nothing, a model behind an unknown path may', async () => {
  await using upstream = await fakeUpstream()
  await using sidecar = await startTestSidecar(
    `providers: { openai: { kind: openai, baseUrl: '${upstream.origin}/v1' } }`,
  )
  upstream.answer(httpJson({ id: 'file-1', object: 'file' }))
  await (await post(sidecar, '/v1/files', {})).text()
  upstream.answer(httpJson({ id: 'video-1', object: 'video', model: 'sora-2', status: 'queued' }))
  await (await post(sidecar, '/v1/videos', {})).text()
  await (await fetch(`${sidecar.origin}/v1/videos/video-1`)).text()
  const costs = (await sidecar.recorded(3)).map(({ request }) => request.cost_usd)
  assert.deepEqual(costs, ['0', null, '0'])
})

test('own figure of a provider, catalog beside it, charge of the customer, zone, tier and price row', async () => {
  await using folder = await tempDir()
  await using upstream = await fakeUpstream()
  await writeFile(folder.file('prices.yaml'), 'factors: { providers: { az: 0.5 }, customers: { acme: 1.5 } }')
  await using sidecar = await startTestSidecar(
    `providers:
  router: { kind: openai-compatible, host: openrouter, baseUrl: '${upstream.origin}/v1', keyEnv: KEY }
  az: { kind: azure, baseUrl: '${upstream.origin}', priceZone: eu, keyEnv: KEY }
prices: { file: ${folder.file('prices.yaml')} }`,
    { environment: { KEY: 'k' } },
  )
  const usage = { prompt_tokens: 1000, completion_tokens: 100 }
  const answer = (model: string, more: object = {}) =>
    httpJson({ ...chatWire.whole('Hello'), model, usage: { ...usage, ...more }, service_tier: 'default' })
  upstream.answer(answer('anthropic/claude-sonnet-4.5', { cost: 0.004321 }))
  await (
    await chat(sidecar, 'router/anthropic/claude-sonnet-4.5', false, { 'x-sidelight-customer': 'acme' })
  ).text()
  upstream.answer(answer('gpt-4o-2024-11-20'))
  await (await chat(sidecar, 'az/gpt-4o', false, { 'x-sidelight-customer': 'other' })).text()
  const [reported, zoned] = await sidecar.recorded(2)
  const { cost_usd, cost_reported_usd, cost_catalog_usd, charge_usd } = reported!.request
  assert.deepEqual(
    { cost_usd, cost_reported_usd, cost_catalog_usd, charge_usd },
    {
      cost_usd: '0.004321',
      cost_reported_usd: '0.004321',
      cost_catalog_usd: '0.0045',
      charge_usd: '0.0064815',
    },
  )
  const [attempt] = zoned!.attempts
  assert.deepEqual(
    [attempt?.price_zone, attempt?.price_model, attempt?.model_reported, attempt?.service_tier],
    ['eu', 'gpt-4o-2024-11-20', 'gpt-4o-2024-11-20', 'default'],
  )
  assert.deepEqual([zoned?.request.price_zone, zoned?.request.charge_usd], ['eu', null])
})

const hash = (key: string) => createHash('sha256').update(key).digest('hex')

test('a key whose budget is spent is turned away until its next period, before anyone is asked', async () => {
  await using folder = await tempDir()
  await writeFile(folder.file('prices.yaml'), 'prices: [{ provider: p, model: m, input: 1, output: 0 }]')
  await using upstream = await fakeUpstream(httpJson(chatWire.whole('Hello')))
  await using sidecar = await startTestSidecar(
    `
providers: { p: { kind: openai-compatible, baseUrl: '${upstream.origin}/v1' } }
keys: [{ name: poor, hashEnv: KEY, budget: { usd: 0.00002, per: month } }, { name: rich, hashEnv: RICH }]
prices: { file: ${folder.file('prices.yaml')} }`,
    { environment: { KEY: hash('sk-poor'), RICH: hash('sk-rich') } },
  )
  const ask = (key: string) => chat(sidecar, 'p/m', false, { authorization: `Bearer ${key}` })
  for (const count of [1, 2]) {
    assert.equal((await ask('sk-poor')).status, 200)
    // What an answer cost counts as soon as it is settled.
    await sidecar.recorded(count)
  }
  const asked = upstream.requests.length
  const refused = await ask('sk-poor')
  assert.equal(refused.status, 429)
  assert.equal(((await refused.json()) as { error: { code: string } }).error.code, 'budget_exhausted')
  const waitSeconds = Number(refused.headers.get('retry-after'))
  const now = new Date()
  const nextMonthMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)
  assert.ok(Math.abs(waitSeconds - (nextMonthMs - now.getTime()) / 1000) < 60, `${waitSeconds}`)
  assert.equal(upstream.requests.length, asked)
  const [, , record] = await sidecar.recorded(3)
  assert.deepEqual(
    [record?.request.key_name, record?.request.error_code, record?.request.cost_usd],
    ['poor', 'budget_exhausted', '0'],
  )
  assert.equal((await ask('sk-rich')).status, 200)
})
