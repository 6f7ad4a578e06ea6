import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type FakeUpstream, fakeUpstream, httpJson } from '../testing/fake-upstream.ts'
import { rawCaller } from '../testing/raw-caller.ts'
import { startTestSidecar, type TestSidecar } from '../testing/sidecar.ts'

const hash = (key: string) => createHash('sha256').update(key).digest('hex')
const key = 'sk-sidelight-all'
const tokens = 50

let upstream: FakeUpstream
let sidecar: TestSidecar

before(async () => {
  upstream = await fakeUpstream(
    httpJson({
      object: 'chat.completion',
      model: 'm',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hi' } }],
      usage: { prompt_tokens: tokens - 1, completion_tokens: 1, total_tokens: tokens },
    }),
  )
  sidecar = await startTestSidecar(
    `
providers:
  p: { kind: openai, baseUrl: '${upstream.origin}/v1', models: [m], keyEnv: PROVIDER_KEY }
  g: { kind: gemini, baseUrl: '${upstream.origin}', models: [gm], keyEnv: PROVIDER_KEY }
  fwd: { kind: openai, baseUrl: '${upstream.origin}/v1', models: [f], auth: forward }
routes:
  support: { candidates: [{ provider: p, model: m }] }
  secret: { candidates: [{ provider: p, model: m }] }
  g: { candidates: [{ provider: p, model: m }] }
keys:
  - { name: all, hashEnv: KEY_ALL, app: shop, team: web, tier: gold }
  - { name: some, hashEnv: KEY_SOME, routes: [support] }
  - { name: whole, hashEnv: KEY_WHOLE, routes: [g, p/*] }
  - { name: slow, hashEnv: KEY_SLOW, requestsPerMinute: 2 }
  - { name: thrifty, hashEnv: KEY_THRIFTY, tokensPerMinute: 100 }
`,
    {
      environment: {
        PROVIDER_KEY: 'sk-provider',
        KEY_ALL: hash(key),
        KEY_SOME: hash('sk-some').toUpperCase(),
        KEY_WHOLE: hash('sk-whole'),
        KEY_SLOW: hash('sk-slow'),
        KEY_THRIFTY: hash('sk-thrifty'),
      },
    },
  )
})

after(async () => {
  await sidecar[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

interface Ask {
  path?: string
  model?: string
  headers?: Record<string, string>
}

function ask({ path = '/v1/chat/completions', model = 'p/m', headers = {} }: Ask): Promise<Response> {
  return fetch(sidecar.origin + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'x' }], max_tokens: 5 }),
  })
}

const lastRecord = async (before: number) => (await sidecar.recorded(before + 1)).at(-1)?.request

test('a key is accepted in every form the official SDKs send it, and goes no further', async () => {
  const forms: Ask[] = [
    { headers: { authorization: `Bearer ${key}` } },
    { headers: { authorization: `bearer   ${key} ` } },
    { headers: { 'x-api-key': key } },
    { headers: { 'api-key': key } },
    { headers: { 'x-goog-api-key': key } },
    { headers: { 'x-sidelight-key': key } },
    { headers: { 'x-api-key': '', authorization: `Bearer ${key}` } },
    { path: `/v1beta/models/g%2Fgm:generateContent?alt=json&key=${key}` },
    { path: `/v1beta/models/g%2Fgm:generateContent?key=${encodeURIComponent(key)}` },
  ]
  for (const form of forms) {
    const before = upstream.requests.length
    const records = sidecar.records.length
    const answer = await ask(form)
    await answer.text()
    assert.notEqual(answer.status, 401, JSON.stringify(form))
    const request = upstream.requests[before]
    assert.ok(request !== undefined)
    assert.ok(!JSON.stringify([request.path, request.rawHeaders, request.bodyText]).includes(key))
    assert.ok(request.rawHeaders.join(' ').includes('sk-provider'))
    const record = await lastRecord(records)
    assert.deepEqual(
      [record?.key_name, record?.app, record?.team, record?.tier],
      ['all', 'shop', 'web', 'gold'],
    )
    assert.ok(!JSON.stringify(sidecar.records.at(-1)).includes(key))
  }
})

test('without a key, or with a wrong one, nothing is read and nothing is sent on', async () => {
  const before = upstream.requests.length
  const cases: [Ask, string][] = [
    [{}, 'missing_key'],
    [{ headers: { authorization: 'Bearer ' } }, 'missing_key'],
    [{ headers: { authorization: `Basic ${key}` } }, 'missing_key'],
    [{ headers: { 'x-api-key': '' } }, 'missing_key'],
    [{ headers: { authorization: 'Bearer sk-wrong' } }, 'invalid_key'],
    [{ headers: { authorization: `Bearer ${key}x` } }, 'invalid_key'],
    [{ headers: { 'x-api-key': hash(key) } }, 'invalid_key'],
    [{ path: `/v1/chat/completions?key=${key}` }, 'missing_key'],
  ]
  for (const [request, code] of cases) {
    const records = sidecar.records.length
    const answer = await ask(request)
    assert.equal(answer.status, 401)
    const body = await answer.text()
    assert.match(body, new RegExp(`"code":"${code}"`))
    assert.ok(!body.includes('sk-'))
    assert.equal((await lastRecord(records))?.error_code, code)
  }
  assert.equal(upstream.requests.length, before)
  assert.ok(!sidecar.logged.join('').includes('sk-'))
})

test('a stranger is refused before its body is read', async () => {
  using caller = await rawCaller(sidecar.origin)
  caller.send('POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: 30000000\r\n\r\n{')
  const answer = await caller.answer(1000)
  assert.equal(answer.status, 401)
  assert.match(answer.body, /"type":"error"/)
  assert.equal(answer.headers['connection'], 'close')
})

test('a key for some routes gets those alone', async () => {
  const headers = { authorization: 'Bearer sk-some' }
  assert.equal((await ask({ model: 'support', headers })).status, 200)
  for (const model of ['secret', 'p/m', 'm', 'auto']) {
    const records = sidecar.records.length
    const answer = await ask({ model, headers })
    assert.equal(answer.status, 403, model)
    assert.match(await answer.text(), /route_denied/)
    assert.equal((await lastRecord(records))?.error_code, 'route_denied')
  }
  for (const extra of [{ 'x-sidelight-provider': 'p' }, { 'x-sidelight-route': 'secret' }])
    assert.equal((await ask({ model: 'support', headers: { ...headers, ...extra } })).status, 403)
  assert.equal((await fetch(`${sidecar.origin}/v1/files`, { headers })).status, 403)
  const models = (await (await fetch(`${sidecar.origin}/v1/models`, { headers })).json()) as {
    data: { id: string }[]
  }
  assert.deepEqual(
    models.data.map(({ id }) => id),
    ['support'],
  )
})

test('a route that is called like a provider opens the route alone; provider/* opens the provider', async () => {
  const headers = { authorization: 'Bearer sk-whole' }
  const files = (provider: string) =>
    fetch(`${sidecar.origin}/v1/files`, { headers: { ...headers, 'x-sidelight-provider': provider } })
  assert.equal((await ask({ model: 'g', headers })).status, 200)
  assert.equal((await files('g')).status, 403)
  assert.equal((await ask({ model: 'g/gm', headers })).status, 403)
  assert.equal((await files('p')).status, 200)
  for (const model of ['p/m', 'p/other', 'm'])
    assert.equal((await ask({ model, headers })).status, 200, model)
  const models = (await (await fetch(`${sidecar.origin}/v1/models`, { headers })).json()) as {
    data: { id: string }[]
  }
  assert.deepEqual(
    models.data.map(({ id }) => id),
    ['g', 'p/m'],
  )
})

test('requests per minute and tokens per minute are held, with the time to come back', async () => {
  const slow = { authorization: 'Bearer sk-slow' }
  const statuses: number[] = []
  for (let count = 0; count < 4; count += 1) statuses.push((await ask({ headers: slow })).status)
  assert.deepEqual(statuses, [200, 200, 429, 429])
  const refusal = await ask({ headers: slow })
  const wait = Number(refusal.headers.get('retry-after'))
  assert.ok(wait >= 1 && wait <= 30, `${wait}`)
  assert.match(await refusal.text(), /rate_limited/)

  const thrifty = { authorization: 'Bearer sk-thrifty' }
  const answers: number[] = []
  for (let count = 0; count < 4; count += 1) {
    const answer = await ask({ headers: thrifty })
    await answer.text()
    answers.push(answer.status)
  }
  assert.deepEqual(answers, [200, 200, 429, 429])
  assert.equal((await ask({ headers: { authorization: `Bearer ${key}` } })).status, 200)
})

test('where callers bring their own provider key, the one for Sidelight stays here', async () => {
  const before = upstream.requests.length
  const answer = await ask({
    model: 'fwd/f',
    headers: { 'x-api-key': key, authorization: 'Bearer sk-own', cookie: 'a=b' },
  })
  assert.equal(answer.status, 200)
  const { headers } = upstream.requests[before] as FakeUpstream['requests'][number]
  assert.equal(headers['authorization'], 'Bearer sk-own')
  assert.equal(headers['x-api-key'], undefined)
  assert.equal(headers['cookie'], undefined)
})

test('keys whose variables are not set open the port to nobody', async () => {
  await using closed = await startTestSidecar(`
providers: { p: { kind: openai, baseUrl: '${upstream.origin}/v1', models: [m] } }
keys: [{ name: forgotten, hashEnv: KEY_FORGOTTEN }]
`)
  const ask = (headers: Record<string, string>) =>
    fetch(`${closed.origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] }),
    })
  assert.equal((await ask({})).status, 401)
  assert.equal((await ask({ authorization: 'Bearer anything' })).status, 401)
})

test('where keys are not required, a known one says who asks, and everybody else is served under `identity`', async () => {
  await using open = await startTestSidecar(
    `
identity: { app: own, team: house }
keysRequired: false
providers: { p: { kind: openai, baseUrl: '${upstream.origin}/v1', models: [m], keyEnv: PROVIDER_KEY } }
keys: [{ name: shop, hashEnv: KEY_SHOP, app: shop, team: web }]
`,
    { environment: { PROVIDER_KEY: 'sk-provider', KEY_SHOP: hash('sk-shop') } },
  )
  const ask = async (headers: Record<string, string>) => {
    const answer = await fetch(`${open.origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] }),
    })
    await answer.text()
    return answer.status
  }
  assert.equal(await ask({ authorization: 'Bearer sk-shop' }), 200)
  assert.equal(await ask({}), 200)
  assert.equal(await ask({ authorization: 'Bearer something else' }), 200)
  // Pages of other sites stay out, as where there are no keys.
  assert.equal(await ask({ origin: 'https://evil.com' }), 403)
  const records = await open.recorded(4)
  assert.deepEqual(
    records.map(({ request }) => [request.key_name, request.app, request.team]),
    [
      ['shop', 'shop', 'web'],
      ['', 'own', 'house'],
      ['', 'own', 'house'],
      ['', 'own', 'house'],
    ],
  )
})
