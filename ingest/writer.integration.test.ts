import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { LedgerRecord } from '../contract/record.ts'
import { seededRandom } from '../testing/random.ts'
import { randomRecord } from '../testing/random-record.ts'
import { nodeCommand, spawnProcess } from '../testing/spawn.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { decodeFrames } from './frames.ts'
import { decodeEntry } from './payload.ts'
import { createWriter } from './writer.ts'

const child = fileURLToPath(new URL('../testing/spool-writer.ts', import.meta.url))

async function sealedRecords(directory: string): Promise<LedgerRecord[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.seg')).sort()
  const files = await Promise.all(names.map((name) => readFile(`${directory}/${name}`)))
  return files.flatMap((bytes) => {
    const { payloads, goodBytes } = decodeFrames(bytes)
    assert.equal(goodBytes, bytes.length, 'a sealed segment is whole')
    return payloads.map(decodeEntry).filter((entry) => 'request' in entry)
  })
}

function open(directory: string, warn: (message: string) => void = () => {}) {
  return createWriter({ directory, boot: `${Date.now()}-9`, flushMs: 1, queueRowsMax: 3000, warn })
}

/** Two processes at once, killed at any moment; what each said was durable. */
async function killedWriters(
  directory: string,
  round: number,
  afterMs: number,
): Promise<Map<string, number>> {
  const names = [`${round}-a`, `${round}-b`]
  const writers = names.map((name) => spawnProcess([nodeCommand, child, directory, name]))
  await Promise.all(writers.map((writer) => writer.waitFor(/\d+\n/)))
  await sleep(afterMs)
  for (const writer of writers) writer.signal('SIGKILL')
  await Promise.all(writers.map((writer) => writer.exit))
  return new Map(names.map((name, index) => [name, lastNumber(writers[index]?.stdout ?? '')]))
}

function lastNumber(output: string): number {
  // The last line may be cut short by the kill.
  const whole = output.slice(0, output.lastIndexOf('\n')).split('\n')
  return Number(whole.at(-1))
}

test('after kill -9 at any moment everything durable is there once, in order', async () => {
  await using directory = await tempDir()
  const random = seededRandom(Date.now())
  const durable = new Map<string, number>()
  for (let round = 0; round < 5; round += 1) {
    const killed = await killedWriters(directory.path, round, random.int(150))
    for (const [name, count] of killed) durable.set(name, count)
    await (await open(directory.path)).close()
  }
  const seqs = Map.groupBy(await sealedRecords(directory.path), (record) => record.request.session)
  for (const [name, count] of durable) {
    const found = (seqs.get(name) ?? []).map((record) => record.request.seq)
    assert.ok(count > 0 && found.length >= count, `${name}: ${found.length} of ${count}`)
    assert.deepEqual(
      found,
      found.map((_, index) => index),
      `${name} has gaps or doubles`,
    )
  }
  assert.deepEqual(
    (await readdir(directory.path)).filter((name) => !name.endsWith('.seg')),
    [],
  )
})

function mountSmallDisk(path: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', path]).status === 0
}

test('a disk that really fills up: records wait, and are written once when there is room', async (t) => {
  await using directory = await tempDir()
  if (!mountSmallDisk(directory.path)) return t.skip('only root can mount a small disk')
  try {
    const template = randomRecord(seededRandom(32), 1)
    const warnings: string[] = []
    const writer = await open(directory.path, (message) => void warnings.push(message))
    const offer = (from: number, to: number) => {
      for (let seq = from; seq < to; seq += 1) {
        writer.offer({ ...template, request: { ...template.request, seq } })
      }
    }
    offer(0, 50)
    await writer.flushed()
    offer(50, 1500)
    while (warnings.length === 0) await sleep(5)
    assert.equal(writer.counts().queued, 1450)
    spawnSync('mount', ['-o', 'remount,size=64m', directory.path])
    await writer.flushed()
    await writer.close()
    const seqs = (await sealedRecords(directory.path)).map((record) => record.request.seq)
    assert.deepEqual(
      seqs,
      Array.from({ length: 1500 }, (_, index) => index),
    )
  } finally {
    spawnSync('umount', [directory.path])
  }
})
