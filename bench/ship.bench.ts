/**
 * What a record costs from the sidecar to the warehouse, in CPU of each process: `node bench/ship.bench.ts [records]`.
 *
 * encode: rows to a frame, in the sidecar. ship: segments to inserts, in the shipper, by its own clock of CPU.
 * warehouse: user and system time of the engine's process for the same inserts, all rollups included.
 */
import { readFileSync } from 'node:fs'
import type { LedgerRecord } from '../contract/record.ts'
import { doorOf } from '../ingest/door.ts'
import { FrameBatch } from '../ingest/frames.ts'
import { migrate } from '../ingest/migrate.ts'
import { encodeEntry } from '../ingest/payload.ts'
import { courierTo, createShipper } from '../ingest/shipper.ts'
import { createWriter } from '../ingest/writer.ts'
import { askMixed, startMixed } from '../testing/mixed.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { startTestWarehouse } from '../testing/warehouse.ts'

const records = Number(process.argv[2] ?? 100_000)
const quiet = { info: () => {}, warn: console.error }

/** A kernel tick is 10 ms on every Linux that runs Node. */
function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

function cpuMsHere(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function say(name: string, ms: number, note = ''): void {
  console.log(`${name.padEnd(28)} ${((ms * 1000) / records).toFixed(2).padStart(7)} µs/record  ${note}`)
}

/** Records of real requests of every kind, as the pipeline makes them. */
async function sampled(): Promise<LedgerRecord[]> {
  const made: LedgerRecord[] = []
  await using mixed = await startMixed({ offer: (record) => void made.push(record) })
  await Promise.all(Array.from({ length: 240 }, (_, index) => askMixed(mixed.sidecar.origin, index)))
  await mixed.sidecar.sidecar.plane.drain(5000)
  return made
}

const sample = await sampled()
const at = (index: number) => sample[index % sample.length] as (typeof sample)[number]

function measureEncode(): void {
  const batch = new FrameBatch()
  const run = (count: number) => {
    for (let index = 0; index < count; index += 1) {
      if (index % 500 === 0) batch.clear()
      batch.add(encodeEntry(at(index)))
    }
  }
  run(20_000)
  const started = cpuMsHere()
  run(records)
  const bytes = sample.reduce((sum, record) => sum + encodeEntry(record).length, 0) / sample.length
  say('encode', cpuMsHere() - started, `${bytes.toFixed(0)} bytes each`)
}

async function measureShipping(): Promise<void> {
  await using warehouse = await startTestWarehouse()
  await using directory = await tempDir()
  const database = 'sidelight'
  await migrate(doorOf(warehouse.client('admin')), { target: 'embedded', database })
  const spoolStarted = cpuMsHere()
  const writer = await createWriter({
    ...{ directory: directory.path, boot: '1-0', flushMs: 20, queueRowsMax: records + 1, ...quiet },
  })
  for (let index = 0; index < records; index += 1) {
    const { request, attempts } = at(index)
    writer.offer({ request: { ...request, seq: index + 1 }, attempts })
    if (index % 1000 === 999) await writer.flushed()
  }
  await writer.close()
  say('offer, encode, write, sync', cpuMsHere() - spoolStarted)
  const courier = courierTo({ url: warehouse.url, username: 'writer', password: warehouse.token, database })
  const shipper = await createShipper({ directory: directory.path, courier, ...quiet })
  const { pid } = warehouse.process
  const started = { here: cpuMsHere(), there: cpuMsOf(pid), at: performance.now() }
  if (!(await shipper.drain(3))) throw new Error('not everything could be shipped')
  const seconds = (performance.now() - started.at) / 1000
  say('ship', cpuMsHere() - started.here, `${shipper.figures().batches} batches`)
  say('warehouse', cpuMsOf(pid) - started.there, `${Math.round(records / seconds)} records/s`)
  await shipper.stop()
}

measureEncode()
await measureShipping()
