import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryFiles } from '../../testing/memory-files.ts'
import { FrameBatch } from '../frames.ts'
import { sealedEnding } from '../segment-name.ts'
import { claimedEnding } from '../ship/claim.ts'
import { Marks, markLine } from './marks.ts'

const mark = { lane: 'one', number: 7, token: 't', seenMs: 1 }

test('a segment that the shipper claims while marks are read is read under its new name', async () => {
  let isRenamed = false
  const disk = memoryFiles((operation, path) => {
    if (operation !== 'readFile' || !path.endsWith(sealedEnding) || isRenamed) return undefined
    isRenamed = true
    const bytes = disk.content(path) as Buffer
    disk.put(path.replace(sealedEnding, claimedEnding), bytes)
    disk.remove(path)
    return 'ENOENT'
  })
  const batch = new FrameBatch()
  batch.add(`${markLine(mark)}\nrow`)
  disk.put(`/spool/a${sealedEnding}`, Buffer.from(batch.bytes))
  const marks = await Marks.open('/spool', disk.files)
  assert.ok(isRenamed)
  assert.equal(marks.judge('one', 7, 't'), 'known')
  assert.equal(marks.judge('one', 8, 'u'), 'new')
})
