import { writeFile } from 'node:fs/promises'
import type { RecordSink } from '../contract/record.ts'
import { startSimulatedServer } from '../sidecar/providers/simulated/server.ts'
import { startTestSidecar } from './sidecar.ts'
import { tempDir } from './temp-dir.ts'
import { chatWire, geminiWire, messagesWire, responsesWire, type Wire } from './wires.ts'

/** Dollars per million tokens: every price has an end within twelve places, so sums are exact. */
export const rates = { input: 2, cacheRead: 0.25, cacheWrite: 2.5, output: 10 }

/** Providers that play by the rules, whose meter is compared to the token, and one that does not. */
export async function startMixed(sink: Partial<RecordSink>) {
  const folder = await tempDir()
  const fair = await startSimulatedServer()
  const rough = await startSimulatedServer()
  const prices = ['oa', 'an', 'ge', 'rough'].map(
    (provider) =>
      `  - { provider: ${provider}, model: sim, valid_from: 2026-01-01, input: ${rates.input}, cache_read: ${rates.cacheRead}, cache_write: ${rates.cacheWrite}, output: ${rates.output} }`,
  )
  await writeFile(folder.file('prices.yaml'), `prices:\n${prices.join('\n')}\n`)
  const sidecar = await startTestSidecar(
    `
prices: { file: ${folder.file('prices.yaml')} }
timeouts: { attempt: 400ms, total: 2s }
providers:
  oa: { kind: openai, baseUrl: '${fair.origin}/v1' }
  an: { kind: anthropic, baseUrl: '${fair.origin}' }
  ge: { kind: gemini, baseUrl: '${fair.origin}' }
  rough: { kind: openai, baseUrl: '${rough.origin}/v1' }
routes:
  oa: { candidates: [{ provider: oa, model: sim }], timeouts: { attempt: 60s, total: 60s } }
  an: { candidates: [{ provider: an, model: sim }], timeouts: { attempt: 60s, total: 60s } }
  ge: { candidates: [{ provider: ge, model: sim }], timeouts: { attempt: 60s, total: 60s } }
  bad: { candidates: [{ provider: oa, model: 'sim;status=400' }] }
  down: { candidates: [{ provider: oa, model: 'sim;status=503' }], retries: { max: 0 } }
  fallback:
    strategy: ordered
    timeouts: { attempt: 60s, total: 60s }
    candidates: [{ id: a, provider: oa, model: 'sim;status=503' }, { id: b, provider: an, model: sim }]
  hang: { candidates: [{ provider: rough, model: 'sim;fault=hang' }], retries: { max: 0 } }
  cut: { candidates: [{ provider: rough, model: 'sim;fault=truncate@3' }], retries: { max: 0 } }
  slow: { candidates: [{ provider: rough, model: 'sim;gap=20ms' }] }
`,
    { sink },
  )
  return {
    ...{ fair, rough, sidecar },
    async [Symbol.asyncDispose]() {
      await sidecar[Symbol.asyncDispose]()
      await fair.close()
      await rough.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

const wires: readonly Wire[] = [chatWire, messagesWire, geminiWire, responsesWire]
const routes = ['oa', 'an', 'ge'] as const

/** One request of the mix. Never throws: what became of it shows in the records. */
export async function askMixed(origin: string, index: number): Promise<void> {
  try {
    await one(origin, index)
  } catch {
    // Aborted, cut or timed out, as it should.
  }
}

async function one(origin: string, index: number): Promise<void> {
  const wire = wires[index % wires.length] ?? chatWire
  const isStream = index % 8 < 4
  const kind = Math.floor(index / 8) % 10
  switch (kind) {
    case 0:
      return ask(origin, { wire, isStream, route: 'bad' })
    case 1:
      return ask(origin, { wire, isStream, route: 'fallback' })
    case 2:
      return ask(origin, { wire, isStream, route: ['down', 'hang', 'cut'][index % 3] ?? '' })
    case 3:
      return ask(origin, { wire, isStream: true, route: 'slow', leaves: true })
    case 4:
      return ask(origin, {
        wire,
        isStream,
        route: 'oa',
        raw: index % 2 === 0 ? '{"model":' : '{"model":"nobody"}',
      })
    default:
      return ask(origin, { wire, isStream, route: routes[index % 3] ?? 'oa' })
  }
}

interface Asked {
  readonly wire: Wire
  readonly isStream: boolean
  readonly route: string
  /** After the first piece of the answer: who leaves earlier may never have been a request. */
  readonly leaves?: boolean
  readonly raw?: string
}

async function ask(origin: string, { wire, isStream, route, leaves, raw }: Asked): Promise<void> {
  const leaving = new AbortController()
  const answer = await fetch(origin + wire.path(route, isStream), {
    method: 'POST',
    signal: leaving.signal,
    headers: { 'content-type': 'application/json' },
    body: raw ?? JSON.stringify(wire.body(route, isStream)),
  })
  if (leaves === true)
    await answer.body
      ?.getReader()
      .read()
      .then(() => leaving.abort())
  else await answer.text()
}
