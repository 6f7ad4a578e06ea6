import type { IncomingMessage } from 'node:http'
import { parseConfig } from '../contract/config/load.ts'
import { loadShippedCatalog } from '../contract/prices/catalog.ts'
import { JsonBody } from '../sidecar/body/json-body.ts'
import { Context, noHints } from '../sidecar/context.ts'
import { TokenRatios } from '../sidecar/counting/ratios.ts'
import { createRegistry } from '../sidecar/providers/registry.ts'
import { createRoutingMemory } from '../sidecar/routing/memory.ts'
import type { Services } from '../sidecar/services.ts'
import { buildSnapshot } from '../sidecar/snapshot.ts'
import { choose } from '../sidecar/stages/choose.ts'
import { fingerprint } from '../sidecar/stages/fingerprint.ts'
import type { CallerStream } from '../sidecar/streaming/caller-stream.ts'

/**
 * How long choosing takes with 20 candidates and a prompt of 2 kB: `node bench/choose.bench.ts`. The prompt is
 * parsed before the clock starts; each request is a new one.
 */
const models = loadShippedCatalog()
  .modelsOf('openai')
  .filter((model) => model.mode === 'chat')
  .slice(0, 20)
const candidates = models
  .map(({ id }, index) => `{ id: c${index}, provider: openai, model: ${id} }`)
  .join(', ')
const strategyNames = ['weighted', 'cheapest', 'fastest', 'best', 'ordered']
const yaml = `
providers: { openai: { kind: openai } }
routes:
${strategyNames.map((name) => `  ${name}: { strategy: ${name}, candidates: [${candidates}] }`).join('\n')}
  ruled: { candidates: [${candidates}], rules: [{ when: { language: de }, use: [c1] }, { when: { complexity: high }, use: [c2, c3] }] }
`
const { config } = parseConfig(yaml, 'bench.yaml', {})
const catalog = loadShippedCatalog()
const registry = createRegistry({ fetchToken: async () => '', nowMs: Date.now, simulatedOrigin: '' })
const snapshot = buildSnapshot(config, { environment: {}, catalog, registry })
const services = {
  ratios: new TokenRatios(),
  health: { illnessOf: () => undefined },
  policies: { of: () => undefined },
  routing: createRoutingMemory(),
} as unknown as Services

const system = 'You answer questions about orders and returns, briefly and politely. '.repeat(12)
const question = 'Please tell me where my parcel is and when it will arrive at the latest. '.repeat(12)
const body = (name: string, n: number) =>
  Buffer.from(
    JSON.stringify({
      model: name,
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: `${n} ${question}` },
      ],
    }),
  )

function request(name: string, n: number, session: string): Context {
  const context = new Context({
    req: { headers: {} } as IncomingMessage,
    caller: {} as CallerStream,
    snapshot,
    arrivedMs: Date.now(),
    arrivedAt: performance.now(),
    requestId: `${n}`,
  })
  context.operation = 'generate'
  context.body = JsonBody.read(body(name, n))
  context.route = snapshot.routes.get(name)
  context.hints = { ...noHints, session }
  fingerprint(context, services)
  // What is measured is choosing; the turns of a prompt are parsed once for all who look at them.
  void context.facts?.outline
  return context
}

const warmUp = 20_000
const measured = 50_000

function measure(label: string, name: string, sessionOf: (n: number) => string): void {
  const micros = new Float64Array(measured)
  for (let n = -warmUp; n < measured; n += 1) {
    const context = request(name, n, sessionOf(n))
    const started = process.hrtime.bigint()
    choose(context, services)
    const ended = process.hrtime.bigint()
    if (n >= 0) micros[n] = Number(ended - started) / 1000
  }
  micros.sort()
  const at = (share: number) => (micros[Math.floor(measured * share)] ?? 0).toFixed(1)
  console.log(
    `${label.padEnd(34)} p50 ${at(0.5).padStart(6)} µs (≤ 50)   p99 ${at(0.99).padStart(6)} µs (≤ 150)`,
  )
}

for (const name of [...strategyNames, 'ruled']) measure(`${name}, a new request`, name, () => '')
measure('weighted, of a session', 'weighted', (n) => `session-${n % 1000}`)
