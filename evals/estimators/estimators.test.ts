import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simpson } from '../../bench/evals/exact.ts'
import { type Cell, noCell } from '../evidence.ts'
import { seededRandom } from '../random.ts'
import { estimate } from './estimate.ts'
import { standardError } from './estimates.ts'
import { discount, momentsOf, noMoments } from './moments.ts'
import { doublyRobust, effectiveSample, type ScoredRow, snips, weighed } from './off-policy.ts'
import { calibrated, calibration } from './ppi.ts'
import { saving } from './savings.ts'

const many = (count: number, mean: number) => ({ n: count, sum: count * mean, squares: count * mean })
const cell = (live: Cell['live'], more: Partial<Cell> = {}): Cell => ({ ...noCell, live, ...more })
const asked = (cells: Readonly<Record<string, Cell>>, segments = ['s']) => ({
  segments,
  candidates: ['a', 'b'],
  baseline: 'a',
  share: segments.map(() => 1 / segments.length),
  cell: (segment: string, candidate: string) => cells[`${segment} ${candidate}`] ?? noCell,
})

test('who is asked what is easy gains nothing by it', () => {
  const { difference } = simpson()
  for (const row of difference) assert.ok((row[1] ?? 0) < -0.03 && (row[1] ?? 0) > -0.05, `${row[1]}`)
})

test('a cell without scores expects the difference of the route, and is unsure of it', () => {
  const estimates = estimate(
    asked({ 's a': cell(many(500, 0.8)), 's b': cell(many(500, 0.6)), 't a': cell(many(500, 0.5)) }, [
      's',
      't',
    ]),
    {},
  )
  assert.ok(Math.abs((estimates.difference[1]?.[1] ?? 0) + 0.2) < 0.01)
  assert.ok(standardError(estimates, 1, 1) > 0.1)
  assert.ok(standardError(estimates, 0, 1) < 0.04)
})

test('pairs alone are enough, and pairs beside live scores make both surer', () => {
  const paired = { n: 300, sum: -15, squares: 60 }
  const alone = estimate(asked({ 's a': cell(many(10, 0.8)), 's b': cell(noMoments, { paired }) }), {})
  assert.ok(Math.abs((alone.difference[0]?.[1] ?? 0) + 0.05) < 1e-9)
  const live = { 's a': cell(many(300, 0.8)), 's b': cell(many(300, 0.75)) }
  const both = { ...live, 's b': cell(many(300, 0.75), { paired }) }
  const surer = (of: Record<string, Cell>) => standardError(estimate(asked(of), {}), 0, 1)
  assert.ok(surer(both) < surer(live))
  assert.ok(surer(both) < standardError(alone, 0, 1))
})

test('an answer that was not delivered is worth nothing', () => {
  const delivered = { n: 1000, sum: 900, squares: 900 }
  const same = { 's a': cell(many(5000, 0.8)), 's b': cell(many(5000, 0.8)) }
  const failing = { ...same, 's b': cell(many(5000, 0.8), { delivered }) }
  assert.ok(Math.abs(estimate(asked(same), {}).difference[0]?.[1] ?? 1) < 1e-9)
  assert.ok(Math.abs((estimate(asked(failing), {}).difference[0]?.[1] ?? 0) + 0.08) < 0.001)
})

test("a judge's differences are corrected, and what corrects them adds to the doubt", () => {
  const paired = { n: 1000, sum: 100, squares: 300 }
  const cells = { 's a': cell(many(10, 0.8)), 's b': cell(noMoments, { paired }) }
  const rectifier = () => ({ lambda: 0.5, mean: -0.1, variance: 0.0004 })
  const corrected = estimate(asked(cells), { rectifier })
  assert.ok(Math.abs((corrected.difference[0]?.[1] ?? 0) + 0.05) < 1e-9)
  assert.ok(standardError(corrected, 0, 1) > 0.02)
})

test('half of what was known counts after two weeks', () => assert.ok(Math.abs(discount(14) - 0.5) < 1e-12))

test('off-policy: rows of one policy say what another would have done', () => {
  const random = seededRandom('off-policy')
  const truth = [0.8, 0.6]
  const rows = Array.from({ length: 8000 }, (): ScoredRow => {
    const candidate = random() < 0.9 ? 0 : 1
    const propensity = candidate === 0 ? 0.9 : 0.1
    const score = Number(random() < (truth[candidate] ?? 0))
    return { segment: 0, candidate, score, propensity, inclusion: candidate === 0 ? 0.5 : 1, unit: random() }
  }).filter(({ candidate }) => candidate === 1 || random() < 0.5)
  const half = [[0.5, 0.5]]
  const { mean, error } = doublyRobust(rows, { policy: half, against: [[1, 0]], share: [1] })
  assert.ok(Math.abs(mean + 0.1) < 3 * error, `${mean} ± ${error}`)
  assert.ok(error < 0.02)
  assert.ok(Math.abs(snips(weighed(rows, half)) - 0.7) < 0.03)
  const effective = effectiveSample(weighed(rows, half))
  assert.ok(effective > 1000 && effective < rows.length)
})

test('people and judge together: right on average, however wrong the judge is', () => {
  const random = seededRandom('ppi')
  const draw = () => {
    const human = Number(random() < 0.4)
    return { human, judge: random() < 0.8 ? human : 1 }
  }
  let covered = 0
  for (let run = 0; run < 200; run += 1) {
    const by = calibration(Array.from({ length: 100 }, draw), 500)
    const { mean, variance } = calibrated(
      Array.from({ length: 500 }, () => draw().judge),
      by,
    )
    if (Math.abs(mean - 0.4) <= 1.96 * Math.sqrt(variance)) covered += 1
  }
  assert.ok(covered >= 180, `${covered} of 200`)
})

test('what was saved is measured against the holdout, with an interval; without one nothing is said', () => {
  const holdout = momentsOf(Array.from({ length: 400 }, (_, index) => 1 + (index % 3) / 10))
  const all = momentsOf(Array.from({ length: 8000 }, (_, index) => 0.5 + (index % 3) / 10))
  const saved = saving(all, holdout)
  assert.ok(saved !== undefined && Math.abs(saved.share - 0.4545) < 0.001)
  assert.ok(saved.lower < saved.share && saved.upper > saved.share && saved.upper - saved.lower < 0.02)
  assert.equal(saving(all, noMoments), undefined)
})
