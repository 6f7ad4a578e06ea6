import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, mock, test } from 'node:test'
import { formatMoney, parseMoney } from '../contract/money.ts'
import { catalogProvider } from '../contract/prices/catalog.ts'
import type { LedgerRecord } from '../contract/record.ts'
import { type CostCase, costAnswer, generationWires, speechAnswer } from '../testing/cost-wires.ts'
import { type FakeUpstream, fakeUpstream, httpJson } from '../testing/fake-upstream.ts'
import { startTestSidecar, type TestSidecar } from '../testing/sidecar.ts'
import { type Wire, wires } from '../testing/wires.ts'

const folder = join(import.meta.dirname, '..', 'testing', 'fixtures', 'prices')
const cases = ['cost-cases.jsonl', 'wire-cases.jsonl'].flatMap((file) =>
  readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => asServed(JSON.parse(line) as CostCase)),
)

/** Google has an endpoint of its own for pictures. */
function asServed(row: CostCase): CostCase {
  const isImagen = row.provider === 'google' && row.wire === 'openai.images.flat'
  return isImagen ? { ...row, wire: 'google.predict' } : row
}

const kinds = ['openai', 'azure', 'anthropic', 'vertex', 'bedrock', 'cohere']
const bareOrigin = ['anthropic', 'google', 'vertex', 'bedrock', 'azure']

let upstream: FakeUpstream
let sidecar: TestSidecar

before(async () => {
  mock.timers.enable({ apis: ['Date'] })
  upstream = await fakeUpstream()
  const names = [...new Set(cases.map((row) => row.provider))]
  const lines = names.map((name) => `  ${name}: ${providerYaml(name)}`)
  sidecar = await startTestSidecar(`providers:\n${lines.join('\n')}\n`, {
    environment: { UPSTREAM_KEY: 'k', GOOGLE_ACCOUNT: googleAccount() },
  })
})

after(async () => {
  await sidecar[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
  mock.timers.reset()
})

function providerYaml(name: string): string {
  const kind = name === 'google' ? 'gemini' : kinds.includes(name) ? name : 'openai-compatible'
  const host = kind === 'openai-compatible' ? `host: ${name}, ` : ''
  assert.equal(catalogProvider(kind, host === '' ? '' : name), name)
  const baseUrl = bareOrigin.includes(name) ? upstream.origin : `${upstream.origin}/v1`
  const proof =
    name === 'vertex'
      ? 'project: p, location: global, serviceAccountEnv: GOOGLE_ACCOUNT'
      : 'keyEnv: UPSTREAM_KEY'
  const place = name === 'bedrock' ? 'location: us-east-1, ' : ''
  return `{ kind: ${kind}, ${host}${place}baseUrl: '${baseUrl}', ${proof} }`
}

function googleAccount(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return JSON.stringify({
    type: 'service_account',
    client_email: 'a@example.com',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    token_uri: `${upstream.origin}/token`,
  })
}

interface Asked {
  readonly path: string
  readonly headers?: Record<string, string>
  readonly body: string | FormData
}

/** Sends one request and gives its record. */
async function recordOf(row: CostCase, asked: Asked, streamed: boolean): Promise<LedgerRecord> {
  mock.timers.setTime(Date.parse(row.at))
  const answer = row.wire === 'openai.speech' ? speechAnswer() : costAnswer(row, streamed)
  upstream.answer(({ path }) =>
    path === '/token' ? httpJson({ access_token: 't', expires_in: 3600 }) : answer,
  )
  const seen = sidecar.records.length + 1
  const headers = typeof asked.body === 'string' ? { 'content-type': 'application/json' } : {}
  const response = await fetch(sidecar.origin + asked.path, {
    method: 'POST',
    body: asked.body,
    headers: { ...headers, ...asked.headers },
  })
  const text = await response.text()
  assert.equal(response.status, 200, text)
  for (let turns = 0; sidecar.records.length < seen && turns < 5000; turns += 1) await setImmediateTurn()
  const record = sidecar.records.at(-1)
  assert.ok(record !== undefined && sidecar.records.length === seen)
  return record
}

const setImmediateTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

const json = (path: string, body: object): Asked => ({ path, body: JSON.stringify(body) })

function generation(row: CostCase, wire: Wire, streamed: boolean): Asked {
  const model = `${row.provider}/${row.model}`
  const body = { ...wire.body(model, streamed), ...row.asked }
  return json(wire.path(encodeURIComponent(model), streamed), body)
}

function otherRequest(row: CostCase): Asked {
  const model = `${row.provider}/${row.model}`
  switch (row.wire) {
    case 'openai.embeddings':
    case 'cohere.embed':
      return json('/v1/embeddings', { model, input: 'a' })
    case 'google.predict':
      return json(`/v1beta/models/${row.model}:predict`, { instances: [{ prompt: 'a cat' }] })
    case 'openai.images':
    case 'openai.images.flat':
      return json('/v1/images/generations', { model, prompt: 'a cat', ...row.asked })
    case 'openai.moderation':
      return json('/v1/moderations', { model, input: 'a' })
    case 'openai.speech': {
      const input = '😀'.repeat(Number(row.usage['characters']))
      return json('/v1/audio/speech', { model, voice: 'alloy', input })
    }
    case 'openai.transcription': {
      const body = new FormData()
      body.set('model', model)
      body.set('file', new Blob(['sound']), 'a.wav')
      return { path: '/v1/audio/transcriptions', body }
    }
    case 'gemini.embed':
      return json(`/v1beta/models/${encodeURIComponent(model)}:embedContent`, {
        content: { parts: [{ text: 'a' }] },
      })
    case 'mistral.ocr':
      return {
        ...json('/v1/ocr', { model: row.model, document: { type: 'document_url', document_url: 'u' } }),
        headers: { 'x-sidelight-provider': row.provider },
      }
    case 'cohere.rerank':
      return json('/v1/rerank', { model, query: 'q', documents: ['a'] })
    default:
      throw new Error(`no request for ${row.wire}`)
  }
}

/** The table carries more than twelve digits where a rate does not end. */
function rounded(text: string | null): string | null {
  return text === null ? null : formatMoney(parseMoney(text)!)
}

function assertCost({ request, attempts }: LedgerRecord, row: CostCase): void {
  assert.equal(request.cost_usd, rounded(row.expected_usd))
  assert.equal(attempts[0]?.cost_usd, rounded(row.expected_usd))
  assert.equal(request.usage_source === 'provider' || row.wire === 'openai.speech', true)
}

for (const row of cases) {
  // Realtime comes over WebSocket, which is not served.
  if (row.wire === 'openai.realtime') continue
  const name = `${row.provider}/${row.model}, ${row.wire}: ${row.name}`
  if (!generationWires.has(row.wire)) {
    test(name, async () => assertCost(await recordOf(row, otherRequest(row), false), row))
    continue
  }
  test(`${name}: the same in every dialect, streamed or not`, async () => {
    for (const wire of wires) {
      for (const streamed of [false, true]) {
        // An upstream that speaks two formats is asked in the one the caller speaks.
        if (row.wire === 'openai.responses' ? wire.dialect !== 'responses' : isResponsesHost(row, wire))
          continue
        assertCost(await recordOf(row, generation(row, wire, streamed), streamed), row)
      }
    }
  })
}

function isResponsesHost(row: CostCase, wire: Wire): boolean {
  return row.wire === 'openai.chat' && wire.dialect === 'responses'
}
