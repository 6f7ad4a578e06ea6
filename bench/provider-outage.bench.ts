import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startTestSidecar } from '../testing/sidecar.ts'
import { chatWire } from '../testing/wires.ts'

/**
 * A provider that fails for a minute under load, over real sockets: who notices, how often it is asked meanwhile, and
 * when it serves again. `node bench/provider-outage.bench.ts [--seconds 60] [--rate 50]`
 */
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, rate: { type: 'string', default: '50' } },
})
const outageMs = Number(values.seconds) * 1000
const gapMs = 1000 / Number(values.rate)
const beforeMs = 10_000
const afterMs = 20_000

interface Upstream {
  readonly server: Server
  readonly origin: string
  calls: number
  isDown: boolean
  lastFailedAt: number
  firstServedAfter: number | undefined
}

async function startUpstream(): Promise<Upstream> {
  const whole = JSON.stringify(chatWire.whole('hello'))
  const server = createServer((req, res) => {
    req.resume()
    req.on('end', () => {
      upstream.calls += 1
      const status = upstream.isDown ? 503 : 200
      if (status === 200 && upstream.firstServedAfter === undefined && upstream.lastFailedAt > 0)
        upstream.firstServedAfter = performance.now()
      res.writeHead(status, { 'content-type': 'application/json' })
      res.end(status === 200 ? whole : '{"error":{"message":"down","type":"server_error"}}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const upstream: Upstream = {
    server,
    origin: `http://127.0.0.1:${port}`,
    calls: 0,
    isDown: false,
    lastFailedAt: 0,
    firstServedAfter: undefined,
  }
  return upstream
}

const primary = await startUpstream()
const spare = await startUpstream()
await using sidecar = await startTestSidecar(`
providers:
  a: { kind: openai, baseUrl: '${primary.origin}/v1' }
  b: { kind: openai, baseUrl: '${spare.origin}/v1' }
routes:
  r: { strategy: ordered, candidates: [{ id: primary, provider: a, model: gpt-5.4-mini }, { id: spare, provider: b, model: gpt-5.4-mini }] }
`)

let asked = 0
let failed = 0
const waits: number[] = []
const pending = new Set<Promise<void>>()

async function ask(): Promise<void> {
  asked += 1
  const startedAt = performance.now()
  const answer = await fetch(`${sidecar.origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(chatWire.body('r', false)),
  }).catch(() => undefined)
  await answer?.text()
  waits.push(performance.now() - startedAt)
  if (answer?.status !== 200) failed += 1
}

async function load(
  ms: number,
): Promise<{ asked: number; failed: number; primary: number; all: number; p99: number }> {
  const start = { asked, failed, primary: primary.calls, all: primary.calls + spare.calls }
  waits.length = 0
  const endAt = performance.now() + ms
  for (let next = performance.now(); next < endAt; next += gapMs) {
    const waitMs = next - performance.now()
    if (waitMs > 0) await sleep(waitMs)
    const one: Promise<void> = ask().finally(() => pending.delete(one))
    pending.add(one)
  }
  await Promise.all(pending)
  const sorted = [...waits].sort((a, b) => a - b)
  return {
    asked: asked - start.asked,
    failed: failed - start.failed,
    primary: primary.calls - start.primary,
    all: primary.calls + spare.calls - start.all,
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
  }
}

const before = await load(beforeMs)
primary.isDown = true
primary.lastFailedAt = performance.now()
const during = await load(outageMs)
primary.isDown = false
const healedAt = performance.now()
const after = await load(afterMs)
const backMs = (primary.firstServedAfter ?? Number.POSITIVE_INFINITY) - healedAt

const line = (name: string, value: string, goal: string) =>
  process.stdout.write(`${name.padEnd(58)} ${value.padStart(12)}   ${goal}\n`)
line('callers that saw an error', String(before.failed + during.failed + after.failed), '0')
line('calls to the failing provider per request, outage', (during.primary / during.asked).toFixed(3), '≤ 0.4')
line('calls to all providers per request, outage', (during.all / during.asked).toFixed(3), '≤ 1.1')
line('serves again after it healed', `${(backMs / 1000).toFixed(1)} s`, '≤ 10 s')
line('p99 of callers before, during', `${before.p99.toFixed(1)}, ${during.p99.toFixed(1)} ms`, '')
for (const { server } of [primary, spare]) {
  server.closeAllConnections()
  server.close()
}
