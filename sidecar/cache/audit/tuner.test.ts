import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorCurves, simulate } from '../../../testing/cache/simulation.ts'
import { betaShare, lowerBound, upperBound } from './clopper-pearson.ts'
import { askedTwice, auditedShare, freshTuner, labelled, never, type TunerState } from './tuner.ts'

const near = (value: number, expected: number) =>
  assert.ok(Math.abs(value - expected) < 1e-4, `${value}, not ${expected}`)

test('bounds are those of the tables', () => {
  near(upperBound(0, 299), 0.01)
  near(upperBound(0, 149), 0.0199)
  near(upperBound(2, 100, 0.975), 0.070384)
  near(lowerBound(2, 100, 0.975), 0.002431)
  near(upperBound(5, 10), 0.777559)
  near(betaShare(0.5, 2, 2), 0.5)
  assert.deepEqual([upperBound(3, 3), lowerBound(0, 9), upperBound(0, 0)], [1, 0, 1])
})

function fed(state: TunerState, labels: number, wrongEvery: number, score = 0.95): TunerState {
  let next = state
  for (let n = 1; n <= labels; n += 1)
    next = labelled(
      next,
      { score, isWrong: wrongEvery > 0 && n % wrongEvery === 0, p: 1 },
      { delta: 0.01, start: 'never' },
    )
  return next
}

test('299 right answers in a row certify one per cent, and not before', () => {
  assert.equal(fed(freshTuner(never), 250, 0).tau, never)
  assert.ok(fed(freshTuner(never), 350, 0).tau <= 0.95)
})

test('nothing is served below the scores that were seen', () => {
  const { tau } = fed(freshTuner(never), 1000, 0)
  assert.ok(tau > 0.9, `${tau}`)
})

test('a wrong hit raises the threshold at once', () => {
  const serving = fed(freshTuner(never), 400, 0)
  const after = labelled(serving, { score: 0.95, isWrong: true, p: 0.1 }, { delta: 0.01, start: 'never' })
  assert.ok(after.tau > 0.95)
})

test('what is wrong too often falls to nothing, and serves again only when proven', () => {
  let state = freshTuner(0.5)
  const setting = { delta: 0.01, start: 'serving' } as const
  for (let n = 0; n < 200 && state.tau < never; n += 1)
    state = labelled(state, { score: 0.99, isWrong: n % 3 === 0, p: 0.1 }, setting)
  assert.equal(state.tau, never)
  for (let n = 0; n < 250; n += 1) state = labelled(state, { score: 0.99, isWrong: false, p: 1 }, setting)
  assert.equal(state.tau, never)
})

test('answers that differ from themselves are not held against the cache', () => {
  let noisy = freshTuner(never)
  for (let n = 0; n < 400; n += 1) noisy = askedTwice(noisy, n % 10 === 0)
  assert.equal(fed(freshTuner(never), 1000, 40).tau, never)
  const tolerant = { delta: 0.02, start: 'never' } as const
  let state = noisy
  for (let n = 1; n <= 1000; n += 1)
    state = labelled(state, { score: 0.95, isWrong: n % 60 === 0, p: 1 }, tolerant)
  assert.ok(state.tau < never)
  assert.ok(auditedShare(state).share > 0)
})

for (const delta of [0.01, 0.02, 0.05]) {
  test(`over generated traffic, wrong hits stay below ${delta * 100} %, and the interval holds the truth`, () => {
    let [hits, wrong, covered, runs] = [0, 0, 0, 0]
    for (const curve of Object.values(errorCurves))
      for (let seed = 1; seed <= 7; seed += 1) {
        const run = simulate({ curve, delta, requests: 4000, seed, start: 'never' })
        hits += run.hits
        wrong += run.wrong
        covered += run.covers ? 1 : 0
        runs += 1
      }
    assert.ok(hits === 0 || wrong / hits <= delta, `${wrong} of ${hits}`)
    assert.ok(covered / runs >= 0.95)
  })
}
