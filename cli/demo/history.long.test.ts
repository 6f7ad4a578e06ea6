import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import type { AttemptRow, FeedbackRow, RequestRow } from '../../contract/record.ts'
import { decodeFrames } from '../../ingest/frames.ts'
import { decodeEntry } from '../../ingest/payload.ts'
import { createLog } from '../../sidecar/observe/log.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { type History, playHistory } from './history.ts'
import { policyChanges, spells } from './weather.ts'

const spanMs = 5_400_000
const startMs = Date.UTC(2026, 10, 20, 9)
const log = createLog({ level: 'silent', format: 'json', write: () => {}, nowMs: Date.now })

let history: History
let requests: RequestRow[]
let attempts: AttemptRow[]
let feedback: FeedbackRow[]

before(async () => {
  await using folder = await tempDir()
  history = await playHistory({
    environment: { SIDELIGHT_STATE_DIR: folder.path },
    ...{ log, seed: '1', startMs, spanMs, perMinute: 15, hasStory: true },
    signal: new AbortController().signal,
    onProgress: () => {},
  })
  const entries = await entriesOf(`${folder.path}/spool`)
  requests = entries.flatMap((entry) => ('request' in entry ? [entry.request] : []))
  attempts = entries.flatMap((entry) => ('request' in entry ? entry.attempts : []))
  feedback = entries.flatMap((entry) => ('feedback' in entry ? [entry.feedback] : []))
})
after(() => {
  requests = []
})

async function entriesOf(spool: string) {
  const names = (await readdir(spool)).filter((name) => name.endsWith('.seg'))
  const files = await Promise.all(names.map((name) => readFile(`${spool}/${name}`)))
  return files.flatMap((bytes) => decodeFrames(bytes).payloads.map(decodeEntry))
}

const share = (ms: number) => (ms - startMs) / spanMs

test('every request of the plan left one record, and the records lie where the plan has them', () => {
  assert.equal(requests.length, history.requests)
  const slices = new Set(requests.map(({ ts }) => Math.floor(share(ts) * 9)))
  assert.deepEqual([...slices].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8])
  for (const { ts, request_id } of requests) {
    assert.ok(ts >= startMs && ts < startMs + spanMs)
    assert.equal(Number.parseInt(request_id.replaceAll('-', '').slice(0, 12), 16), ts)
  }
  assert.equal(new Set(requests.map(({ seq }) => seq)).size, requests.length)
})

test('calls to providers lie within their request, for as long as they really took', () => {
  const byId = new Map(requests.map((request) => [request.request_id, request]))
  for (const attempt of attempts) {
    const request = byId.get(attempt.request_id)
    assert.ok(request)
    assert.ok(attempt.ts >= request.ts && attempt.ts <= request.ts + request.duration_ms + 1)
  }
  const durations = requests.filter(({ status }) => status === 'ok').map(({ duration_ms }) => duration_ms)
  assert.ok(Math.max(...durations) < 60_000 && Math.min(...durations) > 1)
})

test('a policy rules from its moment on, and nothing before', () => {
  for (const { route, at } of policyChanges) {
    const ruled = requests.filter((one) => one.route === route && one.policy_version === 1)
    assert.ok(ruled.length > 0, route)
    for (const { ts } of ruled) assert.ok(share(ts) >= at, `${route} at ${share(ts)}`)
  }
  assert.deepEqual(
    history.policies.map(({ policy }) => policy.document.route),
    policyChanges.map(({ route }) => route),
  )
})

test('the provider that is down fails then, and others answer in its place', () => {
  const [outage] = spells
  assert.ok(outage)
  const failed = attempts.filter(({ outcome, provider }) => outcome === 'outage' && provider === 'anthropic')
  assert.ok(failed.length > 0)
  const during = failed.filter(
    ({ ts }) => share(ts) >= outage.from - 0.02 && share(ts) <= outage.until + 0.02,
  )
  assert.ok(during.length >= failed.length / 2)
  assert.ok(attempts.some(({ outcome, http_status }) => outcome === 'rate_limit' && http_status === 429))
  assert.ok(requests.some(({ fallback_used, status }) => fallback_used && status === 'ok'))
})

test('money, tokens, people and opinions are there; a model without a price has no cost', () => {
  assert.ok(requests.filter(({ cost_usd }) => Number(cost_usd) > 0).length > requests.length / 2)
  const house = requests.filter(({ model, status }) => model === 'house-summarizer-2' && status === 'ok')
  assert.ok(house.length > 0)
  for (const { cost_usd, output_tokens } of house) assert.ok(cost_usd === null && output_tokens > 0)
  assert.ok(requests.some(({ customer }) => customer === "O'Brien & Sons"))
  assert.ok(requests.some(({ customer }) => customer === 'Müller Söhne GmbH'))
  assert.equal(new Set(requests.map(({ app }) => app)).size, 5)
  assert.ok(feedback.length > 5)
  const known = new Set(requests.map(({ request_id }) => request_id))
  for (const { request_id, ts } of feedback) assert.ok(known.has(request_id) && ts >= startMs)
})
