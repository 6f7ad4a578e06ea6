import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { parseConfig } from '../../contract/config/load.ts'
import type { LedgerRecord } from '../../contract/record.ts'
import { fakeUpstream, httpJson } from '../../testing/fake-upstream.ts'
import { memorySink } from '../../testing/memory-sink.ts'
import { createSidecar } from '../main.ts'
import { createLog } from './log.ts'
import { createOtelTracing } from './otel.ts'

/** Collects the bodies that an OTLP exporter posts. */
async function startCollector() {
  const bodies: string[] = []
  const http = createServer(async (req, res) => {
    let body = ''
    for await (const chunk of req.setEncoding('utf8')) body += chunk
    bodies.push(body)
    res.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    bodies,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}

async function startSidecar(upstream: string, collector: string | undefined) {
  const yaml = `
providers:
  first: { kind: openai-compatible, baseUrl: ${upstream}/v1, keyEnv: UPSTREAM_KEY, prices: free }
  second: { kind: openai-compatible, baseUrl: ${upstream}/v1, keyEnv: UPSTREAM_KEY, prices: free }
routes:
  support:
    strategy: ordered
    candidates:
      - { id: a, provider: first, model: model-a }
      - { id: b, provider: second, model: model-b }
`
  const environment = { UPSTREAM_KEY: 'key-secret' }
  const { config } = parseConfig(yaml, 'test.yaml', environment)
  const records: LedgerRecord[] = []
  const tracing =
    collector === undefined ? undefined : createOtelTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: collector })
  const sidecar = createSidecar({
    config: { ...config, listen: '127.0.0.1:0', drain: 2000, spool: { ...config.spool, flush: 0 } },
    environment,
    sink: memorySink(records),
    log: createLog({ level: 'silent', format: 'json', write: () => {}, nowMs: Date.now }),
    tracing,
    simulatedOrigin: '',
    worker: 0,
    bootMs: Date.now(),
  })
  const { port } = await sidecar.listen()
  return {
    records,
    ask: (headers: Record<string, string>) =>
      fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer caller-secret', ...headers },
        body: JSON.stringify({ model: 'support', messages: [{ role: 'user', content: 'prompt-secret' }] }),
      }),
    async stop() {
      await sidecar.stop()
      await tracing?.shutdown()
    },
  }
}

const answer = {
  id: 'x',
  object: 'chat.completion',
  created: 1,
  model: 'model-b-2026',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'answer-secret' } }],
  usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
}
const failure = httpJson({ error: { message: 'error-secret', code: 'server_error' } }, { status: 500 })

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const callerHeaders = {
  traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
  tracestate: 'vendor=abc',
  'x-sidelight-customer': 'customer-secret',
}

interface WireSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly kind: number
  readonly name: string
  readonly attributes: readonly { key: string; value: Record<string, unknown> }[]
}

test('a request that fell back is one trace, seen by caller, collector, providers and ledger alike', async () => {
  await using upstream = await fakeUpstream((request) =>
    request.bodyText.includes('model-a') ? failure : httpJson(answer),
  )
  await using collector = await startCollector()
  const sidecar = await startSidecar(upstream.origin, collector.endpoint)
  const answered = await sidecar.ask(callerHeaders)
  assert.equal(answered.status, 200)
  await answered.text()
  await sidecar.stop()

  const spans: WireSpan[] = collector.bodies.flatMap(
    (body) => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans,
  )
  const request = spans.find((span) => span.kind === 2)!
  const attempts = spans.filter((span) => span.kind === 3)
  assert.equal(request.parentSpanId, '00f067aa0ba902b7')
  assert.deepEqual(attempts.map((span) => span.name).slice(-1), ['chat model-b'])
  assert.ok(attempts.length >= 2)
  assert.equal(attempts.length, upstream.requests.length)
  for (const [index, attempt] of attempts.entries()) {
    assert.equal(attempt.parentSpanId, request.spanId)
    assert.equal(upstream.requests[index]?.headers['traceparent'], `00-${traceId}-${attempt.spanId}-01`)
    assert.equal(upstream.requests[index]?.headers['tracestate'], 'vendor=abc')
  }
  assert.deepEqual(new Set(spans.map((span) => span.traceId)), new Set([traceId]))
  assert.equal(sidecar.records[0]?.request.trace_id, traceId)
  const served = new Map(attempts.at(-1)?.attributes.map(({ key, value }) => [key, value]))
  assert.deepEqual(served.get('gen_ai.usage.input_tokens'), { intValue: 11 })
  assert.deepEqual(served.get('gen_ai.response.model'), { stringValue: 'model-b-2026' })
  assert.doesNotMatch(collector.bodies.join(), /secret/)
})

test('without tracing the caller’s context passes through, and the ledger still knows the trace', async () => {
  await using upstream = await fakeUpstream(httpJson(answer))
  const sidecar = await startSidecar(upstream.origin, undefined)
  await (await sidecar.ask(callerHeaders)).text()
  await (await sidecar.ask({ traceparent: 'broken' })).text()
  await sidecar.stop()
  assert.equal(upstream.requests[0]?.headers['traceparent'], callerHeaders.traceparent)
  assert.equal(upstream.requests[0]?.headers['tracestate'], 'vendor=abc')
  assert.deepEqual(
    sidecar.records.map((record) => record.request.trace_id),
    [traceId, ''],
  )
})
