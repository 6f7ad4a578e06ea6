import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRefusal, readPolicy } from '../contract/policy/read.ts'
import type { Weights } from '../contract/policy.ts'
import type { Cell, Evidence } from './evidence.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import type { IntegrityFacts } from './integrity/integrity.ts'
import { decide, type LoopInput } from './loop.ts'
import { trafficShares, weightsIn } from './policy/weights.ts'
import { type LoopSettings, usualSettings } from './settings.ts'

const nowMs = Date.UTC(2026, 10, 28)
const candidates = ['cheap', 'strong']
const settingsOf = (more: Partial<LoopSettings> = {}) =>
  usualSettings({ route: 'support', candidates, baseline: 'strong', maxLoss: 0.05, ...more })

interface Known {
  readonly n: number
  readonly mean: number
  readonly costUsd?: number
}

const cellOf = ({ n, mean, costUsd }: Known): Cell => {
  const of = (value: number) => ({ n, sum: n * value, squares: n * value * value })
  const live = { n, sum: n * mean, squares: n * mean }
  const cost = costUsd === undefined ? { n: 0, sum: 0, squares: 0 } : of(costUsd)
  return { live, paired: { n: 0, sum: 0, squares: 0 }, cost, delivered: of(1) }
}

function evidenceOf(known: Readonly<Record<string, Known>>, requests = 1000): Evidence {
  const none = cellOf({ n: 0, mean: 0 })
  return {
    traffic: new Map([['faq', requests]]),
    cell: (_segment, candidate) => (known[candidate] === undefined ? none : cellOf(known[candidate])),
  }
}

const good = evidenceOf({
  strong: { n: 3000, mean: 0.8, costUsd: 1 },
  cheap: { n: 3000, mean: 0.79, costUsd: 0.1 },
})
const start: Weights = { cheap: 0.05, strong: 0.95 }

function inputOf(more: Partial<LoopInput> = {}, standing: Partial<LoopInput['standing']> = {}): LoopInput {
  return {
    settings: settingsOf(),
    evidence: good,
    standing: { policy: undefined, configured: start, saltId: 's1', drifted: [], reverts: [], ...standing },
    integrity: undefined,
    scorerProblem: undefined,
    heldBack: undefined,
    runId: 'run-1',
    nowMs,
    ...more,
  }
}

const held = (input: LoopInput) => {
  const decision = decide(input)
  assert.equal(decision.policy, undefined, 'the policy in force stays')
  return decision
}

test('a cheaper candidate that is good enough gets more, by one step, in a document sidecars accept', () => {
  const { exitCode, policy, weights, outlook } = decide(inputOf())
  assert.equal(exitCode, exitCodes.published)
  assert.ok(policy !== undefined && weights !== undefined && outlook !== undefined)
  assert.ok(!isRefusal(readPolicy(policy.text, undefined)))
  const [before = 0] = trafficShares(start, candidates, 1)
  const [after = 0] = weights[0] ?? []
  assert.ok(Math.abs(after - before - 0.25) < 1e-9, `${before} to ${after}`)
  const published = trafficShares(weightsIn(policy.document, 'faq'), candidates, 1)
  assert.ok(
    Math.abs((published[0] ?? 0) - after) < 1e-6,
    'the holdout stands in front of what the document says',
  )
  assert.equal(policy.document.version, 1)
  assert.ok(outlook.cost < 0.75 && outlook.lower >= -0.05)
})

test('same inputs, same bytes', () => {
  assert.equal(decide(inputOf()).policy?.text, decide(inputOf()).policy?.text)
})

test('a run right after the last one goes on from there, and ends when nothing is left to save', () => {
  let input = inputOf()
  let versions = 0
  for (; versions < 20; versions += 1) {
    const { policy, exitCode } = decide(input)
    if (policy === undefined) {
      assert.equal(exitCode, exitCodes.noChange)
      break
    }
    assert.equal(policy.document.version, versions + 1)
    input = inputOf({}, { policy: policy.document })
  }
  assert.ok(versions >= 3 && versions <= 5, `${versions}`)
})

test('a price that is halved counts at the next run, without a new score', () => {
  const costOf = (costUsd: number) => {
    const known = { strong: { n: 3000, mean: 0.8, costUsd: 1 }, cheap: { n: 3000, mean: 0.79, costUsd } }
    return decide(inputOf({ evidence: evidenceOf(known) })).outlook?.cost ?? 1
  }
  assert.ok(costOf(0.4) < costOf(0.8))
  const dear = { strong: { n: 3000, mean: 0.8, costUsd: 1 }, cheap: { n: 3000, mean: 0.79, costUsd: 1.2 } }
  assert.equal(decide(inputOf({ evidence: evidenceOf(dear) })).policy, undefined)
})

test('too few scores: exploration begins, and then the run waits', () => {
  const few = evidenceOf({
    strong: { n: 100, mean: 0.8, costUsd: 1 },
    cheap: { n: 20, mean: 0.9, costUsd: 0.1 },
  })
  const first = decide(inputOf({ evidence: few }, { configured: { cheap: 0, strong: 1 } }))
  assert.equal(first.exitCode, exitCodes.published)
  assert.ok(Math.abs((first.weights?.[0]?.[0] ?? 0) - 0.03) < 1e-6, 'no more than a nursery')
  const again = held(inputOf({ evidence: few }, { policy: first.policy?.document }))
  assert.equal(again.exitCode, exitCodes.notEnough)
})

test('nobody reaches the least quality: the surest serves, and somebody is told', () => {
  const bad = evidenceOf({
    strong: { n: 3000, mean: 0.4, costUsd: 1 },
    cheap: { n: 3000, mean: 0.3, costUsd: 0.1 },
  })
  const input = inputOf(
    { evidence: bad, settings: settingsOf({ min: 0.7 }) },
    { configured: { cheap: 0.5, strong: 0.5 } },
  )
  const { alarms, weights } = decide(input)
  assert.ok(alarms.includes('floor_unreachable') && alarms.includes('below_min'))
  assert.ok((weights?.[0]?.[1] ?? 0) > 0.99, 'never the cheapest')
})

test('what the scorer cannot say holds everything', () => {
  const decision = held(inputOf({ scorerProblem: 'the judge is over budget' }))
  assert.equal(decision.exitCode, exitCodes.scorer)
  assert.equal(decision.reason, 'the judge is over budget')
})

test('a log that is not one of the draws it tells of holds everything, whatever it says', () => {
  const facts: IntegrityFacts = {
    strata: [{ segment: 'faq', policyVersion: 1, observed: [600, 400], expected: [500, 500] }],
    inverseWeights: { n: 1000, sum: 1000, variance: 1000 },
    rows: 1000,
    withoutPropensity: 0,
    recomputed: 1000,
    mismatches: 0,
  }
  assert.equal(held(inputOf({ integrity: facts })).exitCode, exitCodes.integrity)
  const clean = {
    ...facts,
    strata: [{ segment: 'faq', policyVersion: 1, observed: [500, 500], expected: [500, 500] }],
  }
  assert.equal(decide(inputOf({ integrity: clean })).exitCode, exitCodes.published)
  assert.equal(held(inputOf({ integrity: { ...clean, mismatches: 1 } })).exitCode, exitCodes.integrity)
  assert.equal(held(inputOf({ integrity: { ...clean, withoutPropensity: 2 } })).exitCode, exitCodes.integrity)
})

test('a candidate in alarm loses its weight now, to the baseline; in alarm the baseline moves nothing', () => {
  const standing = { configured: { cheap: 0.8, strong: 0.2 }, drifted: ['cheap'] }
  const { weights, alarms, exitCode } = decide(inputOf({}, standing))
  assert.equal(exitCode, exitCodes.published)
  assert.ok(Math.abs((weights?.[0]?.[0] ?? 0) - 0.005) < 1e-5)
  assert.deepEqual(alarms, ['candidate_drift'])
  const baseline = held(inputOf({}, { drifted: ['strong'] }))
  assert.deepEqual([baseline.exitCode, baseline.alarms], [exitCodes.notEnough, ['baseline_drift']])
})

test('without a price nobody grows, and without one of the baseline nothing moves', () => {
  const unpriced = evidenceOf({ strong: { n: 3000, mean: 0.8, costUsd: 1 }, cheap: { n: 3000, mean: 0.8 } })
  assert.equal(decide(inputOf({ evidence: unpriced })).weights?.[0]?.[0]?.toFixed(3), '0.005')
  const none = evidenceOf({ strong: { n: 3000, mean: 0.8 }, cheap: { n: 3000, mean: 0.8, costUsd: 1 } })
  assert.equal(held(inputOf({ evidence: none })).exitCode, exitCodes.notEnough)
})

test('guardrails: who fails too often or takes too long keeps what exploration gives', () => {
  const slow: Evidence = { ...good, durationP95Ms: (candidate) => (candidate === 'cheap' ? 9000 : 1000) }
  const settings = settingsOf({ guardrails: { durationP95Ms: 5000 } })
  assert.equal(decide(inputOf({ evidence: slow, settings })).weights?.[0]?.[0]?.toFixed(3), '0.005')
  assert.ok((decide(inputOf({ evidence: slow })).weights?.[0]?.[0] ?? 0) > 0.2)
  const dear = decide(inputOf({ settings: settingsOf({ guardrails: { spendUsd: 1 } }) }))
  assert.ok(dear.alarms.includes('spend_cap'))
})

test('modes: observe computes, freeze and ab do not, single takes one', () => {
  const observed = held(inputOf({ settings: settingsOf({ mode: 'observe' }) }))
  assert.equal(observed.exitCode, exitCodes.noChange)
  assert.ok((observed.weights?.[0]?.[0] ?? 0) > 0.2)
  for (const mode of ['freeze', 'ab'] as const)
    assert.equal(held(inputOf({ settings: settingsOf({ mode }) })).exitCode, exitCodes.noChange)
  const single = decide(
    inputOf({ settings: settingsOf({ mode: 'single' }) }, { configured: { cheap: 0.9, strong: 0.1 } }),
  )
  assert.ok((single.weights?.[0]?.[0] ?? 0) > 0.94)
})

test('after a policy was taken back: a day of rest, a stricter floor for a week, frozen after two', () => {
  const hour = 3_600_000
  assert.equal(held(inputOf({}, { reverts: [nowMs - hour] })).exitCode, exitCodes.notEnough)
  const close = evidenceOf({
    strong: { n: 9e5, mean: 0.8, costUsd: 1 },
    cheap: { n: 9e5, mean: 0.7, costUsd: 0.1 },
  })
  const share = (reverts: readonly number[]) =>
    decide(inputOf({ evidence: close }, { reverts, configured: { cheap: 0.3, strong: 0.7 } }))
      .weights?.[0]?.[0] ?? 0
  assert.ok(share([]) > 0.49 && share([nowMs - 48 * hour]) < 0.41)
  const twice = held(inputOf({}, { reverts: [nowMs - 48 * hour, nowMs - 72 * hour] }))
  assert.deepEqual(twice.alarms, ['frozen'])
})

test('a candidate that is no longer configured is no part of the next policy', () => {
  const first = decide(inputOf()).policy?.document
  const settings = settingsOf({ candidates: ['new', 'strong'] })
  const { policy } = decide(inputOf({ settings }, { policy: first }))
  assert.deepEqual(Object.keys(policy?.document.default ?? {}), ['new', 'strong'])
})

test('held-back scores that contradict the evidence hold the step', () => {
  const rows = Array.from({ length: 3000 }, (_, index) => ({
    segment: 'faq',
    candidate: index % 2 === 0 ? 'cheap' : 'strong',
    score: index % 2 === 0 ? Number(index % 5 === 0) : Number(index % 5 !== 0),
    propensity: 0.5,
    inclusion: 1,
    unit: (index % 997) / 997,
  }))
  const settings = settingsOf({ maxLoss: 0.02 })
  const decision = held(inputOf({ settings, heldBack: { rows, prompts: [] } }))
  assert.equal(decision.exitCode, exitCodes.notEnough)
  assert.match(decision.reason, /held-back scores/)
  assert.equal(
    held(inputOf({ heldBack: { rows: rows.slice(0, 50), prompts: [] } })).exitCode,
    exitCodes.notEnough,
  )
  const differences = { cheap: -0.01 }
  const prompts = Array.from({ length: 250 }, () => ({ segment: 'faq', differences }))
  assert.equal(decide(inputOf({ heldBack: { rows: [], prompts } })).exitCode, exitCodes.published)
})

test('of several routes the one that needs somebody most is told', () => {
  assert.equal(exitCodeOf([10, 0, 20]), 20)
  assert.equal(exitCodeOf([0, 21, 30, 22]), 30)
  assert.equal(exitCodeOf([0, 10]), 0)
  assert.equal(exitCodeOf([30, 1]), 1)
  assert.equal(exitCodeOf([]), 10)
})
