import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../testing/random.ts'
import { canonicalJson } from './canonical.ts'
import { roundWeights, weightsProblem } from './weights.ts'

const units = (weights: Readonly<Record<string, number>>) =>
  Object.values(weights).reduce((sum, weight) => sum + Math.round(weight * 1e6), 0)

test('a third is rounded so that three of them are 1 again, the first id getting the rest', () => {
  const rounded = roundWeights({ c: 1 / 3, b: 1 / 3, a: 1 / 3 })
  assert.deepEqual({ ...rounded }, { a: 0.333334, b: 0.333333, c: 0.333333 })
})

test('what has six decimals already stays as it is', () => {
  for (const share of [0.775, 0.1, 0.29, 0.57, 0.000001, 0.999999, 0.012345]) {
    const weights = { a: share, b: Math.round((1 - share) * 1e6) / 1e6 }
    assert.deepEqual({ ...roundWeights(weights) }, weights)
  }
})

test('any shares, in any order of keys: six decimals, 1 together, nowhere a unit away, and the same twice', () => {
  const random = seededRandom(20261128)
  for (let round = 0; round < 2000; round += 1) {
    const count = 1 + random.int(random.chance(0.1) ? 300 : 8)
    const raw = Array.from({ length: count }, () => (random.chance(0.2) ? 0 : random.next() ** 4))
    raw[0] = (raw[0] ?? 0) + 0.01
    const sum = raw.reduce((total, value) => total + value, 0)
    const entries = raw.map((value, index): [string, number] => [`c${index}`, value / sum])
    const weights = Object.fromEntries(entries)
    const rounded = roundWeights(weights)
    assert.equal(units(rounded), 1_000_000, `round ${round}`)
    assert.equal(weightsProblem(rounded), undefined, `round ${round}`)
    for (const [id, weight] of Object.entries(rounded))
      assert.ok(Math.abs(weight - (weights[id] ?? 0)) < 1e-6 + 1e-9 && weight >= 0, `round ${round}, ${id}`)
    const shuffled = Object.fromEntries(entries.toSorted(() => random.next() - 0.5))
    assert.equal(canonicalJson(roundWeights(shuffled)), canonicalJson(rounded), `round ${round}`)
    assert.equal(canonicalJson(roundWeights(rounded)), canonicalJson(rounded), `round ${round}`)
  }
})

test('a thousand shares a hair under a whole unit do not add up to more than 1', () => {
  const hair = 1 - 0.0000009995 * 1000
  const weights = Object.fromEntries(
    Array.from({ length: 1001 }, (_, index) => [`c${index}`, index === 0 ? hair : 0.0000009995]),
  )
  assert.equal(units(roundWeights(weights)), 1_000_000)
})

test('a candidate may be called __proto__', () => {
  const rounded = roundWeights(JSON.parse('{"__proto__": 0.25, "constructor": 0.75}'))
  assert.equal(canonicalJson(rounded), '{"__proto__":0.25,"constructor":0.75}')
})

test('shares are finite, none is negative, and they sum to 1 within a billionth', () => {
  assert.equal(weightsProblem({ a: 1 }), undefined)
  assert.equal(weightsProblem({ a: 1, b: 0 }), undefined)
  assert.equal(weightsProblem({ a: 0.5, b: 0.5 - 1e-10 }), undefined)
  assert.equal(weightsProblem({ a: 0.5, b: 0.5 - 1e-8 }), 'the weights do not sum to 1')
  assert.equal(weightsProblem({ a: 1.5, b: -0.5 }), 'a weight is no number of 0 or more')
  assert.equal(weightsProblem({ a: Number.NaN, b: 1 }), 'a weight is no number of 0 or more')
  assert.equal(weightsProblem({ a: Number.POSITIVE_INFINITY }), 'a weight is no number of 0 or more')
  assert.equal(weightsProblem({ a: '1' as unknown as number }), 'a weight is no number of 0 or more')
  assert.equal(weightsProblem({}), 'no candidate has a weight')
})
