import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headersForCaller, headersForProvider, type UpstreamHeaderOptions } from './headers.ts'

const usual: UpstreamHeaderOptions = {
  forwardCredentials: false,
  translated: false,
  replaced: [],
  opaque: false,
}
const identity = ['accept-encoding', 'identity']

const up = (raw: string[], options: Partial<UpstreamHeaderOptions> = {}) =>
  headersForProvider(raw, { ...usual, ...options })

test('order, case and duplicates of what goes up are the caller’s', () => {
  const raw = ['X-B', '1', 'x-a', '2', 'X-B', '3', 'User-Agent', 'sdk/1', 'X-Empty', '']
  assert.deepEqual(up(raw), [...raw, ...identity])
})

test('headers of the connection stay on it, those that Connection names too', () => {
  const raw = [
    ...['Connection', 'close, X-One ,x-two', 'X-One', '1', 'X-TWO', '2', 'Keep-Alive', 'timeout=5'],
    ...['TE', 'trailers', 'Trailer', 'x', 'Transfer-Encoding', 'chunked', 'Upgrade', 'h2c'],
    ...['Proxy-Authorization', 's', 'Proxy-Connection', 'x', 'connection', 'x-three', 'x-three', '3'],
    ...['Host', 'h', 'Expect', '100-continue', 'Content-Length', '5', 'x-kept', '1'],
  ]
  assert.deepEqual(up(raw), ['x-kept', '1', ...identity])
  assert.deepEqual(headersForCaller(raw.slice(0, -6), { changed: true }), ['Host', 'h'])
})

test('credentials, cookies, own headers and the caller’s network do not go up', () => {
  const raw = ['authorization', 'x-api-key', 'API-Key', 'X-Goog-Api-Key', 'Cookie', 'X-Sidelight-Key']
    .concat('x-sidelight-customer', 'X-Forwarded-For', 'x-forwarded-host', 'Forwarded', 'Via', 'X-Real-IP')
    .flatMap((name) => [name, 'secret'])
  assert.deepEqual(up(raw), identity)
  assert.deepEqual(up(raw, { forwardCredentials: true }), [
    ...['authorization', 'x-api-key', 'API-Key', 'X-Goog-Api-Key'].flatMap((name) => [name, 'secret']),
    ...identity,
  ])
})

test('what Sidelight sets itself replaces what the caller sent, whatever its case', () => {
  const replaced = ['content-type', 'authorization']
  assert.deepEqual(up(['Content-Type', 'text/plain', 'AUTHORIZATION', 'x'], { replaced }), identity)
})

test('vendors get the headers of their own dialect alone', () => {
  const raw = ['anthropic-beta', 'a', 'OpenAI-Project', 'p', 'X-Stainless-Lang', 'js', 'x-own', '1']
  assert.deepEqual(up(raw), [...raw, ...identity])
  assert.deepEqual(up(raw, { translated: true }), ['x-own', '1', ...identity])
})

test('bodies that were read go up decoded, others with their encoding and the caller’s wish', () => {
  const raw = ['Content-Encoding', 'gzip', 'Accept-Encoding', 'br']
  assert.deepEqual(up(raw), identity)
  assert.deepEqual(up(raw, { opaque: true }), raw)
})

test('what describes the bytes comes down only with the same bytes', () => {
  const raw = ['Content-Length', '5', 'Content-Encoding', 'gzip', 'ETag', '"x"', 'Digest', 'd', 'X-Id', '1']
  assert.deepEqual(headersForCaller(raw, { changed: false }), raw)
  assert.deepEqual(headersForCaller(raw, { changed: true }), ['X-Id', '1'])
})

test('what is true of the provider’s origin does not come down', () => {
  const raw = ['Set-Cookie', 'Alt-Svc', 'Strict-Transport-Security', 'Access-Control-Allow-Origin']
    .concat('X-Sidelight-Served-By')
    .flatMap((name) => [name, 'x'])
  assert.deepEqual(headersForCaller(raw, { changed: false }), [])
})

test('a list of odd length, empty names and thousands of headers do no harm', () => {
  assert.deepEqual(up(['x-a', '1', 'x-b']), ['x-a', '1', ...identity])
  const many = Array.from({ length: 5000 }, (_, index) => [`x-${index}`, 'v']).flat()
  assert.equal(up(many).length, many.length + 2)
})
