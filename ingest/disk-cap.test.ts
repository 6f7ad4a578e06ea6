import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type MemoryFiles, memoryFiles } from '../testing/memory-files.ts'
import { DiskCap } from './disk-cap.ts'
import { FrameBatch } from './frames.ts'
import { segmentName } from './segment-name.ts'

const owner = { pid: 1, machine: 'aaaa', start: '1' }

function pathOf(number: number): string {
  return `/spool/${segmentName({ openedMs: 1000 + number, boot: '1-0', owner, number })}.seg`
}

function putSegment(disk: MemoryFiles, number: number, records: number): void {
  const batch = new FrameBatch()
  for (let index = 0; index < records; index += 1) batch.add('x'.repeat(92))
  disk.put(pathOf(number), Buffer.from(batch.bytes))
}

function capOn(disk: MemoryFiles, bytesMax: number, full: 'drop' | 'refuse' = 'drop') {
  const dropped: number[] = []
  const onDropped = (payloads: readonly Buffer[]) => void dropped.push(payloads.length)
  const cap = new DiskCap({ directory: '/spool', bytesMax, full, files: disk.files, onDropped })
  return { cap, dropped }
}

test('below the limit nothing is dropped, and what waits is known', async () => {
  const disk = memoryFiles()
  putSegment(disk, 1, 3)
  putSegment(disk, 2, 1)
  const { cap, dropped } = capOn(disk, 400)
  assert.deepEqual(cap.waiting(), { segments: 0, bytes: 0, oldestMs: undefined })
  await cap.enforce()
  assert.deepEqual(cap.waiting(), { segments: 2, bytes: 400, oldestMs: 1001 })
  assert.deepEqual(dropped, [])
})

test('over the limit the oldest go, with their records counted', async () => {
  const disk = memoryFiles()
  for (const number of [3, 1, 2, 4]) putSegment(disk, number, number)
  disk.put('/spool/1-b.open', Buffer.alloc(100_000))
  const { cap, dropped } = capOn(disk, 799)
  await cap.enforce()
  assert.deepEqual(dropped, [1, 2])
  assert.deepEqual(disk.names(), [pathOf(3), pathOf(4), '/spool/1-b.open'].sort())
  assert.deepEqual(cap.waiting(), { segments: 2, bytes: 700, oldestMs: 1003 })
})

test('a segment is asked for its size once, and one that was shipped no longer counts', async () => {
  const disk = memoryFiles()
  putSegment(disk, 1, 1)
  putSegment(disk, 2, 1)
  const { cap } = capOn(disk, 1000)
  await cap.enforce()
  await disk.files.unlink(pathOf(1))
  await cap.enforce()
  assert.equal(cap.waiting().bytes, 100)
  assert.equal(disk.calls.filter((call) => call.startsWith('stat')).length, 2)
})

test('a segment that is shipped while it is dropped is not counted as lost', async () => {
  const disk = memoryFiles((operation) => (operation === 'unlink' ? 'ENOENT' : undefined))
  putSegment(disk, 1, 5)
  const { cap, dropped } = capOn(disk, 10)
  await cap.enforce()
  assert.deepEqual(dropped, [])
})

test('where dropping is not allowed everything stays', async () => {
  const disk = memoryFiles()
  for (const number of [1, 2, 3]) putSegment(disk, number, 1)
  const { cap, dropped } = capOn(disk, 150, 'refuse')
  await cap.enforce()
  assert.equal(cap.waiting().bytes, 300)
  assert.deepEqual(dropped, [])
})
