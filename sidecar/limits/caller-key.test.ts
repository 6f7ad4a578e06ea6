import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { GatewayError } from '../../contract/errors.ts'
import type { Caller } from '../snapshot.ts'
import { callerOf, presentedKey, splitKey } from './caller-key.ts'

test('a header made for keys beats Authorization, and Sidelight’s own beats all', () => {
  const all = {
    authorization: 'Bearer a',
    'x-goog-api-key': 'g',
    'api-key': 'z',
    'x-api-key': 'x',
    'x-sidelight-key': 's',
  }
  const order = ['x-sidelight-key', 'x-api-key', 'api-key', 'x-goog-api-key', 'authorization'] as const
  const headers: Record<string, string> = { ...all }
  for (const header of order) {
    assert.equal(presentedKey(headers, 'q')?.header, header)
    assert.equal(presentedKey(headers, 'q')?.key, all[header].replace('Bearer ', ''))
    delete headers[header]
  }
  assert.deepEqual(presentedKey(headers, 'q'), { key: 'q', header: '' })
  assert.equal(presentedKey(headers, ''), undefined)
  assert.equal(presentedKey(headers, undefined), undefined)
})

test('empty headers and other schemes count as none', () => {
  for (const authorization of ['', 'Bearer', 'Bearer ', 'Basic abc', 'Bearer a b'])
    assert.equal(presentedKey({ authorization, 'x-api-key': ' ' }, undefined), undefined, authorization)
  assert.equal(presentedKey({ authorization: 'BEARER  k ' }, undefined)?.key, 'k')
})

test('a key in the query is taken out of it, wherever it stands', () => {
  const cases: [string, string, string | undefined][] = [
    ['/p', '/p', undefined],
    ['/p?', '/p?', undefined],
    ['/p?key=k', '/p', 'k'],
    ['/p?a=1&key=k&b=2', '/p?a=1&b=2', 'k'],
    ['/p?key=a&key=b', '/p', 'a'],
    ['/p?$key=k&alt=sse', '/p?alt=sse', 'k'],
    ['/p?KEY=a%2Fb', '/p', 'a/b'],
    ['/p?key=%zz', '/p', '%zz'],
    ['/p?monkey=k', '/p?monkey=k', undefined],
  ]
  for (const [from, path, key] of cases) {
    const split = splitKey(from)
    assert.equal(split.key, key, from)
    if (from !== '/p?') assert.equal(split.path, path)
  }
})

test('callers are found by the hash of what they sent', () => {
  const caller = { name: 'k' } as Caller
  const callers = new Map([[createHash('sha256').update('secret').digest('hex'), caller]])
  assert.equal(callerOf(callers, { key: 'secret', header: '' }), caller)
  for (const [presented, code] of [
    [undefined, 'missing_key'],
    [{ key: 'other', header: '' }, 'invalid_key'],
    [{ key: [...callers.keys()][0] ?? '', header: '' }, 'invalid_key'],
  ] as const)
    assert.throws(
      () => callerOf(callers, presented),
      (error) => error instanceof GatewayError && error.code === code,
    )
})
