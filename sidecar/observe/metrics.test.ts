import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AttemptRow, LedgerRecord, RequestRow } from '../../contract/record.ts'
import { createMetrics, type MetricsRegistry, mergeMetrics } from './metrics.ts'

function recordOf(
  request: Partial<RequestRow> = {},
  attempts: readonly Partial<AttemptRow>[] = [{}],
): LedgerRecord {
  const row: Partial<RequestRow> = {
    route: 'support',
    provider: 'openai',
    model: 'gpt-x',
    endpoint: 'generate',
    status: 'ok',
    http_status: 200,
    streamed: false,
    attempt_count: attempts.length,
    input_tokens: 100,
    output_tokens: 20,
    cached_input_tokens: 0,
    cost_usd: '0.250000000000',
    duration_ms: 400,
    first_token_ms: null,
    overhead_us: 300,
    ...request,
  }
  const attempt: Partial<AttemptRow> = {
    provider: 'openai',
    model: 'gpt-x',
    outcome: 'answered',
    http_status: 200,
    duration_ms: 380,
  }
  return {
    request: row as RequestRow,
    attempts: attempts.map((own) => ({ ...attempt, ...own }) as AttemptRow),
  }
}

function registry(worker = 0): MetricsRegistry & Disposable {
  const metrics = createMetrics({ worker })
  return { ...metrics, [Symbol.dispose]: metrics.stop }
}

/** Reads the text as Prometheus does: what it would refuse fails here. */
function scrape(text: string): Map<string, number> {
  const found = new Map<string, number>()
  const typed = new Set<string>()
  for (const line of text.trimEnd().split('\n')) {
    const type = /^# TYPE (\S+) (?:counter|gauge|histogram)$/.exec(line)
    if (type?.[1] !== undefined) {
      assert.ok(!typed.has(type[1]), `${type[1]} is typed twice`)
      typed.add(type[1])
      continue
    }
    if (line.startsWith('# HELP ')) continue
    const sample = /^([a-zA-Z_:][\w:]*)((?:\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\n"])*",?)*\})?) (\S+)$/.exec(
      line,
    )
    assert.ok(sample, `not a sample: ${line}`)
    const name = sample[1]!
    assert.ok(typed.has(name) || typed.has(name.replace(/_(?:bucket|sum|count)$/, '')), `${name} has no type`)
    const key = `${name}${sample[2]}`
    assert.ok(!found.has(key), `${key} comes twice`)
    found.set(key, Number(sample[3]))
  }
  return found
}

test('a request is counted by what became of it, with its tokens, cost and times', () => {
  using metrics = registry()
  metrics.observe(recordOf())
  metrics.observe(recordOf({ cached_input_tokens: 40, streamed: true, first_token_ms: 90 }))
  const found = scrape(metrics.render())
  const served = 'route="support",provider="openai",model="gpt-x"'
  assert.equal(
    found.get(`sidelight_requests_total{${served},endpoint="generate",status="ok",http_status="200"}`),
    2,
  )
  assert.equal(found.get(`sidelight_tokens_total{${served},class="input"}`), 200)
  assert.equal(found.get(`sidelight_tokens_total{${served},class="cached_input"}`), 40)
  assert.equal(found.get(`sidelight_tokens_total{${served},class="output"}`), 40)
  assert.equal(found.get(`sidelight_cost_usd_total{${served}}`), 0.5)
  assert.equal(found.get('sidelight_request_duration_seconds_count{route="support",streamed="false"}'), 1)
  assert.equal(found.get('sidelight_first_token_seconds_sum{route="support"}'), 0.09)
  assert.equal(found.get('sidelight_overhead_seconds_bucket{route="support",le="0.0005"}'), 2)
  assert.equal(found.get('sidelight_overhead_seconds_bucket{route="support",le="0.00025"}'), 0)
})

test('every attempt is counted, the failed ones too', () => {
  using metrics = registry()
  metrics.observe(recordOf({}, [{ outcome: 'rate_limit', http_status: 429 }, { provider: 'azure' }]))
  const found = scrape(metrics.render())
  const failed = 'provider="openai",model="gpt-x",outcome="rate_limit",http_status="429"'
  assert.equal(found.get(`sidelight_attempts_total{${failed}}`), 1)
  assert.equal(found.get('sidelight_attempt_duration_seconds_count{provider="azure",outcome="answered"}'), 1)
})

test('an unknown price is counted as such and not as nothing', () => {
  using metrics = registry()
  metrics.observe(recordOf({ cost_usd: null }))
  metrics.observe(recordOf({ cost_usd: null, status: 'blocked', http_status: 429 }, []))
  const found = scrape(metrics.render())
  const served = 'route="support",provider="openai",model="gpt-x"'
  assert.equal(found.get(`sidelight_unpriced_requests_total{${served}}`), 1)
  assert.equal(found.has(`sidelight_cost_usd_total{${served}}`), false)
})

test('model names that callers make up cannot fill the memory, and the rest stays exact', () => {
  using metrics = registry()
  for (let n = 0; n < 5000; n += 1) {
    const model = `made-up-${n}`
    metrics.observe(
      recordOf({ model, route: `openai/${model}`, http_status: 404 }, [{ model, http_status: 404 }]),
    )
  }
  metrics.observe(recordOf())
  const text = metrics.render()
  const found = scrape(text)
  assert.ok(text.length < 4_000_000, `${text.length} bytes`)
  const many =
    'route="other",provider="openai",model="other",endpoint="generate",status="ok",http_status="404"'
  assert.equal(found.get(`sidelight_requests_total{${many}}`), 4500)
  assert.equal(found.get(`sidelight_requests_total{${many.replace('404', '200')}}`), 1)
})

test('names with quotes, backslashes and line ends do not break the text', () => {
  using metrics = registry()
  metrics.observe(recordOf({ route: 'a"b\\c\nd{}, e="f' }))
  scrape(metrics.render())
})

test('requests in flight go up and down', () => {
  using metrics = registry()
  metrics.requestStarted()
  metrics.requestStarted()
  metrics.requestEnded()
  assert.equal(scrape(metrics.render()).get('sidelight_in_flight_requests'), 1)
})

test('figures of others are shown, of several sources added up', () => {
  using metrics = registry()
  const gauge = { name: 'sidelight_record_queue_rows', help: 'Waiting.', type: 'gauge', value: 4 } as const
  metrics.gauges(() => [gauge])
  metrics.gauges(() => [{ ...gauge, value: 3 }])
  assert.equal(scrape(metrics.render()).get('sidelight_record_queue_rows'), 7)
})

test('the snapshots of workers survive the trip to the parent and add up, delays stay apart', () => {
  using first = registry(1)
  using second = registry(2)
  first.observe(recordOf())
  second.observe(recordOf())
  second.observe(recordOf({ route: 'chat' }))
  first.requestStarted()
  second.requestStarted()
  const sent = [first, second].map((one) => structuredClone(one.snapshot()))
  const found = scrape(mergeMetrics(sent))
  const served = 'provider="openai",model="gpt-x",endpoint="generate",status="ok",http_status="200"'
  assert.equal(found.get(`sidelight_requests_total{route="support",${served}}`), 2)
  assert.equal(found.get(`sidelight_requests_total{route="chat",${served}}`), 1)
  assert.equal(found.get('sidelight_in_flight_requests'), 2)
  assert.equal(found.get('sidelight_request_duration_seconds_count{route="support",streamed="false"}'), 2)
  for (const worker of [1, 2]) {
    const value = found.get(`sidelight_event_loop_delay_seconds{worker="${worker}",quantile="max"}`)
    assert.ok(value !== undefined && value < 5)
  }
})

test('a blocked event loop shows in the next scrape and not in the one after', async () => {
  using metrics = registry()
  const max = () => scrape(metrics.render()).get('sidelight_event_loop_delay_seconds{quantile="max"}')!
  await new Promise((resolve) => setTimeout(resolve, 50))
  max()
  await new Promise((resolve) => setTimeout(resolve, 50))
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
  await new Promise((resolve) => setTimeout(resolve, 50))
  const blocked = max()
  // The block may have begun anywhere within the 20 ms of the monitor.
  assert.ok(blocked > 0.25 && blocked < 2, `${blocked}`)
  await new Promise((resolve) => setTimeout(resolve, 50))
  const after = max()
  assert.ok(after < 0.2, `${after}`)
})

test('a scrape without anything in between reads zero delay, not less', () => {
  using metrics = registry()
  metrics.render()
  for (const [key, value] of scrape(metrics.render())) {
    if (key.startsWith('sidelight_event_loop_delay_seconds')) assert.equal(value, 0)
  }
})
