import assert from 'node:assert/strict'
import { doorOf } from '../ingest/door.ts'
import { migrate } from '../ingest/migrate.ts'
import { courierTo, createShipper } from '../ingest/shipper.ts'
import { createWriter } from '../ingest/writer.ts'
import { askMixed, rates, startMixed } from './mixed.ts'
import { tempDir } from './temp-dir.ts'
import { startTestWarehouse } from './warehouse.ts'

const atOnce = 64
const quiet = { info: () => {}, warn: () => {} }

/** So many requests of every kind through sidecar, spool and shipper; the warehouse against the providers' meters. */
export async function runMixed(count: number): Promise<string> {
  await using warehouse = await startTestWarehouse()
  await using directory = await tempDir()
  const { url, token: password } = warehouse
  const database = 'sidelight'
  await migrate(doorOf(warehouse.client('admin')), { target: 'embedded', database })
  const writer = await createWriter({
    ...{ directory: directory.path, boot: '1-0', flushMs: 20, queueRowsMax: 100_000, ...quiet },
  })
  await using mixed = await startMixed({
    offer: (record) => writer.offer(record),
    offerFeedback: () => {},
    offerCacheAudit: () => {},
    offerCacheEntry: () => {},
    flushed: () => writer.flushed(),
  })
  const courier = courierTo({ url, username: 'writer', password, database })
  const shipper = await createShipper({ directory: directory.path, courier, ...quiet })
  const shipping = shipper.run()
  let next = 0
  const caller = async () => {
    while (next < count) await askMixed(mixed.sidecar.origin, next++)
  }
  await Promise.all(Array.from({ length: atOnce }, caller))
  await mixed.sidecar.sidecar.plane.drain(10_000)
  await writer.close()
  await shipper.stop(60_000)
  await shipping
  const client = warehouse.client('default')
  const rows = async (query: string) =>
    (await client.query({ query, format: 'JSONEachRow' })).json<Record<string, string | number>>()
  const [requests] = await rows(
    `SELECT count() AS n, uniqExact(request_id) AS ids, uniqExact(status) AS statuses, uniqExact(dialect) AS dialects,
       max(seq) - min(seq) + 1 AS expected, countIf(fallback_used) AS fallbacks, countIf(streamed) AS streams
     FROM requests`,
  )
  assert.equal(Number(requests?.['n']), count)
  assert.equal(Number(requests?.['ids']), count)
  assert.equal(Number(requests?.['expected']), count)
  const [fair] = await rows(
    `SELECT count() AS n, sum(input_tokens - cached_input_tokens - cache_write_tokens) AS input,
       sum(cached_input_tokens) AS cacheRead, sum(cache_write_tokens) AS cacheWrite,
       sum(output_tokens) AS output, sum(reasoning_tokens) AS reasoning,
       toDecimalString(sum(toDecimal128(cost_usd, 12)), 12) AS cost
     FROM attempts WHERE provider != 'rough'`,
  )
  const [rough] = await rows("SELECT count() AS n FROM attempts WHERE provider = 'rough'")
  const { meter } = mixed.fair
  assert.equal(Number(fair?.['n']), meter.requests)
  assert.equal(Number(rough?.['n']), mixed.rough.meter.requests)
  for (const [name, tokens] of Object.entries(meter.tokens)) assert.equal(Number(fair?.[name]), tokens, name)
  assert.equal(fair?.['cost'], costOf(meter.tokens))
  const [byRequest] = await rows(
    `SELECT toDecimalString(sum(toDecimal128(cost_usd, 12)), 12) AS cost, sum(attempt_count) AS attempts FROM requests`,
  )
  const [byAttempt] = await rows(
    `SELECT toDecimalString(sum(toDecimal128(cost_usd, 12)), 12) AS cost, count() AS attempts FROM attempts`,
  )
  assert.deepEqual(
    { ...byRequest, attempts: Number(byRequest?.['attempts']) },
    { ...byAttempt, attempts: Number(byAttempt?.['attempts']) },
  )
  return JSON.stringify({
    ...requests,
    attempts: meter.requests + mixed.rough.meter.requests,
    cost: byRequest?.['cost'],
  })
}

/** In millionths of a millionth of a dollar, as whole numbers. */
function costOf(tokens: { input: number; cacheRead: number; cacheWrite: number; output: number }): string {
  const pico = (count: number, rate: number) => BigInt(count) * BigInt(rate * 1_000_000)
  const sum =
    pico(tokens.input, rates.input) +
    pico(tokens.cacheRead, rates.cacheRead) +
    pico(tokens.cacheWrite, rates.cacheWrite) +
    pico(tokens.output, rates.output)
  const text = String(sum).padStart(13, '0')
  return `${text.slice(0, -12)}.${text.slice(-12)}`
}
