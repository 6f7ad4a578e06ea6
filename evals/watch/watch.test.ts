import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canaryRows } from '../../bench/evals/watching.ts'
import { makePolicy } from '../../contract/policy/make.ts'
import { isRefusal, readPolicy } from '../../contract/policy/read.ts'
import { reverted, withCanary } from '../policy/canary.ts'
import { bet, newEProcess } from '../tests/e-process.ts'
import { crossing, newCanaryProcesses, watchPair } from './canary.ts'
import { drift } from './drift.ts'
import { canaryVerdict } from './stages.ts'

const fine = { score: 1, isOk: true, durationMs: 100, costUsd: 1 }
const reference = { durationP95Ms: 500, costUsd: 1, dearer: 0 }
const hour = 3_600_000

function crossedBy(canary: Partial<typeof fine>, more: Partial<typeof reference> = {}) {
  let processes = newCanaryProcesses
  for (let pair = 0; pair < 400; pair += 1)
    processes = watchPair(
      processes,
      { canary: { ...fine, ...canary }, control: fine },
      { ...reference, ...more },
    )
  return crossing(processes)?.metric
}

test('each metric takes a canary back by itself, and one like its control stays', () => {
  assert.equal(crossedBy({}), undefined)
  assert.equal(crossedBy({ score: 0 }), 'quality')
  assert.equal(crossedBy({ isOk: false }), 'ok')
  assert.equal(crossedBy({ durationMs: 900 }), 'duration')
  assert.equal(crossedBy({ costUsd: 2 }), 'cost')
  assert.equal(crossedBy({ costUsd: 2 }, { dearer: 1 }), undefined, 'dearer as it was meant to be')
})

test('a canary goes on when there are pairs and hours enough, waits before, and is held after two days', () => {
  const stage = { fraction: 0.1, sinceMs: 0, pairs: 200, processes: newCanaryProcesses }
  assert.deepEqual(canaryVerdict(stage, 2 * hour), { kind: 'advance', fraction: 0.5 })
  assert.equal(canaryVerdict(stage, hour).kind, 'watching')
  assert.equal(canaryVerdict({ ...stage, pairs: 199 }, 3 * hour).kind, 'watching')
  assert.equal(canaryVerdict({ ...stage, pairs: 199 }, 49 * hour).kind, 'held')
  assert.equal(canaryVerdict({ ...stage, fraction: 1 }, 3 * hour).kind, 'done')
  let process = newEProcess
  for (let pair = 0; pair < 50; pair += 1) process = bet(process, -1, 0.02)
  const verdict = canaryVerdict({ ...stage, processes: { ...newCanaryProcesses, ok: process } }, 3 * hour)
  assert.ok(verdict.kind === 'revert' && verdict.crossing.metric === 'ok' && verdict.crossing.eValue >= 80)
})

const content = {
  route: 'r',
  parent: 0,
  created_at: '2026-11-28T00:00:00.000Z',
  salt_id: 's1',
  segment_by: ['cat'],
  merge: {},
  segments: {},
}
const parent = makePolicy({ ...content, version: 1, default: { a: 1 } }).document
const next = makePolicy({ ...content, version: 2, parent: 1, default: { a: 0.5, b: 0.5 } }).document

test('stages are new versions of the same weights beside those of the control, and going back is one too', () => {
  const first = withCanary(next, { fraction: 0.1, control: parent, version: 2, nowMs: 0 }).document
  assert.deepEqual([first.canary?.fraction, first.canary?.control.version, first.version], [0.1, 1, 2])
  const second = withCanary(first, { fraction: 0.5, control: parent, version: 3, nowMs: 1 }).document
  assert.equal(second.canary?.salt, first.canary?.salt, 'who is in it stays in it')
  assert.equal(
    withCanary(second, { fraction: 1, control: parent, version: 4, nowMs: 2 }).document.canary,
    undefined,
  )
  const back = reverted(second, { control: parent, nowMs: 3 })
  assert.deepEqual(
    [back.document.version, back.document.parent, { ...back.document.default }],
    [4, 3, { a: 1 }],
  )
  assert.ok(!isRefusal(readPolicy(back.text, undefined)))
})

test('a hundred canaries: none that is well is taken back, those that are not are', () => {
  const [same, ten] = canaryRows(100)
  assert.ok(same?.isMet, same?.value)
  assert.ok(ten?.isMet, ten?.value)
})

test('drift is watched by candidate, against what was expected of it in its segment', () => {
  const scores = Array.from({ length: 400 }, (_, index) => ({
    segment: index % 2 === 0 ? 'easy' : 'hard',
    candidate: index % 4 < 2 ? 'same' : 'worse',
    score: index % 4 < 2 ? Number(index % 2 === 0) : 0,
  }))
  const expected = (segment: string) => (segment === 'easy' ? 1 : 0)
  assert.deepEqual(drift({}, scores, expected).alarms, ['worse'])
  assert.deepEqual(
    drift({}, scores, () => undefined),
    { state: {}, alarms: [] },
  )
  const half = drift({}, scores.slice(0, 12), expected)
  assert.deepEqual(half.alarms, [])
  assert.deepEqual(
    drift(half.state, scores.slice(12), expected).alarms,
    ['worse'],
    'a run goes on where the last one ended',
  )
})
