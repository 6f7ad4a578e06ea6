import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadShippedCatalog } from '../contract/prices/catalog.ts'
import { type Pair, startPair } from './faults.ts'
import type { Random } from './random.ts'
import type { Wire } from './wires.ts'

const closedWithinMs = 250
/** For a machine that has other things to do: not for most callers, but for the odd one. */
const graceMs = 2000

export interface Left {
  readonly medianMs: number
  readonly slowestMs: number
}

/**
 * Callers that leave wherever they happen to be. Upstream calls end with them, each leaves one row, and the sidecar
 * serves on. Resolves to how long calls upstream outlived their callers.
 */
export async function leaveEverywhere(wire: Wire, callers: number, random: Random): Promise<Left> {
  await using pair = await startPair(wire, { catalog: loadShippedCatalog(), timeouts: 'total: 30s' })
  pair.first.simulate('latency=3ms; first=5ms; gap=1ms; tokens=20', wire.model)
  const outlivedMs: number[] = []
  for (let caller = 0; caller < callers; caller += 1) {
    await leaveOnce(pair, random)
    const leftAt = performance.now()
    while (!isIdle(pair) && performance.now() - leftAt < 5000) await sleep(1)
    assert.ok(isIdle(pair), 'nothing is left behind')
    outlivedMs.push(performance.now() - leftAt)
  }
  await checkRows(pair, callers)
  const [medianMs = 0, slowestMs = 0] = [callers >> 1, callers - 1].map(
    (at) => outlivedMs.toSorted((a, b) => a - b)[at],
  )
  assert.ok(medianMs <= closedWithinMs, `calls go on for ${medianMs} ms`)
  assert.ok(slowestMs <= closedWithinMs + graceMs, `a call went on for ${slowestMs} ms`)
  return { medianMs, slowestMs }
}

const isIdle = ({ first, sidecar }: Pair) =>
  first.meter.inFlight === 0 && sidecar.sidecar.plane.inFlight() === 0

async function leaveOnce(pair: Pair, random: Random): Promise<void> {
  const leaving = new AbortController()
  const timer = setTimeout(() => leaving.abort(), random.next() * 40)
  const asked = pair.ask(random.chance(0.7), { signal: leaving.signal })
  await asked.then((answer) => answer.text()).catch(() => {})
  clearTimeout(timer)
}

async function checkRows(pair: Pair, callers: number): Promise<void> {
  const answer = await pair.ask(false)
  assert.equal(answer.status, 200)
  await answer.text()
  // Whoever left before its request was read has none.
  const { records } = pair.sidecar
  for (let tries = 0; tries < 100 && records.length < pair.first.meter.requests; tries += 1) await sleep(20)
  const ids = new Set(records.map(({ request }) => request.request_id))
  assert.equal(ids.size, records.length, 'one row each')
  assert.ok(ids.size >= pair.first.meter.requests)
  assert.ok(ids.size <= callers + 1)
  const statuses = new Set(records.map(({ request }) => request.status))
  assert.deepEqual([...statuses].toSorted(), ['client_abort', 'ok'])
  assert.equal(pair.second.meter.requests, 0, 'nobody is asked for a caller who has gone')
}
