import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { consoleServer } from '../../testing/console/console-server.ts'
import { boards, panels } from '../catalog/catalog.ts'
import { cookieFor } from './access.ts'
import { loadFiles } from './files.ts'

const folder = join(import.meta.dirname, 'static')
const json = { 'content-type': 'application/json' }

test('the page and its files are there, with a policy that lets nothing else in', async () => {
  await using server = await consoleServer()
  const page = await server.ask('/console/')
  assert.equal(page.status, 200)
  assert.equal(
    page.headers['content-security-policy'],
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  )
  assert.equal(page.headers['x-content-type-options'], 'nosniff')
  assert.equal(page.headers['referrer-policy'], 'no-referrer')
  // What that policy would refuse anyway must not be there in the first place.
  assert.doesNotMatch(page.body, /<script(?![^>]* src=)|<style|style=|\son\w+=|https?:\/\//)
  for (const [, path = ''] of page.body.matchAll(/(?:src|href)="(\/console\/static\/[^"]+)"/g))
    assert.equal((await server.ask(path)).status, 200, path)
  assert.equal((await server.ask('/console/r/0190a000-0000-7000-8000-000000000001')).body, page.body)
  const moved = await server.ask('/console')
  assert.deepEqual([moved.status, moved.headers.location], [308, '/console/'])
})

test('a file that a browser has is not sent again, and one that changed would have another tag', async () => {
  await using server = await consoleServer()
  const first = await server.ask('/console/static/app.js')
  const etag = first.headers.etag ?? ''
  assert.match(etag, /^"[\w-]{22}"$/)
  const again = await server.ask('/console/static/app.js', { 'if-none-match': etag })
  assert.deepEqual([again.status, again.body], [304, ''])
  assert.notEqual((await server.ask('/console/static/dom.js')).headers.etag, etag)
  const zipped = await server.ask('/console/static/app.js', { 'accept-encoding': 'gzip, br' })
  assert.equal(zipped.headers['content-encoding'], 'gzip')
  assert.ok(Number(zipped.headers['content-length']) < Number(first.headers['content-length']) / 2)
})

test('an address never becomes a path: what is not on the list is not there', async () => {
  await using server = await consoleServer()
  for (const path of [
    '/console/static/',
    '/console/static/../console.ts',
    '/console/static/%2e%2e/console.ts',
    '/console/static/..%2fconsole.ts',
    '/console/static/constructor',
    '/console/static/nothing.js',
    '/console/page.html',
    '/console/r/',
    "/console/r/'",
    '/console/api/',
    '/console/api/nothing',
    '/console/api/panel/overview-spend/data',
  ])
    assert.equal((await server.ask(path)).status, 404, path)
  assert.equal((await server.ask('POST /console/')).status, 405)
  assert.equal((await server.ask('POST /console/api/catalog', json)).status, 405)
})

test('every file of the page is served, imports only what is served, and the page stays light', () => {
  const served = loadFiles()
  const own = readdirSync(folder)
  assert.deepEqual(
    own.filter((name) => !served.has(name)),
    [],
  )
  for (const name of own.filter((one) => one.endsWith('.js'))) {
    const text = readFileSync(join(folder, name), 'utf8')
    for (const [, from = ''] of text.matchAll(/from '\.\/([^']+)'/g))
      assert.ok(served.has(from), `${name}: ${from}`)
    assert.doesNotMatch(
      text,
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/,
      name,
    )
  }
  const bytes = (ends: string) =>
    own
      .filter((name) => name.endsWith(ends))
      .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  assert.ok(bytes('.js') <= 120_000, `${bytes('.js')} bytes of script`)
  const zipped = [...served.values()].reduce((sum, { body }) => sum + gzipSync(body).length, 0)
  assert.ok(zipped <= 70_000, `${zipped} bytes over the wire`)
})

test('the catalog has every board and panel, and no statement', async () => {
  await using server = await consoleServer()
  const { body } = await server.ask('/console/api/catalog')
  const catalog = JSON.parse(body) as { boards: { uid: string; rows: { panels: { id: string }[] }[] }[] }
  assert.deepEqual(
    catalog.boards.map(({ uid }) => uid),
    boards.map(({ uid }) => uid),
  )
  const ids = catalog.boards.flatMap(({ rows }) => rows.flatMap((row) => row.panels.map(({ id }) => id)))
  assert.deepEqual(
    ids,
    panels.map(({ id }) => id),
  )
  assert.doesNotMatch(body, /SELECT|FROM sidelight/)
})

test('a name that was rebound and a page of another site get nothing', async () => {
  await using server = await consoleServer({
    access: { token: undefined, isLoopback: true, hosts: ['console.internal'] },
  })
  const { port } = server
  for (const path of ['/console/', '/console/api/catalog', '/console/api/stream']) {
    assert.equal((await server.ask(path, { host: 'evil.example' })).status, 403, path)
    assert.equal((await server.ask(path, { origin: 'https://evil.example' })).status, 403, path)
    assert.equal((await server.ask(path, { origin: 'null' })).status, 403, path)
    assert.equal((await server.ask(path, { origin: `http://127.0.0.1:${port + 1}` })).status, 403, path)
  }
  assert.equal((await server.ask('/console/', { host: `console.internal:${port}` })).status, 200)
  assert.equal((await server.ask('/console/', { origin: `http://127.0.0.1:${port}` })).status, 200)
  // A link from elsewhere leads to the page; a script from elsewhere reads no data.
  assert.equal((await server.ask('/console/', { 'sec-fetch-site': 'cross-site' })).status, 200)
  for (const site of ['cross-site', 'same-site'])
    assert.equal((await server.ask('/console/api/catalog', { 'sec-fetch-site': site })).status, 403)
  assert.equal((await server.ask('/console/api/catalog', { 'sec-fetch-site': 'same-origin' })).status, 200)
})

test('a form of another page cannot send the test request', async () => {
  let sent = 0
  const testRequest = async () => {
    sent += 1
    return { kind: 'sent', requestId: 'x', status: 200 } as const
  }
  await using server = await consoleServer({ testRequest })
  const path = 'POST /console/api/test-request'
  assert.equal((await server.ask(path, { 'content-type': 'text/plain' }, '{}')).status, 415)
  assert.equal((await server.ask(path, { ...json, 'sec-fetch-site': 'cross-site' }, '{}')).status, 403)
  assert.equal((await server.ask(path, { ...json, origin: 'http://evil.example' }, '{}')).status, 403)
  assert.equal(sent, 0)
  assert.equal((await server.ask(path, json, '{}')).status, 200)
  assert.equal(sent, 1)
  await using without = await consoleServer()
  assert.equal((await without.ask(path, json, '{}')).status, 404)
})

test('beyond this machine a token is asked for, once, and kept where no script reads it', async () => {
  const access = { token: 'secret', isLoopback: false, hosts: [] }
  await using server = await consoleServer({ access })
  assert.equal((await server.ask('/console/')).status, 200, 'the page itself tells nothing')
  assert.equal((await server.ask('/console/api/catalog')).status, 401)
  assert.equal((await server.ask('/console/api/stream')).status, 401)
  assert.equal((await server.ask('/console/api/catalog', { authorization: 'Bearer secret' })).status, 200)
  assert.equal((await server.ask('/console/api/catalog', { authorization: 'Bearer other' })).status, 401)
  const login = (token: unknown) => server.ask('POST /console/login', json, JSON.stringify({ token }))
  for (const wrong of ['', 'Secret', 7, null, { length: 6 }]) assert.equal((await login(wrong)).status, 401)
  const { status, headers } = await login('secret')
  const [cookie = ''] = headers['set-cookie'] ?? []
  assert.equal(status, 204)
  assert.match(cookie, /; Path=\/console; Max-Age=43200; HttpOnly; SameSite=Strict$/)
  assert.doesNotMatch(cookie, /secret/)
  const [pair = ''] = cookie.split(';')
  assert.equal((await server.ask('/console/api/catalog', { cookie: `a=b; ${pair}` })).status, 200)
  for (const forged of [`${pair}x`, pair.replace(/=\d/, '=2'), 'sidelight_console=', 'sidelight_console=.'])
    assert.equal((await server.ask('/console/api/catalog', { cookie: forged })).status, 401, forged)
  const old = cookieFor('secret', Date.now() - 13 * 3_600_000)
  assert.equal((await server.ask('/console/api/catalog', { cookie: `sidelight_console=${old}` })).status, 401)
})

test('guessing the token is slow, and without one nobody gets in from elsewhere', async () => {
  await using server = await consoleServer({ access: { token: 'secret', isLoopback: false, hosts: [] } })
  const login = (token: string) => server.ask('POST /console/login', json, JSON.stringify({ token }))
  const statuses = new Set<number>()
  for (let guess = 0; guess < 20; guess += 1) statuses.add((await login(String(guess))).status)
  assert.deepEqual([...statuses], [401])
  assert.equal((await login('secret')).status, 429)
  await using open = await consoleServer({ access: { token: '', isLoopback: false, hosts: [] } })
  assert.equal((await open.ask('/console/api/catalog')).status, 401)
  assert.equal((await open.ask('POST /console/login', json, '{"token":""}')).status, 404)
})

test('a value that is none is named, and an unknown panel is a 404', async () => {
  await using server = await consoleServer({
    query: async () => ({ kind: 'answered', columns: [], data: [] }),
  })
  const panel = '/console/api/panel/overview-spend'
  const bad: readonly [string, string][] = [
    ['from=yesterday', 'from'],
    ['from=2026-11-28T10:00', 'from'],
    ['to=now-1x', 'to'],
    ['from=now&to=now-1h', 'from'],
    ['from=now-9999d', 'from'],
    ['nonsense=1', 'nonsense'],
    ['to=now&to=now', 'to'],
    [`app=${'x'.repeat(513)}`, 'app'],
    [`customer!=${'x'.repeat(10_240)}`, 'customer!'],
    ['app=%00', 'app'],
    [Array.from({ length: 101 }, (_, at) => `model=${at}`).join('&'), 'model'],
    [Array.from({ length: 15 }, (_, at) => `app=${at}${'x'.repeat(500)}`).join('&'), 'filters'],
    ['slo_ms=-1', 'slo_ms'],
  ]
  for (const [query, name] of bad) {
    const { status, body } = await server.ask(`${panel}?${query}`)
    assert.deepEqual([status, JSON.parse(body).parameter], [400, name], query.slice(0, 40))
  }
  assert.equal((await server.ask(`${panel}?app=o%27brien&app=a%5Cb&app%21=%F0%9F%92%B8`)).status, 200)
  assert.equal((await server.ask('/console/api/panel/nothing')).status, 404)
  assert.equal((await server.ask('/console/api/values/nothing')).status, 404)
  assert.equal((await server.ask('/console/api/request/nothing')).status, 400)
})

test('a warehouse that is away is a 503, one that refuses a 502 with an id, and the log knows no statement', async () => {
  await using without = await consoleServer()
  const none = await without.ask('/console/api/panel/overview-spend')
  assert.deepEqual([none.status, JSON.parse(none.body).away], [503, true])
  await using away = await consoleServer({ query: async () => ({ kind: 'away', code: 'ECONNREFUSED' }) })
  assert.match((await away.ask('/console/api/panel/overview-spend')).body, /does not answer \(ECONNREFUSED\)/)
  assert.deepEqual(JSON.parse((await away.ask('/console/api/status')).body), {
    warehouse: 'away',
    code: 'ECONNREFUSED',
  })
  await using broken = await consoleServer({
    query: async () => ({ kind: 'failed', code: 'MEMORY_LIMIT_EXCEEDED' }),
  })
  const { status, body } = await broken.ask('/console/api/panel/overview-spend?customer=ann')
  const { error_id: id } = JSON.parse(body) as { error_id: string }
  assert.equal(status, 502)
  assert.match(id, /^[0-9a-f]{12}$/)
  assert.match(broken.logged.join(), new RegExp(id))
  assert.doesNotMatch(broken.logged.join() + body, /SELECT|ann/)
})

test('what is shown as SQL is what is asked, with the values it is bound to', async () => {
  const asked: { sql: string; values: object }[] = []
  await using server = await consoleServer({
    query: async ({ sql, values }) => {
      asked.push({ sql, values })
      return { kind: 'answered', columns: [], data: [] }
    },
  })
  const query = 'from=2026-11-28T10:00:00Z&to=2026-11-28T11:00:00Z&app=shop&app!=care'
  const shown = JSON.parse((await server.ask(`/console/api/panel/overview-outcomes/sql?${query}`)).body)
  await server.ask(`/console/api/panel/overview-outcomes?${query}`)
  assert.deepEqual(asked, [{ sql: shown.sql, values: shown.values }])
  assert.equal(shown.values.from, '2026-11-28 10:00:00.000')
  assert.deepEqual([shown.values.step, shown.values.app, shown.values.app_not], [30, ['shop'], ['care']])
  await server.ask(`/console/api/panel/overview-spend?${query}&before=1`)
  assert.deepEqual(
    [asked[1]?.values].map((values) => Object.fromEntries(Object.entries(values ?? {}).slice(0, 2))),
    [{ from: '2026-11-28 09:00:00.000', to: '2026-11-28 09:59:59.999' }],
  )
})
