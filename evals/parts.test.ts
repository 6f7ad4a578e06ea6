import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeRows } from '../bench/evals/judging.ts'
import { integrityRows } from '../bench/evals/quiet.ts'
import { compare } from './ab.ts'
import { budgetCheck } from './budget.ts'
import { momentsOf } from './estimators/moments.ts'
import { feedbackProblem } from './feedback.ts'
import { judgeHealth } from './judge/health.ts'
import type { JudgedPair } from './judge/verdict.ts'
import { documentWeights, trafficShares } from './policy/weights.ts'
import { sampleWithout, seededRandom } from './random.ts'
import { chooseForScoring } from './scoring/choose.ts'
import { waterFilled } from './scoring/plan.ts'
import { mergeOf } from './segments.ts'

test('scores are spread evenly, rare cells give all they have, and none is left over', () => {
  assert.deepEqual(waterFilled([100, 3, 50], 63), [30, 3, 30])
  assert.deepEqual(waterFilled([100, 3, 50], 64), [31, 3, 30])
  assert.deepEqual(waterFilled([2, 3], 100), [2, 3])
  assert.deepEqual(waterFilled([5, 5], 0), [0, 0])
  assert.deepEqual(waterFilled([], 5), [])
})

test('what is scored is chosen by hash, the same every time, with the chance it had', () => {
  const rows = Array.from({ length: 10 }, (_, index) => index)
  const hashOf = (row: number) => (row * 7) % 10
  const [chosen = []] = chooseForScoring([rows], 4, hashOf)
  assert.deepEqual(
    chosen.map(({ row }) => row),
    [0, 3, 6, 9],
  )
  assert.ok(chosen.every(({ inclusion }) => inclusion === 0.4))
})

test('a sample takes nothing twice', () => {
  const chosen = sampleWithout(seededRandom(1), 50, 60)
  assert.equal(new Set(chosen).size, 50)
  assert.equal(sampleWithout(seededRandom(1), 90, 60).length, 60)
})

test('small segments join the one without their last key, again and again; too many are one', () => {
  const merge = mergeOf(
    new Map([
      ['faq|v3', 10],
      ['faq|v2', 25],
      ['chat|v1', 500],
      ['rare', 5],
      ['a|b|c', 1],
    ]),
  )
  assert.deepEqual({ ...merge }, { 'faq|v3': 'faq', 'faq|v2': 'faq', rare: '', 'a|b|c': '' })
  const many = mergeOf(new Map(Array.from({ length: 80 }, (_, index) => [`s${index}`, 1000 - index])))
  assert.equal(Object.values(many).filter((into) => into === 'other').length, 17)
  assert.equal(many['s62'], undefined)
})

test('what was merged stays merged: sidecars no longer record the parts', () => {
  const merge = mergeOf(
    new Map([
      ['faq', 100],
      ['faq|v3', 90],
    ]),
    { 'faq|v3': 'faq', 'faq|v2': 'faq' },
  )
  assert.deepEqual({ ...merge }, { 'faq|v3': 'faq', 'faq|v2': 'faq' })
})

test('a document and the holdout in front of it come to the shares that were meant', () => {
  const shares = [0.005001, 0.744999, 0.25]
  const candidates = ['a', 'b', 'c']
  const again = trafficShares(documentWeights(shares, candidates, 2), candidates, 2)
  for (const [index, share] of again.entries()) assert.ok(Math.abs(share - (shares[index] ?? 0)) < 1e-12)
  assert.deepEqual(trafficShares({ gone: 1 }, ['a', 'b'], 1), [0, 1])
})

test('logs: diverted and forged ones are held, clean ones are not', () => {
  for (const { figure, value, isMet } of integrityRows(10)) assert.ok(isMet, `${figure}: ${value}`)
})

test('judges: calibrated intervals cover, the biased one and mixed versions are refused', () => {
  for (const { figure, value, isMet } of judgeRows()) assert.ok(isMet, `${figure}: ${value}`)
})

test('a judge is refused for each thing that makes it unfit', () => {
  const pair = (index: number): JudgedPair => ({
    scorerVersion: 'v1',
    verdict: index % 2 === 0 ? 'a' : 'b',
    swapped: index % 2 === 0 ? 'a' : 'b',
    position: index % 4 < 2 ? 'first' : 'second',
    human: index % 10 === 0 ? 'b' : index % 2 === 0 ? 'a' : 'b',
    lengths: index % 3 === 0 ? [100, 200] : [200, 100],
  })
  const pairs = Array.from({ length: 120 }, (_, index) => pair(index))
  assert.deepEqual(judgeHealth(pairs, 0).problems, [])
  const problem = (change: (one: JudgedPair, index: number) => JudgedPair, failures = 0) =>
    judgeHealth(pairs.map(change), failures).problems.join()
  assert.match(
    problem((one) => ({ ...one, swapped: 'tie' })),
    /survive the other order/,
  )
  assert.match(
    problem((one) => ({ ...one, position: 'first' })),
    /stands first/,
  )
  assert.match(
    problem((one) => ({ ...one, human: one.verdict === 'a' ? 'b' : 'a' })),
    /agrees too little/,
  )
  assert.match(
    problem((one) => ({ ...one, lengths: one.verdict === 'a' ? [300, 10] : [10, 300] })),
    /length alone/,
  )
  assert.match(
    problem((one) => one, 10),
    /could not be read/,
  )
  assert.match(
    problem((one, index) => ({ ...one, scorerVersion: `v${index % 2}` })),
    /2 versions/,
  )
  assert.match(judgeHealth(pairs.slice(0, 40), 0).problems.join(), /40 labels/)
  assert.ok(Math.abs(judgeHealth(pairs, 0).winRateAtEqualLength - 0.5) < 0.05)
})

test('two arms: the difference with an interval, the check of the draw, and how long it will take', () => {
  const units = (count: number, share: number) =>
    momentsOf(Array.from({ length: count }, (_, index) => Number((index * 37) % 100 < share * 100)))
  const arm = (count: number, share: number, due = count) => ({
    units: units(count, share),
    arrived: count,
    due,
  })
  const seen = compare(arm(2000, 0.6), arm(2000, 0.5), { margin: 0.02, days: 10 })
  assert.ok(
    seen.interval !== undefined && seen.interval.lower > 0 && Math.abs(seen.interval.mean - 0.1) < 0.01,
  )
  assert.equal(seen.sampleRatioP, 1)
  assert.ok((seen.daysToMargin ?? 0) > 30)
  assert.ok(
    compare(arm(2000, 0.6, 2200), arm(2200, 0.5, 2000), { margin: 0.02, days: 10 }).sampleRatioP < 0.001,
  )
  assert.equal(compare(arm(50, 0.6), arm(50, 0.5), { margin: 0.02, days: 10 }).interval, undefined)
})

test('feedback moves nothing when few give it, or more of one candidate than of another', () => {
  const of = (successes: number, trials = 1000) => ({ successes, trials })
  assert.equal(feedbackProblem({ a: of(300), b: of(310) }), undefined)
  assert.match(feedbackProblem({ a: of(30), b: of(31) }) ?? '', /20 % are needed/)
  assert.match(feedbackProblem({ a: of(300), b: of(400) }) ?? '', /more often/)
  assert.match(feedbackProblem({}) ?? '', /0 %/)
})

test('a budget that cannot tell the floor apart is named, with one that can', () => {
  const route = { share: [1], segments: ['s'], candidates: ['a', 'b'], baseline: 0 }
  const weights = [[0.5, 0.5]]
  const small = budgetCheck(route, { requests: 2000, scores: 50, maxLoss: 0.02, weights })
  assert.ok(!small.isEnough && (small.scoresNeeded ?? 0) > 50 && small.lossNeeded > 0.02)
  const enough = budgetCheck(route, {
    requests: 2000,
    scores: small.scoresNeeded ?? 0,
    maxLoss: 0.02,
    weights,
  })
  assert.ok(enough.isEnough)
  assert.equal(
    budgetCheck(route, { requests: 60, scores: 60, maxLoss: 0.02, weights }).scoresNeeded,
    undefined,
  )
})
