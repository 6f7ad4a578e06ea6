import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Environment } from '../../contract/config/load.ts'
import { loadTracing } from './load-tracing.ts'
import { createLog } from './log.ts'

async function load(environment: Environment) {
  const lines: string[] = []
  const log = createLog({
    level: 'debug',
    format: 'text',
    write: (line) => lines.push(line),
    nowMs: Date.now,
  })
  const tracing = await loadTracing(environment, log)
  await tracing?.shutdown()
  return { isOn: tracing !== undefined, said: lines.join('') }
}

const endpoint = 'http://user:hunter2@127.0.0.1:4318/path?token=abc'

test('tracing is on when an endpoint is named, and its log line tells no more than the origin', async () => {
  for (const name of ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) {
    const { isOn, said } = await load({ [name]: endpoint })
    assert.equal(isOn, true)
    assert.match(said, /info {2}traces are exported endpoint=http:\/\/127\.0\.0\.1:4318\n$/)
  }
})

test('tracing is off without an endpoint, and when the standard switches say so', async () => {
  for (const environment of [
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: 'TRUE' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_EXPORTER: 'none' },
  ]) {
    assert.deepEqual(await load(environment), { isOn: false, said: '' })
  }
})

test('an endpoint that is no address turns tracing off and says how to mend it', async () => {
  for (const broken of ['collector:4318', 'not an address', 'grpc://collector:4317']) {
    const { isOn, said } = await load({ OTEL_EXPORTER_OTLP_ENDPOINT: broken })
    assert.equal(isOn, false)
    assert.match(said, /must be an http:\/\/ or https:\/\/ address/)
  }
})

test('gRPC is not spoken, and that is said', async () => {
  const { isOn, said } = await load({
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
  })
  assert.equal(isOn, true)
  assert.match(said, /warn.*not gRPC/)
})
