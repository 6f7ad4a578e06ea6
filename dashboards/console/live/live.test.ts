import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { consoleServer } from '../../../testing/console/console-server.ts'
import { readEvents, type ServerEvent } from '../../../testing/console/events.ts'
import { requestRow } from '../../../testing/console/rows.ts'
import { liveRow } from './row.ts'
import { addTally, count, noTally, p95Of } from './tally.ts'
import { type LiveBatch, LiveTap } from './tap.ts'

const quick = { tickMs: 20, heartbeatMs: 1000, lingerMs: 1000 }
const url = (port: number) => `http://127.0.0.1:${port}/console/api/stream`

interface Told {
  readonly row: { readonly id: string; readonly customer: string; readonly cost_usd: number | null }
  readonly of: number
}
const toldOf = (events: readonly ServerEvent[]) =>
  events.filter(({ event }) => event === 'request').map(({ data }) => JSON.parse(data) as Told)

test('a request is there as soon as it has ended, with its names as they are', async () => {
  await using server = await consoleServer({ live: quick })
  using reader = await readEvents(url(server.port))
  await reader.until('hello')
  await sleep(10)
  const customer = '<img src=x onerror=alert(1)>\n\ndata: {}'
  server.tap.offer(requestRow({ n: 1, customer, cost_usd: null }))
  await reader.until('request')
  const [told] = toldOf(reader.events)
  assert.deepEqual([told?.row.customer, told?.row.cost_usd, told?.of], [customer, null, 1])
})

test('who was there before is shown first, and whoever comes back gets only what it missed', async () => {
  const before = [1, 2, 3].map((n) => liveRow(requestRow({ n })))
  const tap = new LiveTap()
  const feed = { start: tap.start.bind(tap), stop: tap.stop.bind(tap), latest: async () => before }
  await using server = await consoleServer({ live: quick, feed })
  const first = await readEvents(url(server.port))
  const seen = await first.until('request', 3)
  assert.deepEqual(
    toldOf(seen).map(({ row }) => row.id),
    before.map(({ id }) => id),
  )
  const last = seen.at(-1)?.id ?? ''
  first[Symbol.dispose]()
  await sleep(20)
  tap.offer(requestRow({ n: 4 }))
  using again = await readEvents(url(server.port), { 'last-event-id': last })
  await again.until('request')
  await sleep(150)
  assert.equal(toldOf(again.events).length, 1)
  // Of another run of the process: all there is, once more.
  using other = await readEvents(url(server.port), { 'last-event-id': 'ffffffff-2' })
  assert.equal((await other.until('request', 4)).length, 4)
})

test('of many at once some are shown, all are counted', async () => {
  await using server = await consoleServer({ live: quick })
  using reader = await readEvents(url(server.port))
  await reader.until('hello')
  await sleep(10)
  for (let n = 0; n < 1000; n += 1) server.tap.offer(requestRow({ n, status: n % 4 === 0 ? 'error' : 'ok' }))
  await sleep(250)
  server.tap.offer(requestRow({ n: 2000 }))
  await reader.until('request', 20)
  await sleep(1200)
  const last = requestRow({ n: 2001 })
  server.tap.offer(last)
  await reader.until('request', 20)
  for (let tries = 0; tries < 500 && toldOf(reader.events).at(-1)?.row.id !== last.request_id; tries += 1)
    await sleep(10)
  const told = toldOf(reader.events)
  assert.ok(told.length <= 23, `${told.length} rows`)
  assert.equal(
    told.reduce((sum, { of }) => sum + of, 0),
    1002,
  )
  const seen = reader.events.filter(({ event }) => event === 'tick').length
  const ticks = await reader.until('tick', seen + 1)
  const tick = JSON.parse(ticks.at(-1)?.data ?? '{}') as Record<string, number>
  assert.equal(tick['requests'], 1002)
  assert.ok(Math.abs((tick['success'] ?? 0) - 752 / 1002) < 1e-9)
  assert.ok(Math.abs((tick['p95_ms'] ?? 0) / 100 - 1) < 0.1)
})

test('a reader that does not read is told what it missed, and costs no more than its socket', async () => {
  let tell: (batch: LiveBatch) => void = () => {}
  const feed = {
    start: (own: typeof tell) => {
      tell = own
    },
    stop: () => {},
    latest: async () => [],
  }
  await using server = await consoleServer({ live: { ...quick, ringMax: 50, rowsPerSecond: 1e6 }, feed })
  const stalled = await Promise.all(Array.from({ length: 5 }, () => readEvents(url(server.port))))
  for (const reader of stalled) reader.pause()
  await sleep(20)
  const held = () => process.memoryUsage().heapUsed + process.memoryUsage().external
  const before = held()
  const customer = 'c'.repeat(20_000)
  // More than the buffers of sockets on both ends take.
  for (let n = 0; n < 1500; n += 1) {
    tell({ rows: [liveRow(requestRow({ n, customer }))], tally: { ...noTally(), requests: 1 } })
    if (n % 10 === 0) await sleep(0)
  }
  assert.ok(held() - before < 60_000_000, `${held() - before} bytes for five that would have kept 150 MB`)
  const [slow] = stalled
  slow?.resume()
  await slow?.until('gap')
  const ids = () => (slow?.events ?? []).flatMap(({ id }) => (id === '' ? [] : [Number(id.split('-')[1])]))
  while (ids().at(-1) !== 1500) await sleep(10)
  const missed = (slow?.events ?? [])
    .filter(({ event }) => event === 'gap')
    .reduce((sum, { data }) => sum + Number(JSON.parse(data).missed), 0)
  assert.equal(ids().length + missed, 1500)
  for (const reader of stalled) reader[Symbol.dispose]()
})

test('twenty windows may look, the next one is told to wait; a closed one makes room', async () => {
  await using server = await consoleServer({ live: quick })
  const readers = await Promise.all(Array.from({ length: 20 }, () => readEvents(url(server.port))))
  await assert.rejects(readEvents(url(server.port)), /503/)
  readers[0]?.[Symbol.dispose]()
  await sleep(50)
  using next = await readEvents(url(server.port))
  await next.until('hello')
  for (const reader of readers) reader[Symbol.dispose]()
})

test('the end of the process ends the streams, and no new one begins', async () => {
  await using server = await consoleServer({ live: quick })
  using reader = await readEvents(url(server.port))
  await reader.until('hello')
  server.console.close()
  await reader.whenEnded()
  await assert.rejects(readEvents(url(server.port)), /503/)
})

test('without a reader nothing is kept, and after the last one it goes off', async () => {
  const batches: LiveBatch[] = []
  const tap = new LiveTap()
  tap.offer(requestRow({ n: 1 }))
  tap.start((batch) => batches.push(batch))
  await sleep(150)
  assert.equal(batches.length, 0)
  tap.offer(requestRow({ n: 2 }))
  await sleep(150)
  assert.equal(batches[0]?.rows.length, 1)
  tap.stop()
  tap.offer(requestRow({ n: 3 }))
  await sleep(150)
  assert.equal(batches.length, 1)
})

test('tallies of several processes add up, and their quantile is within a tenth', () => {
  const [one, two] = [noTally(), noTally()]
  for (let n = 0; n < 1000; n += 1)
    count(
      n % 2 === 0 ? one : two,
      requestRow({ n, duration_ms: n, cost_usd: n < 10 ? null : '0.5', cache: n < 100 ? 'exact' : 'miss' }),
    )
  addTally(one, two)
  assert.deepEqual(
    [one.requests, one.unpriced, one.spendUsd, one.cacheAsked, one.cacheHits],
    [1000, 10, 495, 1000, 100],
  )
  assert.ok(Math.abs((p95Of(one) ?? 0) / 950 - 1) < 0.1)
  assert.equal(p95Of(noTally()), undefined)
})
