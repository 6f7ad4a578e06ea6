import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { Environment } from '../../contract/config/load.ts'
import type { AttemptRow, RequestRow } from '../../contract/record.ts'
import { createOtelTracing, type OtelOptions } from './otel.ts'
import type { AttemptAnswer, Tracing } from './tracing.ts'

interface WireSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly { key: string; value: Record<string, unknown> }[]
  readonly status: { code?: number }
}

const server = 2
const client = 3
const statusError = 2

/** A collector on a real socket; `status` is what it answers with, `hang` that it does not. */
async function collector(answer: { status?: number; hang?: boolean } = {}) {
  const bodies: string[] = []
  const requests: { path: string; headers: IncomingHttpHeaders }[] = []
  const http = createServer(async (req, res) => {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    bodies.push(Buffer.concat(chunks).toString())
    requests.push({ path: req.url ?? '', headers: req.headers })
    if (answer.hang !== true)
      res.writeHead(answer.status ?? 200, { 'content-type': 'application/json' }).end('{}')
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const resources = () => bodies.flatMap((body) => JSON.parse(body).resourceSpans)
  return {
    endpoint: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests,
    text: () => bodies.join('\n'),
    spans: (): WireSpan[] =>
      resources().flatMap((resource) =>
        resource.scopeSpans.flatMap((scope: { spans: WireSpan[] }) => scope.spans),
      ),
    resource: () => flat(resources()[0].resource.attributes),
    async [Symbol.asyncDispose]() {
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}

function flat(attributes: WireSpan['attributes']): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, 'arrayValue' in value ? value : Object.values(value)[0]]),
  )
}

function tracingTo(endpoint: string, environment: Environment = {}, options: OtelOptions = {}): Tracing {
  return createOtelTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...environment }, options)
}

const requestRow = (own: Partial<RequestRow> = {}): RequestRow =>
  ({
    ts: Date.now(),
    request_id: '0190a000-0000-7000-8000-000000000001',
    route: 'support',
    cache: 'off',
    customer: 'a-customer',
    model_asked: 'what the caller wrote',
    cost_usd: '0.001500000000',
    status: 'ok',
    http_status: 200,
    error_code: '',
    duration_ms: 120.5,
    ...own,
  }) as RequestRow

const attemptRow = (own: Partial<AttemptRow> = {}): AttemptRow =>
  ({
    ts: Date.now(),
    outcome: 'answered',
    http_status: 200,
    error_code: '',
    duration_ms: 100.25,
    first_token_ms: 40,
    input_tokens: 1200,
    cached_input_tokens: 1000,
    output_tokens: 34,
    usage_source: 'provider',
    ...own,
  }) as AttemptRow

const answer: AttemptAnswer = {
  model: 'gpt-x-2026-01-01',
  finishReason: 'stop',
  streamed: true,
  baseUrl: 'https://api.openai.com/v1',
}
const call = { provider: 'main', kind: 'openai', model: 'gpt-x', operation: 'generate' }

/** One request with one attempt. Returns what went up. */
function trace(tracing: Tracing, headers: IncomingHttpHeaders = {}, up: string[] = []) {
  const request = tracing.startRequest(headers, 'generate')
  const attempt = request.startAttempt(call)
  attempt.inject(up)
  attempt.end(attemptRow(), answer)
  request.end(requestRow())
  return { traceId: request.traceId, up }
}

const callerTrace = '4bf92f3577b34da6a3ce929d0e0e4736'
const callerSpan = '00f067aa0ba902b7'
const callerHeaders = {
  traceparent: `00-${callerTrace}-${callerSpan}-01`,
  tracestate: 'vendor=abc,other=1',
}

test('a request is a server span and its call a client span under it, with the names of the conventions', async () => {
  await using sink = await collector()
  const tracing = tracingTo(sink.endpoint)
  const { traceId } = trace(tracing)
  await tracing.shutdown()
  assert.equal(sink.requests[0]?.path, '/v1/traces')
  const spans = sink.spans()
  assert.equal(spans.length, 2)
  const request = spans.find((span) => span.kind === server)!
  const attempt = spans.find((span) => span.kind === client)!
  assert.equal(request.traceId, traceId)
  assert.equal(attempt.traceId, traceId)
  assert.equal(request.parentSpanId, undefined)
  assert.equal(attempt.parentSpanId, request.spanId)
  assert.equal(request.name, 'generate support')
  assert.equal(attempt.name, 'chat gpt-x')
  assert.deepEqual(flat(request.attributes), {
    'http.response.status_code': 200,
    'sidelight.cache': 'off',
    'sidelight.cost_usd': 0.0015,
    'sidelight.request_id': '0190a000-0000-7000-8000-000000000001',
    'sidelight.route': 'support',
  })
  assert.deepEqual(flat(attempt.attributes), {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-x',
    'gen_ai.request.stream': true,
    'gen_ai.response.finish_reasons': { arrayValue: { values: [{ stringValue: 'stop' }] } },
    'gen_ai.response.model': 'gpt-x-2026-01-01',
    'gen_ai.response.time_to_first_chunk': 0.04,
    'gen_ai.usage.cache_read.input_tokens': 1000,
    'gen_ai.usage.input_tokens': 1200,
    'gen_ai.usage.output_tokens': 34,
    'http.response.status_code': 200,
    'server.address': 'api.openai.com',
    'server.port': 443,
  })
})

test('spans last as long as their rows say, not until the row was written', async () => {
  await using sink = await collector()
  let nowMs = 1_800_000_000_000
  const tracing = tracingTo(sink.endpoint, {}, { nowMs: () => nowMs })
  const request = tracing.startRequest({}, 'generate')
  nowMs += 10
  const attempt = request.startAttempt(call)
  const startedMs = nowMs
  nowMs += 5000
  attempt.end(attemptRow({ ts: startedMs, duration_ms: 100.25 }), answer)
  request.end(requestRow({ ts: startedMs - 10, duration_ms: 120 }))
  await tracing.shutdown()
  const lasted = (kind: number) => {
    const span = sink.spans().find((one) => one.kind === kind)!
    return Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6
  }
  assert.ok(Math.abs(lasted(client) - 100.25) < 0.01, `${lasted(client)}`)
  assert.ok(Math.abs(lasted(server) - 120) < 0.01, `${lasted(server)}`)
})

test('the caller’s trace goes on: same trace, its span the parent, and upstream sees the attempt as parent', async () => {
  await using sink = await collector()
  const tracing = tracingTo(sink.endpoint)
  const up = [
    'TraceParent',
    callerHeaders.traceparent,
    'x-a',
    '1',
    'tracestate',
    'vendor=abc,other=1',
    'x-b',
    '2',
  ]
  const { traceId } = trace(tracing, callerHeaders, up)
  await tracing.shutdown()
  const spans = sink.spans()
  const attempt = spans.find((span) => span.kind === client)!
  assert.equal(traceId, callerTrace)
  assert.equal(spans.find((span) => span.kind === server)?.parentSpanId, callerSpan)
  assert.deepEqual(up, [
    'x-a',
    '1',
    'x-b',
    '2',
    'traceparent',
    `00-${callerTrace}-${attempt.spanId}-01`,
    'tracestate',
    'vendor=abc,other=1',
  ])
})

test('a broken traceparent begins a new trace and its tracestate is dropped', async () => {
  await using sink = await collector()
  const tracing = tracingTo(sink.endpoint)
  for (const traceparent of [
    '',
    'x',
    '00-0-0-01',
    `ff-${callerTrace}-${callerSpan}-01`,
    `00-${'0'.repeat(32)}-${callerSpan}-01`,
  ]) {
    const { traceId, up } = trace(tracing, { traceparent, tracestate: 'a=b' }, ['tracestate', 'a=b'])
    assert.match(traceId, /^[0-9a-f]{32}$/)
    assert.notEqual(traceId, callerTrace)
    assert.deepEqual([up[0], up.length], ['traceparent', 2])
  }
  await tracing.shutdown()
})

test('a trace that its caller does not sample is passed on and not exported', async () => {
  await using sink = await collector()
  const tracing = tracingTo(sink.endpoint)
  const { traceId, up } = trace(tracing, { traceparent: `00-${callerTrace}-${callerSpan}-00` })
  await tracing.shutdown()
  assert.equal(traceId, callerTrace)
  assert.match(up[1] ?? '', new RegExp(`^00-${callerTrace}-[0-9a-f]{16}-00$`))
  assert.equal(sink.requests.length, 0)
})

test('each retry is a span of its own, and the failed one says why', async () => {
  await using sink = await collector()
  const tracing = tracingTo(sink.endpoint)
  const request = tracing.startRequest({}, 'generate')
  const first = request.startAttempt({ ...call, provider: 'mistral', kind: 'openai-compatible' })
  first.end(
    attemptRow({ outcome: 'rate_limit', http_status: 429, error_code: 'rate_limited', usage_source: '' }),
    {
      ...answer,
      model: '',
      finishReason: '',
      streamed: false,
      baseUrl: 'http://[::1]:8080/v1',
    },
  )
  const second = request.startAttempt({ ...call, kind: 'gemini' })
  second.end(attemptRow(), answer)
  request.end(requestRow())
  await tracing.shutdown()
  const [failed, answered] = sink.spans().filter((span) => span.kind === client)
  assert.equal(failed?.status.code, statusError)
  assert.deepEqual(flat(failed!.attributes), {
    'error.type': 'rate_limited',
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'mistral_ai',
    'gen_ai.request.model': 'gpt-x',
    'gen_ai.usage.cache_read.input_tokens': 1000,
    'http.response.status_code': 429,
    'server.address': '::1',
    'server.port': 8080,
  })
  assert.equal(answered?.name, 'generate_content gpt-x')
  assert.equal(flat(answered!.attributes)['gen_ai.provider.name'], 'gcp.gemini')
})

test('only what the server did wrong is an error of the request', async () => {
  await using sink = await collector()
  const tracing = tracingTo(sink.endpoint)
  const end = (row: Partial<RequestRow>) => tracing.startRequest({}, 'generate').end(requestRow(row))
  end({ status: 'error', http_status: 502, error_code: 'upstream_failed' })
  end({ status: 'error', http_status: 404, error_code: 'unknown_model', route: '', cost_usd: null })
  end({ status: 'truncated' })
  end({ status: 'client_abort', error_code: 'client_abort' })
  await tracing.shutdown()
  const told = sink
    .spans()
    .map((span) => [span.name, span.status.code ?? 0, flat(span.attributes)['error.type']])
  assert.deepEqual(told, [
    ['generate support', statusError, 'upstream_failed'],
    ['generate', 0, 'unknown_model'],
    ['generate support', statusError, 'truncated'],
    ['generate support', 0, 'client_abort'],
  ])
})

test('no content gets into a span, not even where a provider puts it into a code', async () => {
  await using sink = await collector()
  const tracing = tracingTo(sink.endpoint)
  const request = tracing.startRequest(
    { authorization: 'Bearer sk-secret', 'x-sidelight-customer': 'secret' },
    'generate',
  )
  const attempt = request.startAttempt(call)
  attempt.end(attemptRow({ outcome: 'request', error_code: 'your prompt "secret words" is refused' }), {
    ...answer,
    finishReason: 'because secret words',
    baseUrl: 'https://user:secret@example.test/v1?key=secret',
  })
  request.end(
    requestRow({
      status: 'error',
      http_status: 500,
      error_code: 'secret words',
      customer: 'secret',
      model_asked: 'secret',
      route: '',
    }),
  )
  await tracing.shutdown()
  assert.equal(sink.spans().length, 2)
  assert.doesNotMatch(sink.text(), /secret/)
})

test('the standard variables name the service, its attributes, the headers and the address of the collector', async () => {
  await using sink = await collector()
  const tracing = createOtelTracing({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${sink.endpoint}/custom/path`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-api=one%20two,x-both=general',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-both=own',
    OTEL_SERVICE_NAME: 'checkout-sidecar',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=prod,service.name=ignored',
  })
  trace(tracing)
  await tracing.shutdown()
  assert.equal(sink.requests[0]?.path, '/custom/path')
  assert.equal(sink.requests[0]?.headers['x-api'], 'one two')
  assert.equal(sink.requests[0]?.headers['x-both'], 'own')
  assert.equal(sink.resource()['service.name'], 'checkout-sidecar')
  assert.equal(sink.resource()['deployment.environment.name'], 'prod')
})

test('without a name the service is called sidelight', async () => {
  await using sink = await collector()
  const tracing = tracingTo(`${sink.endpoint}/`)
  trace(tracing)
  await tracing.shutdown()
  assert.equal(sink.resource()['service.name'], 'sidelight')
  assert.equal(sink.requests[0]?.path, '/v1/traces')
})

test('a ratio samples new traces and leaves those of callers to the callers', async () => {
  await using sink = await collector()
  const environment = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' }
  const tracing = tracingTo(sink.endpoint, environment)
  for (let n = 0; n < 400; n += 1) trace(tracing)
  trace(tracing, callerHeaders)
  await tracing.shutdown()
  const traces = new Set(sink.spans().map((span) => span.traceId))
  assert.ok(traces.size > 50 && traces.size < 170, `${traces.size} of 400`)
  assert.ok(traces.has(callerTrace))
})

test('settings that make no sense fall back to the usual ones', async () => {
  await using sink = await collector()
  const tracing = tracingTo(sink.endpoint, {
    OTEL_EXPORTER_OTLP_TIMEOUT: '0',
    OTEL_BSP_MAX_QUEUE_SIZE: '0',
    OTEL_BSP_SCHEDULE_DELAY: 'soon',
    OTEL_TRACES_SAMPLER: 'sometimes',
    OTEL_TRACES_SAMPLER_ARG: '7',
    OTEL_RESOURCE_ATTRIBUTES: '=,%zz=%zz,a',
  })
  trace(tracing)
  await tracing.shutdown()
  assert.equal(sink.spans().length, 2)
})

test('a sampler that is off exports nothing', async () => {
  await using sink = await collector()
  const tracing = tracingTo(sink.endpoint, { OTEL_TRACES_SAMPLER: 'always_off' })
  trace(tracing, callerHeaders)
  await tracing.shutdown()
  assert.equal(sink.requests.length, 0)
})

test('a collector that refuses costs spans, said once, and no request', async () => {
  await using sink = await collector({ status: 400 })
  const lost: number[] = []
  const tracing = tracingTo(
    sink.endpoint,
    { OTEL_BSP_SCHEDULE_DELAY: '1' },
    { onLost: (spans) => lost.push(spans) },
  )
  for (let round = 0; round < 5; round += 1) {
    trace(tracing)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await tracing.shutdown()
  assert.ok(sink.requests.length >= 2, `${sink.requests.length} batches`)
  assert.deepEqual(lost, [2])
})

test('nothing listens: requests go on, the queue stays bounded, and shutdown returns in time', async () => {
  const tracing = tracingTo(
    'http://127.0.0.1:9',
    { OTEL_BSP_MAX_QUEUE_SIZE: '600', OTEL_EXPORTER_OTLP_TIMEOUT: '300' },
    { shutdownMs: 300 },
  )
  for (let n = 0; n < 2000; n += 1) trace(tracing)
  const startedMs = performance.now()
  await tracing.shutdown()
  assert.ok(performance.now() - startedMs < 1500)
})

test('a collector that never answers does not hold up the shutdown', async () => {
  await using sink = await collector({ hang: true })
  const tracing = tracingTo(sink.endpoint, { OTEL_EXPORTER_OTLP_TIMEOUT: '1000' }, { shutdownMs: 200 })
  trace(tracing)
  const startedMs = performance.now()
  await tracing.shutdown()
  assert.equal(sink.requests.length, 1)
  assert.ok(performance.now() - startedMs < 1500)
})
