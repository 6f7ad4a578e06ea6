import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingHttpHeaders, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import { type AdminOptions, type AdminSources, createAdminServer } from './admin.ts'

const requestId = '0190a000-0000-7000-8000-000000000001'

const usualSources: AdminSources = {
  notReady: () => undefined,
  metrics: async () => '# TYPE a counter\na 1\n',
  policy: async () => ({ routes: {} }),
  explain: async (id) =>
    id === requestId ? { kind: 'found', explanation: { request_id: id } } : { kind: 'unknown' },
  reload: async () => ({ ok: true, message: 'reloaded' }),
  purge: async () => 0,
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

async function admin(own: Partial<Omit<AdminOptions, 'sources'>> & { sources?: Partial<AdminSources> } = {}) {
  const { sources, ...options } = own
  const server = createAdminServer({
    token: undefined,
    isLoopback: true,
    allowedHosts: [],
    ...options,
    sources: { ...usualSources, ...sources },
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    ask: (target: string, headers: Record<string, string> = {}) => ask(port, target, headers),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** `target` is `GET /path`, or a path alone. */
function ask(port: number, target: string, headers: Record<string, string>): Promise<Answer> {
  const [path = '', method = 'GET'] = target.split(' ').reverse()
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', method, path, headers, agent: false }, async (res) => {
      let body = ''
      for await (const chunk of res.setEncoding('utf8')) body += chunk
      resolve({ status: res.statusCode ?? 0, headers: res.headers, body })
    })
    sent.on('error', reject)
    sent.end()
  })
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

test('on loopback every page is there without a token', async () => {
  await using server = await admin()
  assert.deepEqual((await server.ask('/healthz')).body, 'ok\n')
  assert.deepEqual((await server.ask('/readyz')).body, 'ready\n')
  assert.match((await server.ask('/')).body, /\/metrics/)
  const metrics = await server.ask('/metrics?x=1')
  assert.equal(metrics.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  assert.equal(metrics.body, '# TYPE a counter\na 1\n')
  assert.deepEqual(JSON.parse((await server.ask('/policy')).body), { routes: {} })
  assert.deepEqual(JSON.parse((await server.ask(`/explain/${requestId}`)).body), { request_id: requestId })
})

test('what is not there is a 404', async () => {
  await using server = await admin()
  for (const path of [
    '/nothing',
    '/healthz/x',
    '/explain/',
    '/explain/../metrics',
    '//metrics',
    '/METRICS',
  ]) {
    assert.equal((await server.ask(path)).status, 404, path)
  }
  assert.equal((await server.ask(`/explain/${requestId.replace('1', '2')}`)).status, 404)
  assert.equal((await server.ask('http://elsewhere/metrics')).status, 404)
})

test('an id that is none is a 400, one that nobody knows a 404, and a warehouse that does not answer a 503', async () => {
  await using known = await admin()
  assert.equal((await known.ask('/explain/x')).status, 400)
  assert.equal((await known.ask(`/explain/${requestId}0`)).status, 400)
  assert.equal((await known.ask(`/explain/${requestId.toUpperCase()}`)).status, 200)
  const unknown = await known.ask(`/explain/${requestId.replace('1', '2')}`)
  assert.deepEqual(JSON.parse(unknown.body), {
    error: 'no request of this id is remembered here or in the warehouse',
  })
  await using cut = await admin({
    sources: { explain: async () => ({ kind: 'unreachable', code: 'ECONNREFUSED' }) },
  })
  const failed = await cut.ask(`/explain/${requestId}`)
  assert.equal(failed.status, 503)
  assert.match(failed.body, /the warehouse does not answer \(ECONNREFUSED\)/)
})

test('not ready is a 503 that says why', async () => {
  await using server = await admin({ sources: { notReady: () => 'the spool is full' } })
  const { status, body } = await server.ask('/readyz')
  assert.deepEqual([status, body], [503, 'the spool is full\n'])
  assert.equal((await server.ask('/healthz')).status, 200)
})

test('HEAD has the headers of GET and no body', async () => {
  await using server = await admin()
  const { status, headers, body } = await server.ask('HEAD /metrics')
  assert.deepEqual([status, headers['content-length'], body], [200, '21', ''])
})

test('only POST reloads, and the other pages are only read', async () => {
  let reloads = 0
  const sources = {
    reload: async () => {
      reloads += 1
      return { ok: true, message: 'reloaded' }
    },
  }
  await using server = await admin({ sources })
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
    const { status, headers } = await server.ask(`${method} /reload`)
    assert.deepEqual([status, headers.allow], [405, 'POST'], method)
  }
  assert.equal(reloads, 0)
  for (const path of ['/metrics', '/healthz', '/readyz', '/policy', '/nothing']) {
    const { status, headers } = await server.ask(`POST ${path}`)
    assert.deepEqual([status, headers.allow], [405, 'GET, HEAD'], path)
  }
  assert.deepEqual(JSON.parse((await server.ask('POST /reload')).body), { ok: true, message: 'reloaded' })
  assert.equal(reloads, 1)
})

test('a configuration that is refused is a 422 with the reason', async () => {
  await using server = await admin({ sources: { reload: async () => ({ ok: false, message: 'line 3' }) } })
  const { status, body } = await server.ask('POST /reload')
  assert.equal(status, 422)
  assert.deepEqual(JSON.parse(body), { ok: false, message: 'line 3' })
})

test('with a token every page needs it', async () => {
  for (const isLoopback of [true, false]) {
    await using server = await admin({ token: 'correct horse', isLoopback })
    for (const headers of [
      {},
      bearer(''),
      bearer('wrong'),
      bearer('correct hors'),
      { authorization: 'correct horse' },
    ]) {
      for (const target of [
        '/metrics',
        '/policy',
        `/explain/${requestId}`,
        'POST /reload',
        '/',
        '/nothing',
      ]) {
        const { status, headers: answered } = await server.ask(target, headers as Record<string, string>)
        assert.deepEqual([status, answered['www-authenticate']], [401, 'Bearer'], target)
      }
    }
    assert.equal((await server.ask('/metrics', bearer('correct horse'))).status, 200)
    assert.equal((await server.ask('POST /reload', bearer('correct horse'))).status, 200)
  }
})

test('off loopback nothing is told without a token, and an empty token is none', async () => {
  for (const token of [undefined, '']) {
    await using server = await admin({ token, isLoopback: false })
    for (const target of ['/metrics', '/policy', 'POST /reload']) {
      const { status, body } = await server.ask(target, bearer(''))
      assert.equal(status, 401, target)
      assert.match(body, /SIDELIGHT_ADMIN_TOKEN/)
    }
  }
})

test('probes need no token; without one readiness keeps its reason to itself', async () => {
  const sources = { notReady: () => 'the spool is full' }
  await using server = await admin({ token: 't', isLoopback: false, sources })
  assert.equal((await server.ask('/healthz')).status, 200)
  const without = await server.ask('/readyz')
  assert.deepEqual([without.status, without.body], [503, 'not ready\n'])
  assert.equal((await server.ask('/readyz', bearer('t'))).body, 'the spool is full\n')
})

test('a name that was rebound to loopback is refused', async () => {
  await using server = await admin({ allowedHosts: ['Sidelight.internal'] })
  for (const host of [
    'evil.test',
    'evil.test:4101',
    'localhost.evil.test',
    '127.0.0.1.evil.test',
    'localhost@evil.test',
  ]) {
    for (const target of ['/metrics', 'POST /reload', '/readyz']) {
      assert.equal((await server.ask(target, { host })).status, 403, `${target} ${host}`)
    }
  }
  for (const host of [
    'localhost',
    'LOCALHOST:4101',
    '127.0.0.1:1',
    '[::1]:4101',
    'sidelight.internal:4101',
  ]) {
    assert.equal((await server.ask('/metrics', { host })).status, 200, host)
  }
})

test('a request without a host is refused', async () => {
  await using server = await admin()
  const socket = connect(server.port, '127.0.0.1')
  socket.end('GET /metrics HTTP/1.0\r\n\r\n')
  let answered = ''
  for await (const chunk of socket.setEncoding('utf8')) answered += chunk
  assert.match(answered, /^HTTP\/1\.1 403 /)
})

test('pages of other sites and other ports are refused, the own page is not', async () => {
  await using server = await admin()
  const host = `localhost:${server.port}`
  for (const origin of [
    'https://evil.test',
    'http://localhost:3000',
    'http://localhost',
    'null',
    '',
    `http://evil.test:${server.port}`,
  ]) {
    assert.equal((await server.ask('POST /reload', { host, origin })).status, 403, origin)
  }
  assert.equal((await server.ask('POST /reload', { host, origin: `http://${host}` })).status, 200)
})

test('answers may neither be cached, sniffed nor embedded by others', async () => {
  await using server = await admin()
  const { headers } = await server.ask('/metrics')
  assert.equal(headers['cache-control'], 'no-store')
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
  assert.equal(headers['access-control-allow-origin'], undefined)
})

test('a source that fails is a 500 without its message, and the server lives on', async () => {
  const sources = {
    metrics: () => Promise.reject(new Error('a secret')),
    policy: () => {
      throw new Error('a secret')
    },
    notReady: () => {
      throw new Error('a secret')
    },
  }
  await using server = await admin({ sources })
  for (const path of ['/metrics', '/policy', '/readyz']) {
    const { status, body } = await server.ask(path)
    assert.equal(status, 500, path)
    assert.doesNotMatch(body, /secret/)
  }
  assert.equal((await server.ask('/healthz')).status, 200)
})

test('a purge says how much went, and takes nothing that is not named', async () => {
  const asked: unknown[] = []
  await using server = await admin({
    sources: {
      purge: async (purge) => {
        asked.push(purge)
        return 3
      },
    },
  })
  const post = (query: string, body?: string) =>
    fetch(`http://127.0.0.1:${server.port}/cache/purge${query}`, {
      method: 'POST',
      ...(body === undefined ? {} : { body }),
    })
  const one = await post('', '{"customer":"c 1","tag":"env=prod"}')
  assert.deepEqual(await one.json(), { purged: 3 })
  assert.equal((await post('?route=support&model=openai/gpt')).status, 200)
  assert.equal((await post('?all=true')).status, 200)
  assert.deepEqual(asked, [
    { customer: 'c 1', tag: 'env=prod' },
    { route: 'support', model: 'openai/gpt' },
    {},
  ])
  for (const bad of [
    undefined,
    '{}',
    '{"custommer":"c"}',
    '{"customer":1}',
    '[1]',
    '{',
    `{"prefix":"${'x'.repeat(20_000)}"}`,
  ]) {
    const response = await post('', bad)
    assert.equal(response.status, 400, bad)
    await response.text()
  }
  assert.equal((await fetch(`http://127.0.0.1:${server.port}/cache/purge`)).status, 405)
  assert.equal(asked.length, 3)
})
