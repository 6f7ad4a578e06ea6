import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Closing } from './closing.ts'

function collector(waitMs: number) {
  const closed: (readonly number[])[] = []
  const closing = new Closing<number>(waitMs, (ended) => void closed.push(ended))
  return { closed, closing }
}

test('what ends within a moment is closed together, in its order', async () => {
  const { closed, closing } = collector(1)
  closing.add(1)
  closing.add(2)
  assert.deepEqual(closed, [])
  await sleep(20)
  assert.deepEqual(closed, [[1, 2]])
  closing.add(3)
  await sleep(20)
  assert.deepEqual(closed, [[1, 2], [3]])
})

test('what is urgent is closed at once, behind what ended before it; without a wait everything is', () => {
  const { closed, closing } = collector(1000)
  closing.add(1)
  closing.add(2, true)
  assert.deepEqual(closed, [[1, 2]])
  const direct = collector(0)
  direct.closing.add(1)
  assert.deepEqual(direct.closed, [[1]])
})

test('a drain waits for what takes its time', async () => {
  const closed: number[] = []
  const closing = new Closing<number>(1000, async (ended) => {
    await sleep(5)
    closed.push(...ended)
  })
  closing.add(1, true)
  closing.add(2)
  await closing.drain()
  assert.deepEqual(closed, [1, 2])
})

test('a crowd is not waited for, and nothing is closed twice', async () => {
  const { closed, closing } = collector(5)
  for (let index = 0; index < 300; index += 1) closing.add(index)
  assert.deepEqual(
    closed.map((ended) => ended.length),
    [128, 128],
  )
  closing.flush()
  closing.flush()
  await sleep(20)
  assert.deepEqual(
    closed.flat(),
    Array.from({ length: 300 }, (_, index) => index),
  )
})
