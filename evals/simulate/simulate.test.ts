import assert from 'node:assert/strict'
import { test } from 'node:test'
import { madeUpTable, mmluPro, played } from '../../testing/evals.ts'
import { exitCodes } from '../exit-codes.ts'

const table = mmluPro()
const options = { settings: { maxLoss: 0.05, segmentLoss: 0.1 }, golden: 300, days: 14, seed: 3 }

test('two weeks with a golden set: much cheaper, above the floor, everybody seen, step by step', () => {
  const days = played(table, options)
  assert.equal(days.length, 14)
  assert.ok((days[0]?.costShare ?? 0) > 0.95)
  assert.ok((days[13]?.costShare ?? 1) < 0.6, `${days[13]?.costShare}`)
  for (const { weights, qualityLoss, decision, scored } of days) {
    assert.ok(qualityLoss < 0.055, `${qualityLoss}`)
    assert.notEqual(decision.exitCode, exitCodes.failed)
    assert.ok(Math.min(...scored) >= 1)
    for (const row of Object.values(weights)) {
      assert.ok(Math.abs(Object.values(row).reduce((sum, weight) => sum + weight, 0) - 1) < 1e-6)
      assert.ok(Math.min(...Object.values(row)) >= 0.005)
      assert.ok((row[table.baseline] ?? 0) >= 0.05 - 1e-6, 'the holdout')
    }
  }
})

test('same seed, same policies to the byte; another seed, others', () => {
  const few = { ...options, days: 5 }
  const texts = (seed: number) => played(table, { ...few, seed }).map(({ decision }) => decision.policy?.text)
  assert.deepEqual(texts(3), texts(3))
  assert.notDeepEqual(texts(3), texts(4))
  assert.ok(texts(3).some((text) => text !== undefined))
})

test('equal candidates at equal cost: 28 days without a new version', () => {
  const equal = madeUpTable({ segments: 4, quality: [0.7, 0.7, 0.7, 0.7], costUsd: [1, 1, 1, 1] })
  const days = played({ ...equal, baseline: 'c0' }, { settings: { maxLoss: 0.02 }, seed: 5 })
  assert.deepEqual([...new Set(days.map(({ decision }) => decision.policy))], [undefined])
})

test('a main candidate that becomes 30 points worse is cut within a day', () => {
  const changes = [{ day: 10, candidate: 'gemini-1.5-flash-002', points: -0.3 }]
  const days = played(table, { ...options, changes })
  const share = (day: number) =>
    Math.max(...Object.values(days[day]?.weights ?? {}).map((row) => row['gemini-1.5-flash-002'] ?? 0))
  assert.ok(share(10) > 0.2, `${share(10)}`)
  assert.ok(days[10]?.decision.alarms.includes('candidate_drift'))
  assert.ok(share(11) < 0.02, `${share(11)}`)
  assert.ok((days[11]?.qualityLoss ?? 1) < 0.055)
})

test('one candidate, one segment, no scores: nothing moves and nothing breaks', () => {
  const alone = madeUpTable({ segments: 1, quality: [0.7], costUsd: [1] })
  for (const { costShare, qualityLoss } of played({ ...alone, baseline: 'c0' }, { days: 3 }))
    assert.deepEqual([costShare, qualityLoss], [1, 0])
  const two = madeUpTable({ segments: 1, quality: [0.7, 0.6], costUsd: [1, 0.1] })
  const days = played({ ...two, baseline: 'c0' }, { days: 3, settings: { scores: 0 } })
  assert.ok(days.every(({ decision }) => decision.exitCode === exitCodes.notEnough))
})
