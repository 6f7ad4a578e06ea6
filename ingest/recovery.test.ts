import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { memoryFiles } from '../testing/memory-files.ts'
import { type TempDir, tempDir } from '../testing/temp-dir.ts'
import { nodeFiles } from './files.ts'
import { decodeFrames, FrameBatch } from './frames.ts'
import { type Owner, thisProcess } from './owner.ts'
import { recover } from './recovery.ts'
import { segmentName } from './segment-name.ts'

const self = thisProcess()
const ended = { ...self, start: '1' }

function nameFor(owner: Owner, number = 1): string {
  return segmentName({ openedMs: 1_764_000_000_000, boot: '1-0', owner, number })
}

function segment(texts: readonly string[]): Buffer {
  const batch = new FrameBatch()
  for (const text of texts) batch.add(text)
  return Buffer.from(batch.bytes)
}

function recoverIn(directory: TempDir, nowMs = Date.now()) {
  return recover({ directory: directory.path, self, files: nodeFiles, nowMs: () => nowMs })
}

test('a segment torn at any byte is cut at its last good frame and sealed', async () => {
  const whole = segment(['first', 'second'])
  const firstEnds = segment(['first']).length
  await using directory = await tempDir()
  for (let length = 0; length <= whole.length; length += 1) {
    await writeFile(directory.file(`${nameFor(ended, length)}.open`), whole.subarray(0, length))
  }
  const recovered = await recoverIn(directory)
  const names = (await readdir(directory.path)).sort()
  assert.equal(names.length, whole.length - firstEnds + 1, 'what held nothing is gone')
  assert.ok(names.every((name) => name.endsWith('.seg')))
  for (const [index, name] of names.entries()) {
    const bytes = await readFile(directory.file(name))
    const isWhole = index === names.length - 1
    assert.deepEqual(bytes, isWhole ? whole : whole.subarray(0, firstEnds))
  }
  assert.equal(recovered.segments, names.length)
  assert.equal(recovered.records, names.length + 1)
  // Whole are the file that is empty, the one that ends after the first frame, and the last.
  assert.equal(recovered.tornTails, whole.length + 1 - 3)
})

test('a flipped byte costs its frame and those behind it, and is counted', async () => {
  const bytes = segment(['first', 'second', 'third'])
  const at = segment(['first']).length + 10
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  const disk = memoryFiles()
  disk.put(`/spool/${nameFor(ended)}.open`, bytes)
  const recovered = await recover({ directory: '/spool', self, files: disk.files, nowMs: Date.now })
  const kept = disk.content(`/spool/${nameFor(ended)}.seg`) ?? Buffer.alloc(0)
  assert.deepEqual(decodeFrames(kept).payloads, ['first'])
  assert.deepEqual(recovered, {
    segments: 1,
    records: 1,
    tornTails: 1,
    tornBytes: bytes.length - segment(['first']).length,
    failed: 0,
  })
})

test('the good part is synced before it is sealed', async () => {
  const disk = memoryFiles()
  disk.put(`/spool/${nameFor(ended)}.open`, Buffer.concat([segment(['a']), Buffer.alloc(20)]))
  await recover({ directory: '/spool', self, files: disk.files, nowMs: Date.now })
  const operations = disk.calls.map((call) => call.split(' ')[0])
  assert.deepEqual(operations.slice(-5), ['truncate', 'datasync', 'close', 'rename', 'syncDirectory'])
})

test('segments of a process that runs are left alone, sealed ones and strange files too', async () => {
  await using directory = await tempDir()
  const names = [`${nameFor(self)}.open`, `${nameFor(ended)}.seg`, 'policy.json']
  for (const name of names) await writeFile(directory.file(name), segment(['a']).subarray(0, 5))
  assert.equal((await recoverIn(directory)).segments, 0)
  assert.deepEqual((await readdir(directory.path)).sort(), names.sort())
})

test('a segment of another container is left alone until it has been still for a minute', async () => {
  await using directory = await tempDir()
  const name = nameFor({ ...self, machine: '00000000' })
  await writeFile(directory.file(`${name}.open`), segment(['a']))
  assert.equal((await recoverIn(directory, Date.now() + 50_000)).segments, 0)
  assert.equal((await recoverIn(directory, Date.now() + 70_000)).segments, 1)
  assert.deepEqual(await readdir(directory.path), [`${name}.seg`])
})

test('a copy that was not finished is removed', async () => {
  const disk = memoryFiles()
  disk.put(`/spool/${nameFor(ended)}.open.copy`, segment(['a']))
  disk.put(`/spool/${nameFor(ended)}.open`, segment(['a']))
  await recover({ directory: '/spool', self, files: disk.files, nowMs: Date.now })
  assert.deepEqual(disk.names(), [`/spool/${nameFor(ended)}.seg`])
})

test('one segment that cannot be read does not hold up the others, and is tried again', async () => {
  const bad = `${nameFor(ended, 1)}.open`
  let isFailing = true
  const disk = memoryFiles((operation, path) =>
    isFailing && operation === 'readFile' && path.endsWith(bad) ? 'EIO' : undefined,
  )
  disk.put(`/spool/${bad}`, segment(['a']))
  disk.put(`/spool/${nameFor(ended, 2)}.open`, segment(['b']))
  const options = { directory: '/spool', self, files: disk.files, nowMs: Date.now }
  const first = await recover(options)
  assert.deepEqual([first.segments, first.failed], [1, 1])
  isFailing = false
  const second = await recover(options)
  assert.deepEqual([second.segments, second.failed], [1, 0])
})

test('two processes that recover at once seal each segment once', async () => {
  await using directory = await tempDir()
  for (let number = 0; number < 20; number += 1) {
    await writeFile(directory.file(`${nameFor(ended, number)}.open`), segment([`record ${number}`]))
  }
  const both = await Promise.all([recoverIn(directory), recoverIn(directory)])
  assert.equal(both[0].segments + both[1].segments, 20)
  assert.equal(both[0].failed + both[1].failed, 0)
  assert.equal((await readdir(directory.path)).filter((name) => name.endsWith('.seg')).length, 20)
})
