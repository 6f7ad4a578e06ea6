import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { play } from './play.ts'

const never = new AbortController().signal

test('no more are under way than may be, and the end waits for all', async () => {
  let running = 0
  let most = 0
  let done = 0
  const cue = () => ({
    atMs: 0,
    act: async () => {
      running += 1
      most = Math.max(most, running)
      await sleep(2)
      running -= 1
      done += 1
    },
  })
  await play(Array.from({ length: 40 }, cue), { speed: 1, atOnce: 7, signal: never })
  assert.deepEqual({ most, done, running }, { most: 7, done: 40, running: 0 })
})

test('a cue that holds is over before the next begins', async () => {
  const order: string[] = []
  await play(
    [
      {
        atMs: 0,
        holds: true,
        act: async () => {
          await sleep(10)
          order.push('change')
        },
      },
      { atMs: 0, act: () => void order.push('request') },
    ],
    { speed: 1, atOnce: 7, signal: never },
  )
  assert.deepEqual(order, ['change', 'request'])
})

test('a signal ends it: what has not begun does not begin', async () => {
  const ending = new AbortController()
  let acted = 0
  const act = () => {
    acted += 1
    if (acted === 3) ending.abort()
  }
  const cues = Array.from({ length: 10 }, (_, index) => ({ atMs: index, act }))
  await play([...cues, { atMs: 3_600_000, act }], { speed: 1, atOnce: 7, signal: ending.signal })
  assert.equal(acted, 3)
})
