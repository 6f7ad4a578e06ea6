import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadShippedCatalog } from '../contract/prices/catalog.ts'
import { startPair } from './faults.ts'
import type { Random } from './random.ts'
import type { Wire } from './wires.ts'

const closedWithinMs = 250
/** More would queue for the one process that plays all three parts. */
const atOnce = 4

/**
 * Callers that leave wherever they happen to be. Upstream calls end with them, each leaves one row, and the sidecar
 * serves on. Resolves to how long the slowest call upstream outlived its caller.
 */
export async function leaveEverywhere(wire: Wire, callers: number, random: Random): Promise<number> {
  await using pair = await startPair(wire, { catalog: loadShippedCatalog(), timeouts: 'total: 30s' })
  pair.first.simulate('latency=3ms; first=5ms; gap=1ms; tokens=20', wire.model)
  let slowestMs = 0
  let left = callers
  const oneAfterTheOther = async () => {
    for (; left > 0; ) {
      left -= 1
      const leaving = new AbortController()
      const timer = setTimeout(() => leaving.abort(), random.next() * 40)
      const asked = pair.ask(random.chance(0.7), { signal: leaving.signal })
      await asked.then((answer) => answer.text()).catch(() => {})
      clearTimeout(timer)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, oneAfterTheOther))
  const leftAt = performance.now()
  while (pair.first.meter.inFlight > 0 && performance.now() - leftAt < 5000) await sleep(2)
  slowestMs = performance.now() - leftAt
  assert.equal(pair.first.meter.inFlight, 0)
  const answer = await pair.ask(false)
  assert.equal(answer.status, 200)
  await answer.text()
  // Whoever left before its request was read has none.
  for (let tries = 0; tries < 100 && pair.sidecar.records.length < pair.first.meter.requests; tries += 1)
    await sleep(20)
  const ids = new Set(pair.sidecar.records.map(({ request }) => request.request_id))
  assert.equal(ids.size, pair.sidecar.records.length, 'one row each')
  assert.ok(ids.size >= pair.first.meter.requests)
  assert.ok(ids.size <= callers + 1)
  const statuses = new Set(pair.sidecar.records.map(({ request }) => request.status))
  assert.deepEqual([...statuses].toSorted(), ['client_abort', 'ok'])
  assert.equal(pair.second.meter.requests, 0, 'nobody is asked for a caller who has gone')
  assert.ok(slowestMs <= closedWithinMs * 4, `calls went on for ${slowestMs} ms`)
  return slowestMs
}
