import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from '../snapshot.ts'
import { Limiter } from './limiter.ts'

const caller = (limits: Partial<Caller>): Caller => ({
  name: 'k',
  app: undefined,
  team: undefined,
  tier: undefined,
  routes: undefined,
  requestsPerMinute: undefined,
  tokensPerMinute: undefined,
  budget: undefined,
  ...limits,
})

const startMs = 1_000_000

test('a key without limits is never held up, nor remembered', () => {
  const limiter = new Limiter()
  for (let count = 0; count < 1000; count += 1) assert.equal(limiter.admit(caller({}), startMs).waitMs, 0)
  limiter.spend(caller({}), { tokens: 1e9, cost: 0n }, startMs)
  assert.equal(limiter.admit(caller({}), startMs).waitMs, 0)
})

test('a full minute of requests may come at once, then one by one as time goes by', () => {
  const limiter = new Limiter()
  const key = caller({ requestsPerMinute: 60 })
  for (let count = 0; count < 60; count += 1) assert.equal(limiter.admit(key, startMs).waitMs, 0)
  assert.equal(limiter.admit(key, startMs).waitMs, 1000)
  assert.ok(limiter.admit(key, startMs + 900).waitMs > 0)
  assert.equal(limiter.admit(key, startMs + 1000).waitMs, 0)
  assert.ok(limiter.admit(key, startMs + 1000).waitMs > 0)
  for (let count = 0; count < 60; count += 1) assert.equal(limiter.admit(key, startMs + 3_600_000).waitMs, 0)
  assert.ok(limiter.admit(key, startMs + 3_600_000).waitMs > 0, 'no more than a minute is saved up')
})

test('the wait it names is the wait it takes', () => {
  for (const perMinute of [1, 7, 60, 10_000]) {
    const limiter = new Limiter()
    const key = caller({ requestsPerMinute: perMinute })
    let waitMs = 0
    while (waitMs === 0) waitMs = limiter.admit(key, startMs).waitMs
    assert.equal(limiter.admit(key, startMs + Math.ceil(waitMs) + 1).waitMs, 0, `${perMinute}`)
  }
})

test('a refused request costs nothing', () => {
  const limiter = new Limiter()
  const key = caller({ requestsPerMinute: 1 })
  limiter.admit(key, startMs).waitMs
  const first = limiter.admit(key, startMs).waitMs
  for (let count = 0; count < 50; count += 1) limiter.admit(key, startMs).waitMs
  assert.equal(limiter.admit(key, startMs).waitMs, first)
})

test('tokens are taken after the answer; a key in debt waits until it is paid off', () => {
  const limiter = new Limiter()
  const key = caller({ tokensPerMinute: 100 })
  assert.equal(limiter.admit(key, startMs).waitMs, 0)
  limiter.spend(key, { tokens: 300, cost: 0n }, startMs)
  const waitMs = limiter.admit(key, startMs).waitMs
  assert.ok(waitMs > 120_000 && waitMs <= 121_000, `${waitMs}`)
  assert.equal(limiter.admit(key, startMs + waitMs).waitMs, 0)
})

test('even the smallest limit lets something through', () => {
  const limiter = new Limiter()
  const small = caller({ name: 'small', requestsPerMinute: 1, tokensPerMinute: 2 })
  assert.equal(limiter.admit(small, startMs).waitMs, 0)
  limiter.spend(small, { tokens: 1, cost: 0n }, startMs)
  const waitMs = limiter.admit(small, startMs).waitMs
  assert.ok(waitMs > 0)
  assert.equal(limiter.admit(small, startMs + waitMs + 1).waitMs, 0)
})

test('a limit of nothing lets nothing through', () => {
  const limiter = new Limiter()
  for (const key of [caller({ name: 'r', requestsPerMinute: 0 }), caller({ name: 't', tokensPerMinute: 0 })])
    for (const ms of [startMs, startMs + 3_600_000]) assert.ok(limiter.admit(key, ms).waitMs > 0, key.name)
})

test('a clock that goes back gives nothing and takes nothing', () => {
  const limiter = new Limiter()
  const key = caller({ requestsPerMinute: 2 })
  limiter.admit(key, startMs).waitMs
  assert.equal(limiter.admit(key, startMs - 60_000).waitMs, 0)
  assert.ok(limiter.admit(key, startMs - 60_000).waitMs > 0)
})

test('a limit that a reload changed holds from the next request on', () => {
  const limiter = new Limiter()
  for (let count = 0; count < 100; count += 1)
    limiter.admit(caller({ requestsPerMinute: 100 }), startMs).waitMs
  assert.ok(limiter.admit(caller({ requestsPerMinute: 6000 }), startMs).waitMs <= 10)
  const fresh = new Limiter()
  fresh.admit(caller({ requestsPerMinute: 1000 }), startMs).waitMs
  const strict = caller({ requestsPerMinute: 1 })
  assert.equal(fresh.admit(strict, startMs).waitMs, 0)
  assert.ok(fresh.admit(strict, startMs).waitMs > 0)
})

test('requests of a time without a limit are no debt when one comes', () => {
  const limiter = new Limiter()
  for (let count = 0; count < 1000; count += 1)
    limiter.admit(caller({ tokensPerMinute: 100 }), startMs).waitMs
  assert.equal(limiter.admit(caller({ tokensPerMinute: 100, requestsPerMinute: 60 }), startMs).waitMs, 0)
})
