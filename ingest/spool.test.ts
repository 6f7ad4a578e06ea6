import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FileOperation, type MemoryFiles, memoryFiles } from '../testing/memory-files.ts'
import { type Random, seededRandom } from '../testing/random.ts'
import { errorCode } from './files.ts'
import { decodeFrames, FrameBatch } from './frames.ts'
import { recover } from './recovery.ts'
import { Spool, segmentRecordsMax } from './spool.ts'

const owner = { pid: 1, machine: 'aaaa', start: '1' }
const laterOwner = { ...owner, start: '2' }

function spoolOn(disk: MemoryFiles, onVanished: (records: number) => void = () => {}) {
  let nowMs = 0
  const spool = new Spool({
    directory: '/spool',
    boot: '1-0',
    owner,
    files: disk.files,
    nowMs: () => 1000 + nowMs,
    steadyMs: () => nowMs,
    onVanished,
  })
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { spool, pass }
}

function batchOf(texts: readonly string[]): { bytes: Buffer; count: number } {
  const batch = new FrameBatch()
  for (const text of texts) batch.add(text)
  return { bytes: Buffer.from(batch.bytes), count: batch.count }
}

async function appendTo(spool: Spool, texts: readonly string[]): Promise<void> {
  const { bytes, count } = batchOf(texts)
  await spool.append(bytes, count)
}

function contents(disk: MemoryFiles, ending = '.seg'): string[] {
  const names = disk.names().filter((name) => name.endsWith(ending))
  return names.flatMap((name) => {
    const bytes = disk.content(name) ?? Buffer.alloc(0)
    const { payloads, goodBytes } = decodeFrames(bytes)
    assert.equal(goodBytes, bytes.length, 'a sealed segment is whole')
    return payloads
  })
}

test('an appended batch is synced, and so is the directory that names its file', async () => {
  const disk = memoryFiles()
  const { spool } = spoolOn(disk)
  await appendTo(spool, ['a', 'b'])
  disk.cutPower(seededRandom(1))
  assert.deepEqual(contents(disk, '.open'), ['a', 'b'])
})

test('a sealed segment keeps its name but for the ending', async () => {
  const disk = memoryFiles()
  const { spool } = spoolOn(disk)
  await appendTo(spool, ['a'])
  const [open] = disk.names()
  await spool.seal()
  assert.deepEqual(disk.names(), [open?.replace('.open', '.seg')])
})

test('a segment is due by age, at once when full, and never when there is none', async () => {
  const disk = memoryFiles()
  const { spool, pass } = spoolOn(disk)
  assert.equal(spool.sealDueMs, undefined)
  pass(5000)
  await appendTo(spool, ['a'])
  assert.equal(spool.sealDueMs, 6000)
  await spool.append(batchOf(['many']).bytes, segmentRecordsMax - 1)
  assert.equal(spool.sealDueMs, 0)
})

test('a batch that does not fit goes to a segment of its own', async () => {
  const disk = memoryFiles()
  const { spool } = spoolOn(disk)
  const large = 'x'.repeat(3_000_000)
  await appendTo(spool, [large])
  await appendTo(spool, [large])
  await spool.seal()
  assert.equal(disk.names().length, 2)
})

test('what a failed write or sync left behind is overwritten, not doubled', async () => {
  for (const failing of ['write', 'datasync'] as const) {
    let left = 2
    const disk = memoryFiles((operation) => (operation === failing && left-- === 1 ? 'EIO' : undefined))
    const { spool } = spoolOn(disk)
    await appendTo(spool, ['a'])
    await assert.rejects(appendTo(spool, ['b', 'c']), { code: 'EIO' })
    await appendTo(spool, ['b', 'c', 'd'])
    await spool.seal()
    assert.deepEqual(contents(disk), ['a', 'b', 'c', 'd'], failing)
  }
})

test('the good part of a segment can be sealed while its tail is torn', async () => {
  let isFailing = false
  const disk = memoryFiles((operation) => (isFailing && operation === 'datasync' ? 'ENOSPC' : undefined))
  const { spool } = spoolOn(disk)
  await appendTo(spool, ['a'])
  isFailing = true
  await assert.rejects(appendTo(spool, ['b']))
  isFailing = false
  await spool.seal()
  assert.deepEqual(contents(disk), ['a'])
  await appendTo(spool, ['b'])
  await spool.seal()
  assert.deepEqual(contents(disk), ['a', 'b'])
})

test('a file that cannot be cut back is replaced by a copy of its good part', async () => {
  let isFailing = false
  const disk = memoryFiles((operation, path) => {
    const isHurt = path.endsWith('.open') && (operation === 'datasync' || operation === 'truncate')
    return isFailing && isHurt ? 'EIO' : undefined
  })
  const { spool } = spoolOn(disk)
  await appendTo(spool, ['a'])
  isFailing = true
  await assert.rejects(appendTo(spool, ['b']))
  await spool.seal()
  isFailing = false
  await appendTo(spool, ['b'])
  await spool.seal()
  assert.deepEqual(contents(disk), ['a', 'b'])
  assert.ok(disk.names().every((name) => name.endsWith('.seg')))
})

test('sealing that stopped half-way ends before anything else is written', async () => {
  let isFailing = true
  const disk = memoryFiles((operation) => (isFailing && operation === 'rename' ? 'EIO' : undefined))
  const { spool } = spoolOn(disk)
  await appendTo(spool, ['a'])
  await assert.rejects(spool.seal())
  await assert.rejects(appendTo(spool, ['b']))
  isFailing = false
  await appendTo(spool, ['b'])
  await spool.seal()
  assert.deepEqual(contents(disk), ['a', 'b'])
})

test('records whose file somebody removed are counted, and writing goes on', async () => {
  const disk = memoryFiles()
  let vanished = 0
  const { spool } = spoolOn(disk, (records) => {
    vanished += records
  })
  await appendTo(spool, ['a', 'b'])
  const [open = ''] = disk.names()
  await disk.files.unlink(open)
  await spool.seal()
  assert.equal(vanished, 2)
  await appendTo(spool, ['c'])
  await spool.seal()
  assert.deepEqual(contents(disk), ['c'])
})

test('a directory that was removed is made again', async () => {
  let isGone = true
  const disk = memoryFiles((operation) => {
    if (operation === 'mkdir') isGone = false
    return operation === 'open' && isGone ? 'ENOENT' : undefined
  })
  const { spool } = spoolOn(disk)
  await appendTo(spool, ['a'])
  await spool.seal()
  assert.deepEqual(contents(disk), ['a'])
})

/** Appends numbered records until told to stop, as the writer does: what failed is first in the next batch. */
async function writeThrough(spool: Spool, random: Random, until: () => boolean): Promise<number> {
  let durable = 0
  let offered = 0
  while (!until()) {
    offered += random.int(4)
    const texts = Array.from({ length: offered - durable }, (_, index) => `record ${durable + index}`)
    try {
      if (texts.length > 0) await appendTo(spool, texts)
      durable = offered
    } catch (error) {
      assert.ok(['EIO', 'ENOSPC'].includes(errorCode(error)), String(error))
    }
    if (random.chance(0.2)) await spool.seal().catch(() => {})
  }
  return durable
}

test('whatever fails and whenever the power goes, nothing durable is lost and nothing is doubled', async () => {
  const operations: FileOperation[] = ['open', 'write', 'datasync', 'truncate', 'rename', 'unlink', 'close']
  for (let seed = 1; seed <= 150; seed += 1) {
    const random = seededRandom(seed)
    const faulty = operations.filter(() => random.chance(0.4))
    let calls = 0
    let isBroken = false
    const disk = memoryFiles((operation) => {
      calls += 1
      // Errors come in runs, as on a full disk.
      if (random.chance(0.1)) isBroken = !isBroken
      return isBroken && faulty.includes(operation) ? random.pick(['EIO', 'ENOSPC']) : undefined
    }, random)
    const { spool } = spoolOn(disk)
    const stopAfter = 20 + random.int(80)
    const durable = await writeThrough(spool, random, () => calls > stopAfter)
    disk.cutPower(random)
    faulty.length = 0
    await recover({ directory: '/spool', self: laterOwner, files: disk.files, nowMs: Date.now })
    const found = contents(disk)
    assert.equal(new Set(found).size, found.length, `doubled with seed ${seed}`)
    for (let index = 0; index < durable; index += 1) {
      assert.ok(found.includes(`record ${index}`), `lost ${index} of ${durable} with seed ${seed}`)
    }
    assert.ok(
      disk.names().every((name) => name.endsWith('.seg')),
      `left open with seed ${seed}`,
    )
  }
})
