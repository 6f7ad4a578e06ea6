import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bruteForce } from '../../bench/evals/exact.ts'
import { cheapest, exchangesFrom } from './exchanges.ts'
import { solve } from './solve.ts'

const one = { cost: [1, 0.5, 0.1], gain: [0, -0.02, -0.2], lower: [0.05, 0.005, 0.005], upper: [1, 1, 1] }

test('without a floor everything that is free goes to the cheapest', () => {
  assert.deepEqual(cheapest(one), [0.05, 0.005, 0.945])
})

test('exchanges become ever dearer, and none goes beyond a bound', () => {
  const exchanges = exchangesFrom(cheapest(one), one)
  assert.ok(exchanges.length >= 2)
  for (const [index, { slope }] of exchanges.entries())
    assert.ok(index === 0 || slope >= (exchanges[index - 1]?.slope ?? 0))
})

test('the floor of the route binds exactly, and so does that of a segment', () => {
  const problem = {
    share: [0.5, 0.5],
    cost: [one.cost, one.cost],
    gain: [one.gain, [0, -0.01, -0.5]],
    lower: [one.lower, one.lower],
    upper: [one.upper, one.upper],
    floor: -0.02,
    segmentFloor: -0.03,
  }
  const weights = solve(problem)
  assert.ok(weights !== undefined)
  const gain = (s: number) =>
    (weights[s] ?? []).reduce((sum, w, a) => sum + w * (problem.gain[s]?.[a] ?? 0), 0)
  assert.ok(Math.abs(0.5 * gain(0) + 0.5 * gain(1) + 0.02) < 1e-9)
  assert.ok(gain(0) >= -0.03 - 1e-9 && gain(1) >= -0.03 - 1e-9)
})

test('where no weights keep the floor there are none', () => {
  const bad = { ...one, gain: [0, -1, -1], lower: [0.05, 0.4, 0.4] }
  const problem = { share: [1], floor: -0.02, segmentFloor: -0.02 }
  const matrix = { cost: [bad.cost], gain: [bad.gain], lower: [bad.lower], upper: [bad.upper] }
  assert.equal(solve({ ...problem, ...matrix }), undefined)
})

test('300 random cases cost what trying every corner finds', () => {
  const { worst, infeasible } = bruteForce(300)
  assert.ok(worst < 1e-9, `${worst}`)
  assert.ok(infeasible)
})
