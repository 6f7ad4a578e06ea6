import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retryAfterMs } from './retry-after.ts'

const now = Date.UTC(2026, 10, 20, 12, 0, 0)

const understood: [string, string, number][] = [
  ['retry-after-ms', '7000', 7000],
  ['retry-after-ms', '7000.5', 7001],
  ['retry-after', '7', 7000],
  ['retry-after', '0', 0],
  ['retry-after', '1.5', 1500],
  ['retry-after', '7s', 7000],
  ['retry-after', 'Fri, 20 Nov 2026 12:00:07 GMT', 7000],
  ['retry-after', 'Friday, 20-Nov-26 12:00:07 GMT', 7000],
  ['retry-after', 'Fri Nov 20 12:00:07 2026', 7000],
  ['retry-after', '2026-11-20T12:00:07Z', 7000],
  ['x-ratelimit-reset-requests', '6m0s', 360_000],
  ['x-ratelimit-reset-tokens', '120ms', 120],
  ['x-ratelimit-reset-tokens', '12', 12_000],
  ['x-ratelimit-reset-tokens', '2026-11-20T12:00:07Z', 7000],
  ['x-ratelimit-reset', String(now + 7000), 7000],
  ['x-ratelimit-reset', String(now / 1000 + 7), 7000],
  ['anthropic-ratelimit-tokens-reset', '2026-11-20T12:00:07Z', 7000],
  ['retry-after', '315360000', 3_600_000],
  ['x-ratelimit-reset-requests', '240h', 3_600_000],
]

for (const [name, value, expected] of understood) {
  test(`${name}: ${value} means ${expected} ms`, () => {
    assert.equal(retryAfterMs({ [name]: value }, now), expected)
  })
}

for (const value of [
  '',
  '-5',
  'soon',
  'later 1',
  '1e9',
  'NaN',
  'Wed, 21 Oct 2015 07:28:00 GMT',
  'May 5',
  '5 minutes',
]) {
  test(`"${value}" says nothing`, () => {
    assert.equal(retryAfterMs({ 'retry-after': value, 'x-ratelimit-reset-tokens': value }, now), undefined)
  })
}

test('milliseconds win over seconds, and both over resets', () => {
  const resets = { 'x-ratelimit-reset-requests': '60s' }
  assert.equal(retryAfterMs({ 'retry-after-ms': '50', 'retry-after': '1', ...resets }, now), 50)
  assert.equal(retryAfterMs({ 'retry-after': '1', ...resets }, now), 1000)
})

test('only a limit that is used up makes its reset count', () => {
  const headers = {
    'x-ratelimit-remaining-requests': '99',
    'x-ratelimit-reset-requests': '6m0s',
    'x-ratelimit-remaining-tokens': '0',
    'x-ratelimit-reset-tokens': '2s',
  }
  assert.equal(retryAfterMs(headers, now), 2000)
  assert.equal(retryAfterMs({ ...headers, 'x-ratelimit-remaining-tokens': '5' }, now), undefined)
})

test("Azure's zero and negative limits are no wait", () => {
  assert.equal(
    retryAfterMs({ 'x-ratelimit-reset-requests': '0', 'x-ratelimit-reset-tokens': '-1' }, now),
    undefined,
  )
})
