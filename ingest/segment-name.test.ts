import assert from 'node:assert/strict'
import { test } from 'node:test'
import { thisProcess } from './owner.ts'
import { parseSegmentName, sealedPath, segmentName } from './segment-name.ts'

const parts = { openedMs: 1_764_000_000_000, boot: '1763999999999-0', owner: thisProcess(), number: 7 }

test('a name tells when, where and by whom a segment was opened', () => {
  for (const ending of ['.open', '.seg', '.open.copy']) {
    assert.deepEqual(parseSegmentName(segmentName(parts) + ending), parts)
  }
})

test('names sort by time, then by number', () => {
  const later = segmentName({ ...parts, openedMs: parts.openedMs + 1, number: 1 })
  const next = segmentName({ ...parts, number: 10 })
  assert.deepEqual([later, next, segmentName(parts)].sort(), [segmentName(parts), next, later])
})

test('sealing changes only the ending', () => {
  assert.equal(sealedPath('/spool/1-b.open'), '/spool/1-b.seg')
})

test('other files are not ours', () => {
  for (const name of ['', 'x.open', '1-b-p1.zz!.1-1.open', 'policy.json']) {
    assert.equal(parseSegmentName(name), undefined)
  }
})
