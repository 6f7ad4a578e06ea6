import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../../testing/random.ts'
import { Breaker, usualBreakerTimes } from './breaker.ts'

const half = () => 0.5
const breaker = (random = half) => new Breaker(usualBreakerTimes, random)

/** Fails once, as somebody who is asked only where that may be. */
function fail(one: Breaker, at: number) {
  assert.equal(one.waitUntil(at), undefined)
  return one.failed(one.start(at), at, false)
}

function succeed(one: Breaker, at: number) {
  assert.equal(one.waitUntil(at), undefined)
  return one.succeeded(one.start(at), at)
}

test('five failures in a row open it, once they have lasted a second', () => {
  const one = breaker()
  for (const at of [100, 200, 300, 400, 500, 1000]) assert.equal(fail(one, at), undefined, String(at))
  assert.equal(fail(one, 1100), 'opened')
  assert.equal(one.ailment, 'circuit_open')
})

test('two failures in a row open it, once they have lasted three seconds', () => {
  const one = breaker()
  assert.equal(fail(one, 0), undefined)
  assert.equal(fail(one, 2999), undefined)
  assert.equal(fail(one, 3000), 'opened')
  const other = breaker()
  fail(other, 0)
  succeed(other, 2000)
  assert.equal(fail(other, 4000), undefined)
  assert.equal(fail(other, 4100), undefined)
})

test('half of twenty calls in ten seconds open it, whatever came between', () => {
  const one = breaker()
  for (let call = 0; call < 9; call += 1) {
    assert.equal(fail(one, call * 100), undefined)
    assert.equal(succeed(one, call * 100 + 50), undefined)
  }
  assert.equal(fail(one, 901), undefined)
  assert.equal(fail(one, 902), 'opened')
  const spread = breaker()
  for (let call = 0; call < 40; call += 1) {
    assert.equal(fail(spread, call * 1200), undefined)
    succeed(spread, call * 1200 + 600)
  }
})

test('open for five seconds, less up to a tenth; ten after a probe that failed', () => {
  for (const [random, openMs, reopenMs] of [
    [() => 0, 5000, 10_000],
    [() => 1, 4500, 9000],
  ] as const) {
    const one = breaker(random)
    fail(one, 0)
    fail(one, 3000)
    assert.equal(one.waitUntil(3000 + openMs - 1), 3000 + openMs)
    assert.equal(one.waitUntil(3000 + openMs), undefined)
    assert.equal(one.failed(one.start(9000), 9000, false), 'reopened')
    assert.equal(one.waitUntil(9000 + reopenMs - 1), 9000 + reopenMs)
    assert.equal(one.waitUntil(9000 + reopenMs), undefined)
  }
})

test('half-open lets one through until it has an outcome, and its success closes', () => {
  const one = breaker()
  fail(one, 0)
  fail(one, 3000)
  const probe = one.start(8000)
  assert.ok((one.waitUntil(8000) ?? 0) > 8000)
  assert.ok((one.waitUntil(9000) ?? 0) > 9000)
  assert.equal(one.succeeded(probe, 9500), 'closed')
  assert.equal(one.waitUntil(9500), undefined)
  assert.equal(one.ailment, undefined)
  assert.equal(one.consecutiveFailures, 0)
})

test('a probe that says nothing makes room: at once when it is dropped, after ten seconds when it hangs', () => {
  const one = breaker()
  fail(one, 0)
  fail(one, 3000)
  one.dropped(one.start(8000))
  assert.equal(one.waitUntil(8000), undefined)
  const hanging = one.start(8000)
  assert.ok((one.waitUntil(17_999) ?? 0) >= 18_000)
  assert.equal(one.waitUntil(18_000), undefined)
  const second = one.start(18_000)
  // The one that hung is no longer the probe: its end says nothing of now.
  assert.equal(one.failed(hanging, 18_100, false), undefined)
  one.dropped(hanging)
  assert.ok((one.waitUntil(18_200) ?? 0) > 18_200)
  assert.equal(one.succeeded(second, 18_300), 'closed')
})

test('what began before it opened neither closes nor reopens it', () => {
  const one = breaker()
  const early = one.start(0)
  const late = one.start(0)
  fail(one, 0)
  fail(one, 3000)
  const until = one.waitUntil(3100)
  assert.equal(one.succeeded(early, 3100), undefined)
  assert.equal(one.failed(late, 3200, false), undefined)
  assert.equal(one.waitUntil(3300), until)
})

test('what hung through an outage does not count against the time after it', () => {
  const one = breaker()
  const hung = Array.from({ length: 30 }, () => one.start(0))
  fail(one, 0)
  fail(one, 3000)
  assert.equal(succeed(one, 8000), 'closed')
  for (const pass of hung) assert.equal(one.failed(pass, 15_000, false), undefined)
  assert.equal(one.consecutiveFailures, 0)
})

test('an answer that breaks off was none: two such in three seconds open it', () => {
  const one = breaker()
  const first = one.start(0)
  one.succeeded(first, 100)
  assert.equal(one.failed(first, 200, true), undefined)
  const second = one.start(3500)
  one.succeeded(second, 3600)
  assert.equal(one.consecutiveFailures, 0)
  assert.equal(one.failed(second, 3700, true), 'opened')
})

test('an answer that breaks off after others were whole is one failure', () => {
  const one = breaker()
  fail(one, 0)
  const broken = one.start(100)
  one.succeeded(broken, 200)
  succeed(one, 3500)
  assert.equal(one.failed(broken, 4000, true), undefined)
  assert.equal(one.consecutiveFailures, 1)
})

test('a probe whose answer breaks off opens it again', () => {
  const one = breaker()
  fail(one, 0)
  fail(one, 3000)
  const probe = one.start(8000)
  assert.equal(one.succeeded(probe, 8100), 'closed')
  assert.equal(one.failed(probe, 8200, true), 'reopened')
})

test('a probe whose answer breaks off soon opens it again, also where others have begun meanwhile', () => {
  const outcome = (lateMs: number) => {
    const one = breaker()
    fail(one, 0)
    assert.equal(fail(one, 3000), 'opened')
    const probe = one.start(8000)
    assert.equal(one.succeeded(probe, 8010), 'closed')
    for (const at of [8100, 8200, 8300]) succeed(one, at)
    return one.failed(probe, 8010 + lateMs, true)
  }
  assert.equal(outcome(800), 'reopened')
  assert.equal(outcome(10_000), undefined, 'so long an answer is a sign of health')
})

test('a refused key keeps it away for its time, and one probe follows', () => {
  const one = breaker()
  assert.equal(one.sicken(one.start(0), 'auth_failed', 60_000), 'opened')
  assert.equal(one.waitUntil(59_999), 60_000)
  const probe = one.start(60_000)
  assert.ok((one.waitUntil(60_001) ?? 0) > 60_001)
  assert.equal(one.sicken(probe, 'auth_failed', 120_000), 'reopened')
  assert.equal(one.ailment, 'auth_failed')
  // Stragglers with the same news do not make it longer.
  assert.equal(one.sicken({ startedAt: 0, probe: 0, revoked: undefined }, 'auth_failed', 900_000), undefined)
  assert.equal(one.waitUntil(61_000), 120_000)
})

interface Outage {
  readonly perSecond: number
  readonly fromMs: number
  readonly toMs: number
}

/** Requests at an even or a random pace against a provider that is down for a while; who is refused goes elsewhere. */
function simulate(outage: Outage, random: () => number, isEven: boolean) {
  const one = breaker(random)
  const gapMs = 1000 / outage.perSecond
  let attempts = 0
  let requests = 0
  let backAt = Number.POSITIVE_INFINITY
  for (let at = 0; at < outage.toMs + 30_000; at += isEven ? gapMs : -Math.log(1 - random()) * gapMs) {
    const isDown = at >= outage.fromMs && at < outage.toMs
    if (isDown) requests += 1
    if (one.waitUntil(at) !== undefined) continue
    const pass = one.start(at)
    if (isDown) {
      attempts += 1
      one.failed(pass, at, false)
    } else {
      one.succeeded(pass, at)
      if (at >= outage.toMs) backAt = Math.min(backAt, at)
    }
  }
  return { attempts, requests, share: attempts / requests, backMs: backAt - outage.toMs }
}

test('an outage of a minute costs few attempts, and the way back is short', (t) => {
  for (const [perSecond, shareMax] of [
    [0.25, 0.4],
    [1, 0.4],
    [10, 0.05],
    [100, 0.05],
  ] as const) {
    const outage = { perSecond, fromMs: 120_000, toMs: 180_000 }
    const even = simulate(outage, seededRandom(1).next, true)
    t.diagnostic(`${perSecond}/s: ${even.attempts} of ${even.requests}, back after ${even.backMs} ms`)
    assert.ok(even.share <= shareMax)
    for (let seed = 1; seed <= 40; seed += 1) {
      const toMs = 180_000 - seed * 75
      const found = simulate({ ...outage, toMs }, seededRandom(seed).next, true)
      assert.ok(found.share <= shareMax + 0.01, `${perSecond}/s, seed ${seed}: ${found.share}`)
      // After the longest wait there is a request to come first.
      assert.ok(found.backMs <= 10_000 + 1000 / perSecond, `${perSecond}/s, seed ${seed}: ${found.backMs}`)
    }
  }
})

test('requests at random moments change little of that', () => {
  const shares = Array.from({ length: 200 }, (_, seed) => {
    const { next } = seededRandom(seed)
    return simulate({ perSecond: 0.25, fromMs: 120_000, toMs: 180_000 }, next, false).share
  })
  assert.ok(shares.reduce((sum, share) => sum + share) / shares.length <= 0.45)
})

/** How often it opens in an hour although only so many calls fail. */
function falseOpenings(perSecond: number, errors: number, hours: number): number {
  const random = seededRandom(7).next
  const one = breaker(random)
  let openings = 0
  for (let at = 0; at < hours * 3_600_000; at += (-Math.log(1 - random()) * 1000) / perSecond) {
    if (one.waitUntil(at) !== undefined) continue
    const pass = one.start(at)
    if (random() >= errors) one.succeeded(pass, at)
    else if (one.failed(pass, at, false) === 'opened') openings += 1
  }
  return openings / hours
}

test('a few errors do not open it', (t) => {
  for (const [perSecond, hours, atOnePercent, atFivePercent] of [
    [0.25, 50, 0.1, 5],
    [1, 20, 0.01, 0.5],
    [10, 10, 0, 0],
    [100, 1, 0, 0],
  ] as const) {
    const found = [falseOpenings(perSecond, 0.01, hours), falseOpenings(perSecond, 0.05, hours)] as const
    t.diagnostic(`${perSecond}/s: ${found.join(' and ')} openings an hour at 1 and 5 percent`)
    assert.ok(found[0] <= atOnePercent && found[1] <= atFivePercent)
  }
})
