import assert from 'node:assert/strict'
import { test } from 'node:test'
import { momentsOf } from '../estimators/moments.ts'
import { seededRandom } from '../random.ts'
import { chiSquareP, countTest } from './chi-square.ts'
import { clopperPearson } from './clopper-pearson.ts'
import { isAlarm, newECusum, watched } from './e-cusum.ts'
import { bet, fires, newEProcess } from './e-process.ts'
import { normalQuantile, normalUpper } from './normal.ts'
import { twoProportions } from './proportions.ts'
import { sequenceInterval, sequenceOfDifference, sequenceRadius } from './sequence.ts'

const near = (value: number, expected: number, within = 1e-6) =>
  assert.ok(Math.abs(value - expected) <= within, `${value} is not ${expected}`)

test('chances of chi-square and normal numbers are those of the tables', () => {
  near(chiSquareP(3.841459, 1), 0.05)
  near(chiSquareP(18.466827, 4), 0.001)
  near(chiSquareP(100, 80), 0.064_57, 1e-4)
  near(chiSquareP(500, 400), 0.000_48, 3e-5)
  near(normalUpper(1.959964), 0.025)
  near(normalQuantile(0.95), 1.644854)
})

test('counts: small cells are counted together, and what can never be drawn is found at once', () => {
  assert.equal(countTest([50, 50], [50, 50]).p, 1)
  assert.equal(countTest([96, 2, 1, 1], [95, 2, 2, 1]).degrees, 1)
  assert.equal(countTest([98, 1, 1], [98, 1, 1]).degrees, 0)
  assert.equal(countTest([100, 1], [101, 0]).p, 0)
  near(countTest([60, 40], [50, 50]).p, 0.0455, 1e-4)
})

test('the exact interval of a share, also of none and of all', () => {
  const [lower, upper] = clopperPearson(8, 10)
  near(lower, 0.4439, 1e-4)
  near(upper, 0.9748, 1e-4)
  near(clopperPearson(0, 10)[1], 0.3085, 1e-4)
  assert.deepEqual(clopperPearson(10, 10)[1], 1)
})

test('two shares: told apart when they differ, not when they do not', () => {
  near(twoProportions({ successes: 45, trials: 100 }, { successes: 30, trials: 100 }), 0.0285, 1e-3)
  assert.equal(twoProportions({ successes: 3, trials: 10 }, { successes: 0, trials: 0 }), 1)
})

test('an interval that is looked at after every number leaves out the truth in at most 5 % of runs', () => {
  let missed = 0
  for (let run = 0; run < 200; run += 1) {
    const random = seededRandom('sequence', run)
    let [n, sum] = [0, 0]
    for (let index = 0; index < 1000; index += 1) {
      n += 1
      sum += Number(random() < 0.3)
      if (n >= 100 && Math.abs(sum / n - 0.3) > sequenceRadius(n, Math.sqrt(0.21))) {
        missed += 1
        break
      }
    }
  }
  assert.ok(missed <= 10, `${missed} of 200`)
})

test('an interval needs a hundred numbers of each side', () => {
  const few = momentsOf(Array.from({ length: 99 }, (_, index) => index % 2))
  const many = momentsOf(Array.from({ length: 5000 }, (_, index) => index % 2))
  assert.equal(sequenceInterval(few), undefined)
  assert.equal(sequenceOfDifference(few, many), undefined)
  const interval = sequenceOfDifference(many, many)
  assert.ok(interval !== undefined && interval.lower < 0 && interval.upper > 0 && interval.mean === 0)
})

test('an e-process stakes nothing before it has seen anything, and fires on a loss', () => {
  assert.equal(bet(newEProcess, -1, 0).capital, 1)
  let process = newEProcess
  for (let pair = 0; pair < 200; pair += 1) process = bet(process, pair % 4 === 0 ? -1 : 0, 0.02)
  assert.ok(fires(process, 0.0125))
  let still = newEProcess
  for (let pair = 0; pair < 5000; pair += 1) still = bet(still, [1, 0, -1, 0][pair % 4] ?? 0, 0.02)
  assert.ok(!fires(still, 0.0125))
})

test('a candidate that does what is expected of it raises no alarm; one that has become worse does', () => {
  const random = seededRandom('cusum')
  let bets = newECusum
  for (let index = 0; index < 5000; index += 1) {
    bets = watched(bets, Number(random() < 0.8), 0.8)
    assert.ok(!isAlarm(bets), `at ${index}`)
  }
  let until = 0
  for (; until < 2000 && !isAlarm(bets); until += 1) bets = watched(bets, Number(random() < 0.6), 0.8)
  assert.ok(until < 600, `${until}`)
})
