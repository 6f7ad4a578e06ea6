import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LedgerRecord } from '../contract/record.ts'
import { type MemoryFiles, memoryFiles } from '../testing/memory-files.ts'
import { seededRandom } from '../testing/random.ts'
import { randomRecord } from '../testing/random-record.ts'
import { tokenWarehouse } from '../testing/token-warehouse.ts'
import { FrameBatch } from './frames.ts'
import { encodeEntry } from './payload.ts'
import { listQuarantined, returnQuarantined } from './quarantined.ts'
import { warehouseCourier } from './ship/courier.ts'
import { wait } from './ship/outcome.ts'
import type { Inserter } from './ship/warehouse-insert.ts'
import { createShipper } from './shipper.ts'

const directory = '/spool'
const template = randomRecord(seededRandom(41), 1)

function numbered(seq: number): LedgerRecord {
  const own = {
    seq,
    session: `s${seq}`,
    sidecar_id: 'sidecar',
    boot: 5,
    worker: 0,
    ts: Date.UTC(2026, 10, 20),
  }
  return { ...template, request: { ...template.request, ...own } }
}

function putSegment(disk: MemoryFiles, number: number, seqs: readonly number[]): void {
  const batch = new FrameBatch()
  for (const seq of seqs) assert.ok(batch.add(encodeEntry(numbered(seq))))
  disk.put(
    `${directory}/00000000000001-1-0-p1.ab.c-${String(number).padStart(6, '0')}.seg`,
    Buffer.from(batch.bytes),
  )
}

async function ship(disk: MemoryFiles, inserter: Inserter, tries = 6): Promise<boolean> {
  const shipper = await createShipper({
    ...{ directory, files: disk.files, info: () => {}, warn: () => {}, backoff: { firstMs: 1, mostMs: 2 } },
    courier: warehouseCourier(inserter),
    random: () => 0.5,
  })
  const isDone = await shipper.drain(tries)
  await shipper.stop()
  return isDone
}

const seqOf = (row: string): number => JSON.parse(row)[2]
const sorted = (rows: readonly string[] | undefined) => (rows ?? []).map(seqOf).sort((a, b) => a - b)
const upTo = (end: number) => Array.from({ length: end }, (_, index) => index)

/** What the ledger says of losses: those put aside, and those that came back. */
function auditOf(rows: readonly string[] = []): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const row of rows) {
    const [, , table, , , , , , lost, losses] = JSON.parse(row)
    if (table !== 'requests') continue
    sums['lost'] = (sums['lost'] ?? 0) + lost
    for (const [name, count] of Object.entries<number>(losses)) sums[name] = (sums[name] ?? 0) + count
  }
  return sums
}

test('what was refused is listed by reason without a word of it, and returns when its cause is mended', async () => {
  const disk = memoryFiles()
  putSegment(disk, 0, upTo(9))
  const poison = new Set([2, 3, 7])
  const warehouse = tokenWarehouse({ isPoison: (row) => row.includes('"s') && poison.has(seqOf(row)) })
  assert.equal(await ship(disk, warehouse), true)
  const [group, ...more] = await listQuarantined(directory, disk.files)
  assert.deepEqual(more, [])
  const { firstMs, lastMs, ...figures } = group ?? { firstMs: 0, lastMs: 0 }
  assert.deepEqual(figures, { table: 'requests', reason: 'CANNOT_PARSE_TEXT', column: '', rows: 3 })
  assert.ok(firstMs > 0 && firstMs <= lastMs)
  poison.delete(2)
  poison.delete(3)
  assert.deepEqual(await returnQuarantined(directory, { files: disk.files }), { rows: 3, left: 0 })
  assert.deepEqual(await listQuarantined(directory, disk.files), [])
  assert.equal(await ship(disk, warehouse), true)
  assert.deepEqual(sorted(warehouse.tables.get('requests')), [0, 1, 2, 3, 4, 5, 6, 8])
  // What is still refused came back, so one is missing and said to be.
  assert.equal((await listQuarantined(directory, disk.files))[0]?.rows, 1)
  assert.deepEqual(auditOf(warehouse.tables.get('self_audit')), { lost: 4, quarantined: 4, returned: 3 })
})

test('nothing to return is no error, and a quarantine that another process is at is left alone', async () => {
  const disk = memoryFiles()
  assert.deepEqual(await returnQuarantined(directory, { files: disk.files }), { rows: 0, left: 0 })
  disk.put(`${directory}/quarantine/shipper.lock`, Buffer.from('{'))
  await assert.rejects(returnQuarantined(directory, { files: disk.files }), /another process/)
})

test('rows of a batch that is still on its way are left for the next time', async () => {
  const disk = memoryFiles()
  putSegment(disk, 0, upTo(4))
  let isDown = false
  const warehouse = tokenWarehouse({
    isPoison: (row) => row.includes('"s0"'),
    before: ({ rows, table }) => {
      // Half of the batch is settled, with one row put aside; then the warehouse is gone.
      if (table === 'requests' && rows.length === 2 && rows.some((row) => row.includes('"s2"'))) isDown = true
      return isDown ? wait('unreachable', '') : undefined
    },
  })
  assert.equal(await ship(disk, warehouse), false)
  assert.deepEqual(await returnQuarantined(directory, { files: disk.files }), { rows: 0, left: 1 })
})

test('rows return once, whatever process dies at whatever moment', async () => {
  const seed = Number(process.env['SEED'] ?? 77)
  const random = seededRandom(seed)
  for (let round = 0; round < 30; round += 1) {
    let callsLeft = Number.POSITIVE_INFINITY
    const disk = memoryFiles((operation) => {
      callsLeft -= 1
      return callsLeft < 0 && operation !== 'close' ? 'EIO' : undefined
    }, random)
    const count = 3 + random.int(12)
    putSegment(disk, 0, upTo(count))
    let poison = new Set(upTo(count).filter(() => random.chance(0.4)))
    const warehouse = tokenWarehouse({ isPoison: (row) => row.includes('"s') && poison.has(seqOf(row)) })
    assert.equal(await ship(disk, warehouse), true)
    poison = new Set([...poison].filter(() => random.chance(0.2)))
    for (let crash = 0; crash < 4; crash += 1) {
      callsLeft = random.int(40)
      const act = random.chance(0.6)
        ? returnQuarantined(directory, { files: disk.files })
        : ship(disk, warehouse, 3)
      await act.catch(() => {})
      callsLeft = Number.POSITIVE_INFINITY
      disk.cutPower(random)
      disk.remove(`${directory}/shipper.lock`)
      disk.remove(`${directory}/quarantine/shipper.lock`)
    }
    assert.equal(await ship(disk, warehouse), true)
    await returnQuarantined(directory, { files: disk.files })
    assert.equal(await ship(disk, warehouse), true)
    const where = `seed ${seed}, round ${round}`
    const expected = upTo(count).filter((seq) => !poison.has(seq))
    assert.deepEqual(sorted(warehouse.tables.get('requests')), expected, where)
    const [group] = await listQuarantined(directory, disk.files)
    assert.equal(group?.rows ?? 0, poison.size, where)
    const { lost = 0, returned = 0 } = auditOf(warehouse.tables.get('self_audit'))
    assert.equal(lost - returned, poison.size, where)
  }
})
