import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Waits } from './waits.ts'

test('a short wait ends on time, and a cancelled one never', async () => {
  const waits = new Waits()
  const ended: string[] = []
  waits.after(20, () => ended.push('short'))
  waits.after(20, () => ended.push('cancelled')).cancel()
  await sleep(60)
  assert.deepEqual(ended, ['short'])
})

test('a long wait ends once, within a quarter of a second after it is due', async () => {
  const waits = new Waits()
  const startedAt = performance.now()
  let endedAt = 0
  let times = 0
  waits.after(2000, () => {
    endedAt = performance.now()
    times += 1
  })
  waits.after(2000, () => assert.fail('cancelled')).cancel()
  await sleep(2700)
  assert.equal(times, 1)
  assert.ok(endedAt - startedAt >= 2000 && endedAt - startedAt < 2600, `${endedAt - startedAt} ms`)
})

test('a wait that is started anew counts from then, and an endless one never ends', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] })
  let now = 0
  t.mock.method(performance, 'now', () => now)
  const waits = new Waits()
  let isOver = false
  const wait = waits.after(5000, () => {
    isOver = true
  })
  waits.after(Number.POSITIVE_INFINITY, () => assert.fail('endless'))
  const pass = (ms: number) => {
    for (let left = ms; left > 0; left -= 250) {
      now += 250
      t.mock.timers.tick(250)
    }
  }
  pass(4000)
  wait.restart()
  pass(4000)
  assert.equal(isOver, false)
  pass(1500)
  assert.equal(isOver, true)
})

test('waits that are cancelled in any order leave the others in place', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  let now = 0
  t.mock.method(performance, 'now', () => now)
  const waits = new Waits()
  const ended: number[] = []
  const started = Array.from({ length: 20 }, (_, n) => waits.after(5000, () => ended.push(n)))
  for (const n of [19, 0, 7, 7, 18, 3]) started[n]?.cancel()
  now = 6000
  t.mock.timers.tick(6000)
  assert.deepEqual(
    ended.sort((a, b) => a - b),
    [1, 2, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
  )
})
