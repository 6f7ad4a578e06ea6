import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type MemoryFiles, memoryFiles } from '../testing/memory-files.ts'
import { seededRandom } from '../testing/random.ts'
import { randomRecord } from '../testing/random-record.ts'
import { type TokenWarehouse, tokenWarehouse } from '../testing/token-warehouse.ts'
import { FrameBatch } from './frames.ts'
import { encodeEntry } from './payload.ts'
import { createReceiver } from './receiver.ts'
import { warehouseCourier } from './ship/courier.ts'
import { courierToReceiver, createShipper } from './shipper.ts'

const directory = '/spool'
const template = randomRecord(seededRandom(71), 1)

function framesOf(from: number, count: number): Buffer {
  const batch = new FrameBatch()
  for (let seq = from; seq < from + count; seq += 1)
    batch.add(encodeEntry({ ...template, request: { ...template.request, seq } }))
  return Buffer.from(batch.bytes)
}

function putSegment(disk: MemoryFiles, from: number, count: number): void {
  const name = `00000000000001-1-0-p1.ab.c-${String(from).padStart(6, '0')}.seg`
  disk.put(`${directory}/${name}`, framesOf(from, count))
}

/** A receiver on a disk, with the shipper behind it. */
async function startReceiver(disk: MemoryFiles, warehouse: TokenWarehouse, token = '') {
  const quiet = { info: () => {}, warn: () => {}, files: disk.files, directory }
  const receiver = await createReceiver({
    ...{ ...quiet, bytesMax: 1e9, flushMs: 1, token },
    metrics: async () => 'metrics\n',
  })
  receiver.server.listen(0, '127.0.0.1')
  await once(receiver.server, 'listening')
  const shipper = await createShipper({
    ...{ ...quiet, courier: warehouseCourier(warehouse), backoff: { firstMs: 1, mostMs: 2 } },
    beforeFinish: () => receiver.saveMarks(),
  })
  const { port } = receiver.server.address() as AddressInfo
  return {
    ...{ receiver, shipper, origin: `http://127.0.0.1:${port}`, address: `127.0.0.1:${port}` },
    close: () => receiver.close(),
  }
}

async function senderOn(disk: MemoryFiles, url: string) {
  const said: string[] = []
  const courier = courierToReceiver(url)
  assert.ok(courier)
  const shipper = await createShipper({
    ...{ directory, courier, files: disk.files, backoff: { firstMs: 1, mostMs: 2 } },
    info: (message) => void said.push(message),
    warn: (message, fields) => void said.push(`${message} ${JSON.stringify(fields)}`),
  })
  return { shipper, said }
}

function seqsIn(warehouse: TokenWarehouse): number[] {
  return (warehouse.tables.get('requests') ?? []).map((row) => JSON.parse(row)[2])
}

function upTo(end: number): number[] {
  return Array.from({ length: end }, (_, index) => index)
}

test('records of several sidecars arrive by way of a receiver, in inserts of its own', async () => {
  const hub = memoryFiles()
  const warehouse = tokenWarehouse()
  const { shipper, address, close } = await startReceiver(hub, warehouse)
  for (const from of [0, 5]) {
    const disk = memoryFiles()
    putSegment(disk, from, 5)
    const sender = await senderOn(disk, `ingest://${address}`)
    assert.equal(await sender.shipper.drain(1), true, sender.said.join())
    assert.equal(sender.shipper.figures().shipped.requests, 5)
    await sender.shipper.stop()
  }
  await close()
  assert.equal(await shipper.drain(1), true)
  await shipper.stop()
  assert.deepEqual(seqsIn(warehouse), upTo(10))
  assert.equal(warehouse.tables.get('attempts')?.length, 10)
  assert.equal(warehouse.tokens.length, 2)
})

async function post(origin: string, headers: Record<string, string>, body: Buffer): Promise<number> {
  const answer = await fetch(`${origin}/v1/batches`, { method: 'POST', headers, body: Uint8Array.from(body) })
  await answer.text()
  return answer.status
}

function headersOf(number: number, token = `t${number}`) {
  const lane = '0199a7b2-7c1e-7abc-8def-aabbccddeeff'
  return { 'x-sidelight-lane': lane, 'x-sidelight-batch': String(number), 'x-sidelight-token': token }
}

test('the same batch again is acknowledged and not taken, also at the same moment and after a restart', async () => {
  const hub = memoryFiles()
  const warehouse = tokenWarehouse()
  const first = await startReceiver(hub, warehouse)
  const again = () => post(first.origin, headersOf(1), framesOf(0, 3))
  assert.deepEqual(await Promise.all([again(), again(), again()]), [200, 200, 200])
  assert.deepEqual(first.receiver.counts(), { batches: 1, records: 3, repeated: 2 })
  await first.close()
  const second = await startReceiver(hub, warehouse)
  assert.equal(await post(second.origin, headersOf(1), framesOf(0, 3)), 200)
  assert.equal(await second.shipper.drain(1), true)
  await second.close()
  await second.shipper.stop()
  // The segment with its mark is gone by now.
  const third = await startReceiver(hub, warehouse)
  assert.equal(await post(third.origin, headersOf(1), framesOf(0, 3)), 200)
  assert.equal(third.receiver.counts().repeated, 1)
  await third.close()
  assert.equal(await third.shipper.drain(1), true)
  await third.shipper.stop()
  assert.deepEqual(seqsIn(warehouse), upTo(3))
})

test('what is late, damaged, nameless or without the token is not taken', async () => {
  const warehouse = tokenWarehouse()
  const { origin, close, receiver } = await startReceiver(memoryFiles(), warehouse, 'secret')
  const allowed = { authorization: 'Bearer secret' }
  assert.equal(await post(origin, headersOf(5), framesOf(0, 1)), 401)
  assert.equal(await post(origin, { ...headersOf(5), authorization: 'Bearer other' }, framesOf(0, 1)), 401)
  assert.equal(await post(origin, { ...headersOf(5), ...allowed }, framesOf(0, 1)), 200)
  assert.equal(await post(origin, { ...headersOf(4), ...allowed }, framesOf(1, 1)), 409)
  assert.equal(await post(origin, { ...headersOf(5, 'other'), ...allowed }, framesOf(1, 1)), 409)
  assert.equal(await post(origin, { ...headersOf(6), ...allowed }, framesOf(1, 1).subarray(0, -1)), 400)
  assert.equal(await post(origin, { ...headersOf(6), ...allowed }, Buffer.alloc(0)), 400)
  assert.equal(await post(origin, allowed, framesOf(1, 1)), 400)
  assert.equal((await fetch(`${origin}/healthz`)).status, 200)
  assert.equal((await fetch(`${origin}/metrics`)).status, 401)
  assert.equal((await fetch(`${origin}/metrics`, { headers: allowed })).status, 200)
  assert.equal(receiver.counts().batches, 1)
  await close()
})

test('a spool that is a copy of another takes a name of its own', async () => {
  const hub = memoryFiles()
  const warehouse = tokenWarehouse()
  const { shipper, address, close } = await startReceiver(hub, warehouse)
  const lane = { lane: '0199a7b2-7c1e-7abc-8def-aabbccddeeff', number: 3, token: '', madeMs: 0 }
  for (const from of [0, 5]) {
    const disk = memoryFiles()
    disk.put(`${directory}/lane.json`, Buffer.from(JSON.stringify({ ...lane, segments: [], progress: {} })))
    putSegment(disk, from, 5)
    const sender = await senderOn(disk, `ingest://${address}`)
    assert.equal(await sender.shipper.drain(3), true, sender.said.join())
    await sender.shipper.stop()
  }
  await close()
  assert.equal(await shipper.drain(1), true)
  await shipper.stop()
  assert.deepEqual(seqsIn(warehouse), upTo(10))
})

test('a receiver whose disk is full keeps what it has and takes no more; the sender waits', async () => {
  const warehouse = tokenWarehouse()
  const hub = memoryFiles((operation) => (operation === 'write' ? 'ENOSPC' : undefined))
  const { address, origin, close } = await startReceiver(hub, warehouse)
  const disk = memoryFiles()
  putSegment(disk, 0, 2)
  // The first batch waits for the disk; from then on the spool says that it cannot be written.
  const first = post(origin, headersOf(1), framesOf(9, 1))
  while (!hub.calls.some((call) => call.startsWith('write '))) await sleep(1)
  await sleep(5)
  const sender = await senderOn(disk, `ingest://${address}`)
  assert.equal(await sender.shipper.drain(2), false)
  assert.equal(sender.shipper.figures().waiting?.reason, 'receiver')
  await sender.shipper.stop()
  await close()
  assert.equal(await first, 503)
})
