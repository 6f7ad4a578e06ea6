import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FeedbackRow, feedbackColumns, type LedgerRecord } from '../contract/record.ts'
import { type FileOperation, memoryFiles } from '../testing/memory-files.ts'
import { seededRandom } from '../testing/random.ts'
import { randomRecord, randomRow } from '../testing/random-record.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { batchRecordsMax } from './batch.ts'
import { decodeFrames } from './frames.ts'
import { decodeEntry, type SpoolEntry } from './payload.ts'
import { createWriter, type Writer, type WriterOptions } from './writer.ts'

const random = randomRecord(seededRandom(21), 0)
/** Small enough that a batch ends by its records and not by its bytes. */
const short = Object.entries(random.request).map(([name, value]) => [name, shortened(value)])
const template: LedgerRecord = { request: Object.fromEntries(short), attempts: [] }

function shortened(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, 36)
  return Array.isArray(value) ? [] : value
}

function numbered(seq: number): LedgerRecord {
  return { ...template, request: { ...template.request, seq } }
}

function offerAll(writer: Writer, from: number, to: number): void {
  for (let seq = from; seq < to; seq += 1) writer.offer(numbered(seq))
}

function writerIn(directory: string, options: Partial<WriterOptions> = {}): Promise<Writer> {
  return createWriter({
    directory,
    boot: '1-0',
    flushMs: 1,
    queueRowsMax: 1000,
    warn: () => {},
    ...options,
  })
}

function entriesIn(bytes: Buffer): SpoolEntry[] {
  return decodeFrames(bytes).payloads.map(decodeEntry)
}

function seqsIn(bytes: Buffer): number[] {
  return entriesIn(bytes).flatMap((entry) => ('request' in entry ? [entry.request.seq] : []))
}

async function sealedSeqs(directory: string): Promise<number[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.seg')).sort()
  const files = await Promise.all(names.map((name) => readFile(`${directory}/${name}`)))
  return files.flatMap(seqsIn)
}

function upTo(end: number): number[] {
  return Array.from({ length: end }, (_, index) => index)
}

/** A writer on a disk in memory, of which any operation can be made to fail. */
async function failingWriter(options: Partial<WriterOptions> = {}) {
  const failing = new Set<FileOperation>()
  const disk = memoryFiles((operation) => (failing.has(operation) ? 'ENOSPC' : undefined))
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  const writer = await writerIn('/spool', { files: disk.files, warn, ...options })
  const seqs = () => disk.names().flatMap((name) => seqsIn(disk.content(name) ?? Buffer.alloc(0)))
  return { writer, disk, failing, warnings, seqs }
}

/** How soon a failure is noticed depends on what else runs; that it is noticed does not. */
async function until(isTrue: () => boolean): Promise<void> {
  for (let tries = 0; !isTrue(); tries += 1) {
    assert.ok(tries < 500, 'it has not come true within five seconds')
    await sleep(10)
  }
}

// Some wait for real timers; together they take as long as the slowest.
describe('the writer', { concurrency: true }, () => {
  test('closing writes what is queued and seals it', async () => {
    await using directory = await tempDir()
    const writer = await writerIn(directory.file('spool'))
    offerAll(writer, 0, 50)
    await writer.close()
    assert.deepEqual(await sealedSeqs(directory.file('spool')), upTo(50))
    assert.deepEqual(
      (await readdir(directory.file('spool'))).filter((name) => !name.endsWith('.seg')),
      [],
    )
    const { accepted, spooled, lost, queued } = writer.counts()
    assert.deepEqual({ accepted, spooled, lost, queued }, { accepted: 50, spooled: 50, lost: 0, queued: 0 })
  })

  test('feedback goes the way of the records, in the order it came', async () => {
    const { writer, disk } = await failingWriter()
    const feedback = randomRow(feedbackColumns, seededRandom(22)) as FeedbackRow
    writer.offer(numbered(0))
    writer.offerFeedback(feedback)
    await writer.flushed()
    const [name = ''] = disk.names()
    const { payloads } = decodeFrames(disk.content(name) ?? Buffer.alloc(0))
    assert.deepEqual(payloads.slice(1).map(decodeEntry), [{ feedback }])
    assert.equal(writer.counts().spooled, 2)
    await writer.close()
  })

  test('flushed resolves when everything offered before is on the disk, and at once when all is', async () => {
    const { writer, disk, seqs } = await failingWriter()
    await writer.flushed()
    offerAll(writer, 0, 7)
    await writer.flushed()
    disk.cutPower(seededRandom(1))
    assert.deepEqual(seqs(), upTo(7))
    await writer.close()
  })

  test('an open segment is sealed after a second though nothing more comes', async () => {
    await using directory = await tempDir()
    const writer = await writerIn(directory.path)
    writer.offer(numbered(0))
    await writer.flushed()
    assert.deepEqual(await sealedSeqs(directory.path), [])
    await sleep(1150)
    assert.deepEqual(await sealedSeqs(directory.path), [0])
    await writer.close()
  })

  test('a long queue is encoded in slices, each written by itself', async () => {
    const { writer, disk, seqs } = await failingWriter({ queueRowsMax: 5000, flushMs: 5 })
    offerAll(writer, 0, 2 * batchRecordsMax + 1)
    await writer.flushed()
    assert.equal(disk.calls.filter((call) => call.startsWith('write')).length, 3)
    assert.deepEqual(seqs(), upTo(2 * batchRecordsMax + 1))
    await writer.close()
  })

  test('records that are offered while others are written wait for the next group', async () => {
    const { writer, disk } = await failingWriter({ flushMs: 5 })
    writer.offer(numbered(0))
    const first = writer.flushed()
    while (!disk.calls.some((call) => call.startsWith('write'))) await sleep(1)
    offerAll(writer, 1, 4)
    await first
    await writer.flushed()
    assert.equal(disk.calls.filter((call) => call.startsWith('write')).length, 2)
    await writer.close()
  })

  test('on a full disk records wait; what memory cannot hold is counted, and nothing is thrown', async () => {
    const { writer, failing, warnings } = await failingWriter({ queueRowsMax: 10 })
    failing.add('write')
    offerAll(writer, 0, 25)
    await until(() => warnings.length > 0)
    assert.equal(writer.counts().queued, 10)
    assert.equal(writer.counts().losses.queueFull, 15)
    assert.match(writer.problem() ?? '', /ENOSPC.*check the disk under stateDir/)
    assert.deepEqual(warnings, ['records cannot be written to the spool; they wait in memory'])
    await assert.rejects(writer.flushed(), /refused/)
    failing.clear()
    await writer.close()
  })

  test('writing goes on by itself when the disk has room again, without doubles', async () => {
    const { writer, failing, warnings, seqs } = await failingWriter()
    failing.add('datasync')
    offerAll(writer, 0, 5)
    await until(() => warnings.length > 0)
    failing.clear()
    offerAll(writer, 5, 9)
    await writer.flushed()
    assert.deepEqual(seqs(), upTo(9))
    await writer.close()
    assert.equal(writer.problem(), undefined)
    assert.equal(warnings.at(-1), 'the spool can be written again')
  })

  test('a seal that fails does not have durable records written again', async () => {
    const { writer, failing, seqs } = await failingWriter()
    failing.add('rename')
    offerAll(writer, 0, 10)
    const closed = writer.close()
    await sleep(50)
    failing.clear()
    await closed
    assert.deepEqual(seqs(), upTo(10))
    assert.equal(writer.counts().spooled, 10)
  })

  test('closing gives up on a disk that fails, counts what is lost and tells those who wait', async () => {
    const { writer, failing } = await failingWriter()
    failing.add('write')
    offerAll(writer, 0, 3)
    const waiting = assert.rejects(writer.flushed(), /before the record could be written/)
    await writer.close()
    await waiting
    writer.offer(numbered(3))
    assert.equal(writer.counts().losses.closed, 4)
  })

  test('a record of which no JSON can be made is counted and does not stop the others', async () => {
    const { writer, seqs } = await failingWriter()
    const broken = { ...template, request: { ...template.request, seq: 1n as unknown as number } }
    writer.offer(numbered(0))
    writer.offer(broken)
    const waiting = assert.rejects(writer.flushed(), /could not be encoded/)
    writer.offer(numbered(1))
    await waiting
    await writer.flushed()
    assert.deepEqual(seqs(), [0, 1])
    assert.equal(writer.counts().losses.unencodable, 1)
    await writer.close()
  })

  test('two writers share a directory', async () => {
    await using directory = await tempDir()
    const first = await writerIn(directory.path, { boot: '1-0' })
    offerAll(first, 0, 10)
    await first.flushed()
    const second = await writerIn(directory.path, { boot: '1-1' })
    offerAll(second, 10, 20)
    offerAll(first, 20, 30)
    await Promise.all([first.close(), second.close()])
    const seqs = await sealedSeqs(directory.path)
    assert.deepEqual(
      seqs.sort((a, b) => a - b),
      upTo(30),
    )
  })

  test('over the disk cap the oldest segment is dropped and its records counted', async () => {
    await using directory = await tempDir()
    const first = await writerIn(directory.path)
    offerAll(first, 0, 4)
    await first.close()
    const second = await writerIn(directory.path, { bytesMax: 10 })
    while (second.counts().lost === 0) await sleep(2)
    assert.equal(second.counts().losses.diskCap, 4)
    await second.close()
    assert.deepEqual(await sealedSeqs(directory.path), [])
  })

  test('a directory that cannot be used stops the start with its name and what to do', async () => {
    await using directory = await tempDir()
    await writeFile(directory.file('file'), '')
    const path = directory.file('file/spool')
    await assert.rejects(writerIn(path), (error: Error) => {
      assert.match(
        error.message,
        /^the spool directory .*file\/spool cannot be used \(ENOTDIR\): set `stateDir`/,
      )
      return true
    })
  })

  test('the end of a spool says what was seen, kept and lost, by day', async () => {
    const { writer, disk } = await failingWriter({ queueRowsMax: 5 })
    const day = 86_400_000
    for (let seq = 1; seq <= 7; seq += 1) {
      const record = numbered(seq)
      writer.offer({ ...record, request: { ...record.request, ts: seq < 4 ? day - 1 : day } })
    }
    await writer.close()
    const entries = disk.names().flatMap((name) => entriesIn(disk.content(name) ?? Buffer.alloc(0)))
    const audits = entries.flatMap((entry) => ('audit' in entry ? [entry.audit] : []))
    const told = audits.map((row) => [row.day, row.seen, row.spooled, row.lost, row.seq_min, row.seq_max])
    assert.deepEqual(told, [
      ['1970-01-01', 3, 3, 0, 1, 3],
      ['1970-01-02', 4, 2, 2, 4, 7],
    ])
    assert.deepEqual(audits[1]?.losses, { queueFull: 2 })
    assert.equal(writer.counts().spooled, 5)
  })

  test('what a disk limit drops is told as a loss of those who wrote it', async () => {
    const { writer: first, disk } = await failingWriter()
    offerAll(first, 1, 4)
    await first.close()
    const writer = await writerIn('/spool', { files: disk.files, bytesMax: 1, boot: '2-0' })
    await until(() => writer.counts().losses.diskCap > 0)
    await writer.close()
    assert.equal(writer.counts().losses.diskCap, 3)
    const entries = disk.names().flatMap((name) => entriesIn(disk.content(name) ?? Buffer.alloc(0)))
    const [audit] = entries.flatMap((entry) => ('audit' in entry ? [entry.audit] : []))
    assert.equal(audit?.sidecar_id, template.request.sidecar_id)
    assert.equal(audit?.boot, template.request.boot)
    assert.deepEqual(audit?.losses, { diskCap: 3 })
    assert.equal(audit?.seen, 0)
  })

  test('where nothing may be dropped a full spool refuses, and only expendable records are lost', async () => {
    const { writer, failing } = await failingWriter({ full: 'refuse', bytesMax: 20_000 })
    assert.equal(writer.refusal(), undefined)
    offerAll(writer, 0, 20)
    await writer.flushed()
    assert.match(writer.refusal() ?? '', /full/)
    writer.offer({ ...numbered(20), isExpendable: true })
    await assert.rejects(writer.flushed())
    writer.offer(numbered(21))
    await writer.flushed()
    assert.equal(writer.counts().losses.diskCap, 1)
    assert.equal(writer.counts().spooled, 21)
    assert.equal(failing.size, 0)
    await writer.close()
  })

  test('where nothing may be dropped a disk that fails refuses, until it can be written again', async () => {
    const { writer, failing } = await failingWriter({ full: 'refuse' })
    failing.add('write')
    writer.offer(numbered(0))
    await until(() => writer.refusal() !== undefined)
    failing.clear()
    await writer.flushed()
    await until(() => writer.refusal() === undefined)
    await writer.close()
  })
})
