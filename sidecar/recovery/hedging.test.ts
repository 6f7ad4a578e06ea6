import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FirstTokens } from './first-tokens.ts'
import { Hedging } from './hedging.ts'

test('p95 is known from a hundred samples on, of the last ten minutes alone', () => {
  const times = new FirstTokens()
  for (let ms = 1; ms < 100; ms += 1) times.note('a', ms, 0)
  assert.equal(times.p95('a', 0), undefined)
  times.note('a', 100, 0)
  assert.equal(times.p95('a', 0), 95)
  assert.equal(times.p95('b', 0), undefined)
  assert.equal(times.p95('a', 600_001), undefined)
})

test('of a busy candidate the last samples count', () => {
  const times = new FirstTokens()
  for (let round = 0; round < 5000; round += 1) times.note('a', 10, round)
  for (let round = 0; round < 512; round += 1) times.note('a', 700, 5000 + round)
  assert.equal(times.p95('a', 6000), 700)
})

test('samples of candidates that nobody asks any more do not pile up', () => {
  const times = new FirstTokens()
  for (let round = 0; round < 2000; round += 1) times.note(`candidate ${round}`, 1, 0)
  for (let round = 0; round < 100; round += 1) times.note('a', 5, 0)
  assert.equal(times.p95('a', 0), 5)
})

test('each request earns its share of a hedge; one is there from the start, and ten are saved at most', () => {
  const hedging = new Hedging()
  let hedges = 0
  for (let round = 0; round < 1000; round += 1) {
    hedging.earn('r', 0.05)
    if (hedging.take('r')) hedges += 1
  }
  assert.equal(hedges, 50)
  for (let round = 0; round < 1000; round += 1) hedging.earn('q', 0.05)
  hedges = 0
  while (hedging.take('q')) hedges += 1
  assert.equal(hedges, 10)
  assert.equal(hedging.take('unknown'), false)
})
