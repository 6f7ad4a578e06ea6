import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LedgerRecord } from '../contract/record.ts'
import { type MemoryFiles, memoryFiles } from '../testing/memory-files.ts'
import { seededRandom } from '../testing/random.ts'
import { randomRecord } from '../testing/random-record.ts'
import { type TokenWarehouseOptions, tokenWarehouse } from '../testing/token-warehouse.ts'
import { FrameBatch } from './frames.ts'
import { encodeEntry } from './payload.ts'
import { warehouseCourier } from './ship/courier.ts'
import { wait } from './ship/outcome.ts'
import type { Inserter } from './ship/warehouse-insert.ts'
import { createShipper } from './shipper.ts'

const directory = '/spool'
const template = randomRecord(seededRandom(41), 2)

function numbered(seq: number): LedgerRecord {
  return { ...template, request: { ...template.request, seq, session: `s${seq}` } }
}

function segmentOf(...payloads: string[]): Buffer {
  const batch = new FrameBatch()
  for (const payload of payloads) assert.ok(batch.add(payload))
  return Buffer.from(batch.bytes)
}

function nameOf(number: number): string {
  return `00000000000001-1-0-p1.ab.c-${String(number).padStart(6, '0')}`
}

/** Segments of so many records each, numbered throughout. */
function putSegments(disk: MemoryFiles, sizes: readonly number[]): void {
  let seq = 0
  for (const [index, size] of sizes.entries()) {
    const records = Array.from({ length: size }, () => encodeEntry(numbered(seq++)))
    disk.put(`${directory}/${nameOf(index)}.seg`, segmentOf(...records))
  }
}

async function shipperOn(disk: MemoryFiles, inserter: Inserter) {
  const said: { message: string; fields: Record<string, string | number> }[] = []
  const say = (message: string, fields: Record<string, string | number>) =>
    void said.push({ message, fields })
  const backoff = { firstMs: 1, mostMs: 2 }
  const shipper = await createShipper({
    ...{ directory, files: disk.files, info: say, warn: say, backoff },
    courier: warehouseCourier(inserter),
    random: () => 0.5,
  })
  return { shipper, said }
}

function seqsOf(rows: readonly string[] | undefined): number[] {
  return (rows ?? []).map((row) => JSON.parse(row)[2])
}

function upTo(end: number): number[] {
  return Array.from({ length: end }, (_, index) => index)
}

function segmentsOn(disk: MemoryFiles): string[] {
  return disk.names().filter((name) => /\.(seg|sending)$/.test(name))
}

test('what waits is shipped in order, every table of it, and then gone from the disk', async () => {
  const disk = memoryFiles()
  putSegments(disk, [3, 1, 2])
  const warehouse = tokenWarehouse()
  const { shipper } = await shipperOn(disk, warehouse)
  assert.equal(await shipper.drain(1), true)
  assert.deepEqual(seqsOf(warehouse.tables.get('requests')), upTo(6))
  assert.equal(warehouse.tables.get('attempts')?.length, 12)
  assert.deepEqual(segmentsOn(disk), [])
  assert.deepEqual(shipper.figures().shipped, { requests: 6, attempts: 12 })
  await shipper.stop()
})

test('small segments that waited go as one insert, under the name of the first', async () => {
  const disk = memoryFiles()
  putSegments(disk, [1, 1, 1, 1])
  const warehouse = tokenWarehouse()
  const { shipper } = await shipperOn(disk, warehouse)
  await shipper.drain(1)
  assert.equal(warehouse.tokens.length, 2)
  assert.match(warehouse.tokens[0] ?? '', new RegExp(`^${nameOf(0)}/requests/\\d+$`))
  await shipper.stop()
})

test('while the warehouse is away records wait, the reason is said once, and nobody has to help', async () => {
  const disk = memoryFiles()
  putSegments(disk, [2])
  let isAway = true
  const warehouse = tokenWarehouse({
    before: () => (isAway ? wait('unreachable', 'ECONNREFUSED') : undefined),
  })
  const { shipper, said } = await shipperOn(disk, warehouse)
  assert.equal(await shipper.drain(5), false)
  assert.equal(shipper.figures().waiting?.reason, 'unreachable')
  assert.equal(shipper.figures().failures['unreachable'], 5)
  assert.equal(said.length, 1)
  isAway = false
  assert.equal(await shipper.drain(1), true)
  assert.equal(shipper.figures().waiting, undefined)
  assert.deepEqual(
    said.map(({ message }) => message),
    ['records wait in the spool', 'records are shipped again'],
  )
  assert.deepEqual(seqsOf(warehouse.tables.get('requests')), [0, 1])
  await shipper.stop()
})

test('a row that the warehouse refuses goes to quarantine with its reason; all others are shipped once', async () => {
  const disk = memoryFiles()
  putSegments(disk, [7, 20])
  const warehouse = tokenWarehouse({ isPoison: (row) => row.includes('"s11"') })
  const { shipper } = await shipperOn(disk, warehouse)
  assert.equal(await shipper.drain(4), true)
  assert.deepEqual(
    seqsOf(warehouse.tables.get('requests')),
    upTo(27).filter((seq) => seq !== 11),
  )
  assert.equal(warehouse.tables.get('attempts')?.length, 54)
  const [file = '', ...more] = disk.names().filter((name) => name.includes('quarantine/'))
  assert.deepEqual(more, [])
  const poison = JSON.parse(String(disk.content(file)))
  assert.equal(poison.reason, 'CANNOT_PARSE_TEXT')
  assert.deepEqual(seqsOf([poison.row]), [11])
  assert.deepEqual(shipper.figures().quarantined, { CANNOT_PARSE_TEXT: 1 })
  assert.equal(shipper.figures().shipped.requests, 26)
  await shipper.stop()
})

test('a quarantined row is told to the warehouse as a loss with a name', async () => {
  const disk = memoryFiles()
  putSegments(disk, [4])
  const warehouse = tokenWarehouse({ isPoison: (row) => row.includes('"s2"') })
  const { shipper } = await shipperOn(disk, warehouse)
  await shipper.drain(4)
  const [row = '[]', ...more] = warehouse.tables.get('self_audit') ?? []
  assert.deepEqual(more, [])
  const [, , ofTable, sidecarId] = JSON.parse(row)
  assert.equal(ofTable, 'requests')
  assert.equal(sidecarId, template.request.sidecar_id)
  assert.match(row, /\{"quarantined":1\}/)
  await shipper.stop()
})

test('a segment of the former form is shipped like any other', async () => {
  const disk = memoryFiles()
  const { request, attempts } = numbered(5)
  const former = JSON.stringify([1, Object.values(request), attempts.map(Object.values)])
  disk.put(`${directory}/${nameOf(0)}.seg`, segmentOf(former, encodeEntry(numbered(6))))
  const warehouse = tokenWarehouse()
  const { shipper } = await shipperOn(disk, warehouse)
  await shipper.drain(1)
  assert.deepEqual(seqsOf(warehouse.tables.get('requests')), [5, 6])
  assert.equal(warehouse.tables.get('attempts')?.length, 4)
  await shipper.stop()
})

test('lines of a later version are put away, and do not stop the others', async () => {
  const disk = memoryFiles()
  disk.put(`${directory}/${nameOf(0)}.seg`, segmentOf('z3[1,2,3]', 'r9999[1]', encodeEntry(numbered(1))))
  const warehouse = tokenWarehouse()
  const { shipper } = await shipperOn(disk, warehouse)
  assert.equal(await shipper.drain(1), true)
  assert.deepEqual(seqsOf(warehouse.tables.get('requests')), [1])
  assert.deepEqual(shipper.figures().quarantined, { UNKNOWN_FORM: 2 })
  await shipper.stop()
})

test('of a sealed segment that the disk damaged the good part is shipped and the rest kept', async () => {
  const disk = memoryFiles()
  const good = segmentOf(encodeEntry(numbered(0)))
  const bad = segmentOf(encodeEntry(numbered(1)))
  bad[20] = (bad[20] ?? 0) ^ 1
  disk.put(`${directory}/${nameOf(0)}.seg`, Buffer.concat([good, bad]))
  const warehouse = tokenWarehouse()
  const { shipper } = await shipperOn(disk, warehouse)
  assert.equal(await shipper.drain(1), true)
  assert.deepEqual(seqsOf(warehouse.tables.get('requests')), [0])
  assert.equal(shipper.figures().damagedSegments, 1)
  assert.deepEqual(disk.content(`${directory}/quarantine/${nameOf(0)}.damaged`), bad)
  await shipper.stop()
})

test('two shippers of one directory: the second waits until the first has ended', async () => {
  const disk = memoryFiles()
  putSegments(disk, [1])
  const warehouse = tokenWarehouse()
  const first = await shipperOn(disk, warehouse)
  const second = await shipperOn(disk, warehouse)
  assert.equal(await first.shipper.drain(1), true)
  putSegments(disk, [2])
  assert.equal(await second.shipper.drain(1), false)
  await first.shipper.stop()
  assert.equal(await second.shipper.drain(1), true)
  await second.shipper.stop()
})

/** Power cuts at any call, lost acknowledgements, refusals: whatever happens, each row is in one place, once. */
test('after any row of crashes every record is in the warehouse or in quarantine, and only once', async () => {
  const seed = Number(process.env['SEED'] ?? 1)
  const random = seededRandom(seed)
  for (let round = 0; round < 60; round += 1) {
    let callsLeft = Number.POSITIVE_INFINITY
    const disk = memoryFiles((operation) => {
      // Nothing works any more: the process is gone, and only what is durable stays.
      if (operation !== 'readdir' && callsLeft-- <= 0) return 'EIO'
      return undefined
    }, random)
    const sizes = Array.from({ length: 1 + random.int(5) }, () => 1 + random.int(6))
    putSegments(disk, sizes)
    const count = sizes.reduce((sum, size) => sum + size, 0)
    const poison = new Set(upTo(count).filter(() => random.chance(0.15)))
    let isKind = false
    const options: TokenWarehouseOptions = {
      isPoison: (row) => poison.has(seqsOf([row])[0] ?? -1) && row.includes('"s'),
      before: () => (!isKind && random.chance(0.1) ? wait('unreachable', '') : undefined),
      after: () => (!isKind && random.chance(0.2) ? wait('timeout', '') : undefined),
    }
    const warehouse = tokenWarehouse(options)
    for (let crash = 0; crash < 6; crash += 1) {
      callsLeft = random.int(60)
      await shipperOn(disk, warehouse)
        .then(({ shipper }) => shipper.drain(3))
        .catch(() => {})
      callsLeft = Number.POSITIVE_INFINITY
      disk.cutPower(random)
      // An upgrade of the warehouse may read what the one before could not.
      if (random.chance(0.3))
        for (const seq of [...poison].filter(() => random.chance(0.5))) poison.delete(seq)
      disk.remove(`${directory}/shipper.lock`)
    }
    isKind = true
    const { shipper } = await shipperOn(disk, warehouse)
    assert.equal(await shipper.drain(10), true)
    await shipper.stop()
    const quarantined = disk.names().filter((name) => name.endsWith('.json') && name.includes('~requests~'))
    const put = seqsOf(quarantined.map((name) => JSON.parse(String(disk.content(name))).row))
    const there = seqsOf(warehouse.tables.get('requests'))
    const all = [...there, ...put].sort((a, b) => a - b)
    assert.deepEqual(all, upTo(count), `seed ${seed}, round ${round}`)
    assert.ok(
      [...poison].every((seq) => put.includes(seq)),
      `seed ${seed}, round ${round}`,
    )
    assert.equal(warehouse.tables.get('attempts')?.length, count * 2, `seed ${seed}, round ${round}`)
  }
})
