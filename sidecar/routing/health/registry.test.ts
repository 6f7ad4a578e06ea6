import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../../testing/random.ts'
import { testCandidate } from '../../../testing/targets.ts'
import type { Fault, FaultClass } from '../../conversation/fault.ts'
import type { Log, LogFields } from '../../observe/log.ts'
import type { Candidate } from '../route.ts'
import { healthGauges } from './gauges.ts'
import { type Illness, isTrial, type Trial, type TrialAsk } from './health.ts'
import { HealthRegistry } from './registry.ts'

/** A registry whose clock moves when told. */
function clinic(options: { entriesMax?: number; log?: Log } = {}) {
  let nowAt = 1000
  const health = new HealthRegistry({ random: () => 0, nowAt: () => nowAt, ...options })
  return {
    health,
    move: (ms: number) => {
      nowAt += ms
    },
    begin: (candidate: Candidate, ask: Partial<TrialAsk> = {}) => begun(health, candidate, ask),
    ill: (candidate: Candidate, regions?: readonly string[]) => {
      const illness = health.illnessOf(candidate, regions, nowAt)
      return illness && { reason: illness.reason, forMs: illness.untilAt - nowAt }
    },
  }
}

function begun(health: HealthRegistry, candidate: Candidate, ask: Partial<TrialAsk>): Trial {
  const trial = health.begin(candidate, askOf(ask))
  assert.ok(isTrial(trial), `ill: ${(trial as Illness).reason}`)
  return trial
}

const askOf = (ask: Partial<TrialAsk>): TrialAsk => ({
  regions: undefined,
  unit: 'u',
  isNewUnit: true,
  retryShare: 0.1,
  ...ask,
})

const fault = (found: FaultClass, retryAfterMs?: number): Fault => ({
  class: found,
  status: 500,
  code: 'x',
  message: '',
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
})

test('nobody is ill before anything was asked', () => {
  const { ill, health } = clinic()
  const candidate = testCandidate()
  assert.equal(ill(candidate), undefined)
  assert.equal(health.describe(candidate)[0]?.state, 'well')
})

test('a stated wait is kept to the millisecond, and at most an hour', () => {
  for (const [statedMs, forMs] of [
    [7000, 7000],
    [120, 120],
    [315_360_000_000, 3_600_000],
  ] as const) {
    const { begin, ill, move } = clinic()
    const candidate = testCandidate()
    begin(candidate).failed(fault('rate_limit', statedMs))
    assert.deepEqual(ill(candidate), { reason: 'cooling_down', forMs })
    move(forMs - 1)
    assert.notEqual(ill(candidate), undefined)
    move(1)
    assert.equal(ill(candidate), undefined)
  }
})

test('a rate limit that states no wait is left alone a second, then twice as long, up to 30 s', () => {
  const { begin, ill, move } = clinic()
  const candidate = testCandidate()
  for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
    begin(candidate).failed(fault('rate_limit', seconds === 4 ? 0 : undefined))
    assert.equal(ill(candidate)?.forMs, seconds * 1000)
    move(seconds * 1000)
  }
  begin(candidate).answered({})
  begin(candidate).failed(fault('rate_limit'))
  assert.equal(ill(candidate)?.forMs, 1000)
})

test('a burst of rate limits counts once', () => {
  const { begin, ill, move } = clinic()
  const candidate = testCandidate()
  const burst = Array.from({ length: 10 }, () => begin(candidate))
  for (const trial of burst) {
    trial.failed(fault('rate_limit'))
    move(10)
  }
  assert.equal(ill(candidate)?.forMs, 1000 - 100)
})

test('a shorter wait never takes the place of a longer one', () => {
  const { begin, ill } = clinic()
  const candidate = testCandidate()
  const [first, second] = [begin(candidate), begin(candidate)]
  first.failed(fault('rate_limit', 60_000))
  second.failed(fault('rate_limit', 1000))
  assert.equal(ill(candidate)?.forMs, 60_000)
})

test('an overload is an outage, and one that states a wait is left alone besides', () => {
  const { begin, ill, move } = clinic()
  const candidate = testCandidate()
  begin(candidate).failed(fault('overloaded'))
  assert.equal(ill(candidate), undefined)
  begin(candidate).failed(fault('overloaded', 3000))
  assert.deepEqual(ill(candidate), { reason: 'circuit_open', forMs: 3000 })
  move(3000)
  begin(candidate).failed(fault('overloaded'))
  assert.equal(ill(candidate)?.reason, 'circuit_open')
})

test('a refused key is left alone for a minute, an empty account for ten, with an alarm until a call succeeds', () => {
  for (const [found, reason, ms] of [
    ['credentials', 'auth_failed', 60_000],
    ['money', 'quota_exhausted', 600_000],
  ] as const) {
    const { begin, ill, move, health } = clinic()
    const candidate = testCandidate()
    const alarm = () =>
      healthGauges(health).find(
        ({ name, labels }) => name === 'sidelight_provider_alarm' && labels?.['reason'] === reason,
      )?.value
    begin(candidate).answered({})
    assert.equal(alarm(), 0)
    begin(candidate).failed(fault(found))
    assert.deepEqual(ill(candidate), { reason, forMs: ms })
    move(ms)
    assert.equal(ill(candidate), undefined)
    assert.equal(alarm(), 1)
    const probe = begin(candidate)
    assert.equal(ill(candidate)?.reason, reason)
    probe.answered({})
    assert.equal(ill(candidate), undefined)
    assert.equal(alarm(), 0)
  }
})

test('the limits and the key of a caller who brings its own are no illness for others', () => {
  const { begin, ill, health } = clinic()
  const candidate = testCandidate({ yaml: 'auth: forward' })
  for (const found of ['credentials', 'money', 'rate_limit'] as const)
    begin(candidate).failed(fault(found, 5000))
  assert.equal(ill(candidate), undefined)
  assert.equal(health.describe(candidate)[0]?.state, 'well')
})

test('what is the request’s own fault, or the caller’s leaving, says nothing', () => {
  const { begin, ill, move, health } = clinic()
  const candidate = testCandidate()
  for (const found of ['request', 'context_length', 'content_filter', 'model_missing', 'aborted'] as const) {
    for (let round = 0; round < 30; round += 1) {
      begin(candidate).failed(fault(found))
      move(1000)
    }
  }
  begin(candidate).failed({ ...fault('credentials'), code: 'provider_key_missing' })
  begin(candidate).failed({ ...fault('slow'), code: 'total_timeout' })
  assert.equal(ill(candidate), undefined)
  assert.equal(health.describe(candidate)[0]?.consecutiveFailures, 0)
})

test('each model of a target has a health of its own', () => {
  const { begin, ill } = clinic()
  const [one, other] = [testCandidate({ model: 'a' }), testCandidate({ model: 'b' })]
  begin(one).failed(fault('rate_limit', 5000))
  assert.notEqual(ill(one), undefined)
  assert.equal(ill(other), undefined)
})

const three =
  'targets: [{ name: a, baseUrl: http://a/v1 }, { name: b, baseUrl: http://b/v1 }, { name: c, baseUrl: http://c/v1 }]'

test('a candidate is well as long as one of its targets is, and ill until the first of them is back', () => {
  const { begin, ill } = clinic()
  const candidate = testCandidate({ yaml: three })
  const waits = [9000, 5000, 7000]
  for (const waitMs of waits) {
    assert.equal(ill(candidate), undefined)
    begin(candidate).failed(fault('rate_limit', waitMs))
  }
  assert.equal(ill(candidate)?.forMs, 5000)
})

test('only targets in the allowed regions count, and no other is ever taken', () => {
  const { begin, ill, health } = clinic()
  const candidate = testCandidate({ yaml: 'targets: [{ region: us }, { region: eu }, { keyEnv: K }]' })
  for (let unit = 0; unit < 50; unit += 1)
    assert.equal(begin(candidate, { regions: ['eu'], unit: String(unit) }).target.name, 'eu')
  begin(candidate, { regions: ['eu'] }).failed(fault('rate_limit', 5000))
  assert.equal(ill(candidate), undefined)
  assert.equal(ill(candidate, ['eu'])?.reason, 'cooling_down')
  assert.equal(isTrial(health.begin(candidate, askOf({ regions: ['eu'] }))), false)
  assert.equal(isTrial(health.begin(candidate, askOf({ regions: ['asia'] }))), false)
})

test('units spread evenly over targets and each keeps its own', () => {
  const { begin } = clinic()
  const candidate = testCandidate({ yaml: three })
  const counts = new Map<string, number>()
  for (let unit = 0; unit < 9000; unit += 1) {
    const { name } = begin(candidate, { unit: `unit-${unit}` }).target
    counts.set(name, (counts.get(name) ?? 0) + 1)
    assert.equal(begin(candidate, { unit: `unit-${unit}`, isNewUnit: false }).target.name, name)
  }
  for (const count of counts.values()) assert.ok(Math.abs(count - 3000) < 200, String([...counts]))
})

test('when a target falls out only its units move, over all that are left', () => {
  const { begin } = clinic()
  const candidate = testCandidate({ yaml: three })
  const units = Array.from({ length: 3000 }, (_, index) => `unit-${index}`)
  const before = units.map((unit) => begin(candidate, { unit }).target.name)
  begin(candidate, { unit: units[before.indexOf('b')] ?? '' }).failed(fault('rate_limit', 60_000))
  const moved = { a: 0, c: 0 }
  units.forEach((unit, index) => {
    const { name } = begin(candidate, { unit, isNewUnit: false }).target
    if (before[index] !== 'b') assert.equal(name, before[index])
    else moved[name as 'a' | 'c'] += 1
  })
  assert.ok(Math.abs(moved.a - moved.c) < 150, JSON.stringify(moved))
})

test('a target with little of its rate limit left takes half of the new units, and keeps those it had', () => {
  const { begin, move } = clinic()
  const candidate = testCandidate({ yaml: three })
  const units = Array.from({ length: 6000 }, (_, index) => `unit-${index}`)
  const own = units.map((unit) => begin(candidate, { unit }).target.name)
  const low = { 'x-ratelimit-limit-requests': '1000', 'x-ratelimit-remaining-requests': '50' }
  begin(candidate, { unit: units[own.indexOf('a')] ?? '' }).answered(low)
  let kept = 0
  units.forEach((unit, index) => {
    assert.equal(begin(candidate, { unit, isNewUnit: false }).target.name, own[index])
    if (own[index] !== 'a') return
    const fresh = begin(candidate, { unit: `${unit}` })
    if (fresh.target.name === 'a') kept += 1
    // Wherever it went, its next turns go there too.
    assert.equal(begin(candidate, { unit, isNewUnit: false }).target.name, fresh.target.name)
  })
  const of = own.filter((name) => name === 'a').length
  assert.ok(Math.abs(kept / of - 0.5) < 0.05, `${kept} of ${of}`)
  // What was stated is forgotten when the minute is over.
  move(60_000)
  const later = Array.from({ length: 3000 }, (_, index) => begin(candidate, { unit: `later-${index}` }))
  const share = later.filter(({ target }) => target.name === 'a').length / later.length
  assert.ok(Math.abs(share - 1 / 3) < 0.03, String(share))
})

test('a target without its key is asked last', () => {
  const { begin, health } = clinic()
  const candidate = testCandidate({
    yaml: 'targets: [{ name: none, keyEnv: NOT_SET }, { name: set, keyEnv: KEY }]',
    environment: { KEY: 'k' },
  })
  for (let unit = 0; unit < 50; unit += 1)
    assert.equal(begin(candidate, { unit: String(unit) }).target.name, 'set')
  const except = candidate.provider.targets.filter(({ name }) => name === 'set')
  assert.equal(begin(candidate, { except }).target.name, 'none')
  assert.equal(health.hasTarget(candidate, { regions: undefined, except: candidate.provider.targets }), false)
})

test('half-open: one of a hundred at once is the probe', () => {
  const { begin, health, move, ill } = clinic()
  const candidate = testCandidate()
  begin(candidate).failed(fault('outage'))
  move(3000)
  begin(candidate).failed(fault('outage'))
  move(5000)
  assert.equal(ill(candidate), undefined)
  assert.equal(health.describe(candidate)[0]?.state, 'half_open')
  const all = Array.from({ length: 100 }, () => health.begin(candidate, askOf({})))
  const trials = all.filter(isTrial)
  assert.equal(trials.length, 1)
  assert.ok(all.every((each) => isTrial(each) || each.reason === 'circuit_open'))
  trials[0]?.answered({})
  assert.equal(ill(candidate), undefined)
})

test('the retry budget: three to begin with, a tenth for each first attempt, ten at most', () => {
  const { begin, health } = clinic()
  const candidate = testCandidate()
  const [target] = candidate.provider.targets
  assert.ok(target)
  const spend = () => {
    let spent = 0
    while (health.spendRetry(target, 0.1)) spent += 1
    return spent
  }
  assert.equal(spend(), 3)
  for (let round = 0; round < 10; round += 1) begin(candidate)
  begin(candidate, { retryShare: undefined })
  assert.equal(spend(), 1)
  for (let round = 0; round < 1000; round += 1) begin(candidate)
  assert.equal(spend(), 10)
  assert.equal(health.spendRetry(target, 0), false)
  assert.equal(health.counts.budgetExhausted, 4)
})

test('names that callers make up are forgotten, those in trouble last', () => {
  const { begin, health, ill, move } = clinic({ entriesMax: 100 })
  const sick = testCandidate({ model: 'sick' })
  begin(sick).failed(fault('rate_limit', 3_600_000))
  for (let index = 0; index < 5000; index += 1) {
    move(1)
    begin({ ...sick, model: `made-up-${index}` }).answered({})
    assert.ok([...health.all()].length <= 100)
  }
  assert.equal(ill(sick)?.reason, 'cooling_down')
  const gauges = healthGauges(health).filter(({ name }) => name === 'sidelight_target_state')
  assert.ok(gauges.some(({ labels }) => labels?.['model'] === 'sick' && labels['state'] === 'cooling_down'))
})

test('no order of outcomes leaves a probe behind: everyone is asked again within ten seconds', () => {
  const { next, pick, int } = seededRandom(11)
  const { begin, health, move, ill } = clinic()
  const candidate = testCandidate()
  let open: Trial[] = []
  for (let step = 0; step < 20_000; step += 1) {
    move(int(400))
    if (next() < 0.5 && ill(candidate) === undefined) open.push(begin(candidate))
    if (open.length === 0 || next() < 0.4) continue
    const trial = pick(open)
    const what = next()
    if (what < 0.3) trial.answered({})
    else if (what < 0.8) trial.failed(fault(pick(['outage', 'slow', 'request', 'overloaded'])))
    else trial.dropped()
    if (what >= 0.3 || next() < 0.5) open = open.filter((other) => other !== trial)
  }
  move(10_000)
  assert.ok(isTrial(health.begin(candidate, askOf({}))))
})

test('the log has one line when a target falls ill and one when it is well again, whatever its models and tries', () => {
  const lines: string[] = []
  const line = (message: string, fields: LogFields = {}) =>
    lines.push([message, ...Object.values(fields)].join(' '))
  const log: Log = { debug: line, info: line, warn: line, error: line }
  const { begin, move } = clinic({ log })
  const models = ['m1', 'm2'].map((model) => testCandidate({ model }))
  const fail = (found: FaultClass) => {
    for (const candidate of models) begin(candidate).failed(fault(found))
  }
  fail('slow')
  move(4000)
  fail('slow')
  for (let round = 0; round < 3; round += 1) {
    move(10_000)
    fail('slow')
  }
  assert.deepEqual(lines.splice(0), [
    'a provider is left alone for a while: its calls failed p default m1 slow',
  ])
  move(10_000)
  fail('credentials')
  assert.deepEqual(lines.splice(0), ['a provider refuses its key p default m1 credentials'])
  move(60_000)
  for (const candidate of models) begin(candidate).answered({})
  for (const candidate of models) begin(candidate).answered({})
  assert.deepEqual(lines.splice(0), ['a provider is asked again: it answers p default m2'])
  fail('money')
  assert.deepEqual(lines, ["a provider's account has nothing left p default m1 money"])
})

test('a target whose address was changed is another one: nothing is told of the old one', () => {
  const { begin, health } = clinic()
  const old = testCandidate()
  const next = testCandidate({ provider: "{ kind: openai, baseUrl: 'http://127.0.0.1:8/v1' }" })
  begin(old).failed(fault('rate_limit', 60_000))
  health.retain([next.provider])
  begin(next).answered({})
  // Of a request that began before.
  begin(old).answered({})
  const states = healthGauges(health).filter(({ name }) => name === 'sidelight_target_state')
  assert.deepEqual(
    states.map(({ labels }) => labels?.['state']),
    ['well'],
  )
})
