import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FakeUpstream, Step } from '../../../testing/fake-upstream.ts'
import { httpJson } from '../../../testing/fake-upstream.ts'
import type { RawRequest } from '../../../testing/raw-http.ts'
import { startStage } from '../../../testing/resilience.ts'
import { chatWire } from '../../../testing/wires.ts'

const refusal = (status: number, code: string, headers: Record<string, string> = {}) =>
  httpJson(chatWire.errorBody(code), { status, headers })
const good = (text: string) => httpJson(chatWire.whole(text))

const keys = { A: 'key-a', B: 'key-b', C: 'key-c' }
const keysOf = (...names: string[]) => `targets: [${names.map((name) => `{ keyEnv: ${name} }`).join(', ')}]`

/** The keys that were used, in order. */
const used = (upstream: FakeUpstream) =>
  upstream.requests.map(({ headers }) => headers['authorization']?.replace('Bearer key-', ''))

/** Answers by the key that asks. */
const byKey =
  (answers: Record<string, readonly Step[]>, otherwise: readonly Step[]) =>
  ({ headers }: Pick<RawRequest, 'headers'>) =>
    answers[headers['authorization']?.replace('Bearer key-', '') ?? ''] ?? otherwise

test('keys share the load, a conversation keeps its own, and the record names it', async () => {
  await using stage = await startStage({
    providers: [chatWire],
    provider: () => keysOf('A', 'B', 'C'),
    environment: keys,
  })
  stage.a.answer(good('hello'))
  // So many that one of three keys being left out would be no chance (once in six thousand runs).
  for (let session = 0; session < 24; session += 1) {
    for (let turn = 0; turn < 2; turn += 1)
      await (await stage.ask({ headers: { 'x-sidelight-session': `s${session}` } })).text()
  }
  const asked = used(stage.a)
  for (let session = 0; session < 24; session += 1)
    assert.equal(new Set(asked.slice(session * 2, session * 2 + 2)).size, 1)
  assert.deepEqual([...new Set(asked)].sort(), ['a', 'b', 'c'])
  const records = await stage.sidecar.recorded(48)
  const names = { a: '1', b: '2', c: '3' }
  assert.deepEqual(
    records.map(({ attempts }) => attempts[0]?.target).toSorted(),
    asked.map((key) => names[key as 'a']).toSorted(),
  )
})

for (const [title, answer] of [
  ['refused', refusal(401, 'invalid_api_key')],
  ['out of money', refusal(429, 'insufficient_quota')],
  ['at its limit', refusal(429, 'rate_limit_exceeded', { 'retry-after': '7' })],
] as const) {
  test(`a key that is ${title} falls over to the next key, before any other candidate, and is not used again`, async () => {
    await using stage = await startStage({ provider: () => keysOf('A', 'B'), environment: keys })
    stage.a.answer(byKey({ a: answer }, good('from a')))
    stage.b.answer(good('from b'))
    for (let round = 0; round < 12; round += 1) {
      const response = await stage.ask()
      assert.equal(response.status, 200)
      assert.match(await response.text(), /from a/)
    }
    assert.equal(used(stage.a).filter((key) => key === 'a').length, 1)
    assert.equal(stage.b.requests.length, 0)
    const records = await stage.sidecar.recorded(12)
    const failed = records.find(({ attempts }) => attempts.length === 2)
    assert.deepEqual(
      failed?.attempts.map(({ target, candidate }) => [candidate, target]),
      [
        ['a', '1'],
        ['a', '2'],
      ],
    )
    assert.equal(failed?.request.fallback_used, false)
    assert.match(stage.sidecar.sidecar.metrics.render(), /sidelight_retries_total\{kind="other_target"\} 1/)
  })
}

test('the last attempt is kept for another candidate, however many keys are left', async () => {
  await using stage = await startStage({ provider: () => keysOf('A', 'B', 'C'), environment: keys })
  stage.a.answer(refusal(401, 'invalid_api_key'))
  stage.b.answer(good('from b'))
  const answer = await stage.ask()
  assert.equal(answer.status, 200)
  assert.equal(stage.a.requests.length, 2)
  assert.equal(stage.b.requests.length, 1)
})

test('with no other candidate all attempts go to the keys that are left', async () => {
  await using stage = await startStage({
    providers: [chatWire],
    provider: () => keysOf('A', 'B', 'C'),
    environment: keys,
  })
  stage.a.answer(refusal(401, 'invalid_api_key'))
  assert.equal((await stage.ask()).status, 401)
  assert.deepEqual(used(stage.a).toSorted(), ['a', 'b', 'c'])
})

test('an outage is the address’s: other keys for the same address are not tried before another candidate', async () => {
  await using stage = await startStage({ provider: () => keysOf('A', 'B'), environment: keys })
  stage.a.answer(refusal(500, ''))
  stage.b.answer(good('from b'))
  assert.equal((await stage.ask()).status, 200)
  assert.equal(stage.a.requests.length, 1)
  assert.equal(stage.b.requests.length, 1)
})

test('another address of the same candidate is tried first, with the same model', async () => {
  await using stage = await startStage({
    providers: [chatWire, chatWire, chatWire],
    provider: (origins) =>
      `targets: [{ name: one, baseUrl: ${origins[0]}/v1 }, { name: two, baseUrl: ${origins[1]}/v1 }]`,
    route: 'fallback: []',
  })
  stage.a.answer([{ reset: true }])
  stage.b.answer(good('from two'))
  for (let round = 0; round < 8; round += 1) {
    const answer = await stage.ask({ headers: { 'x-sidelight-session': `s${round}` } })
    assert.match(await answer.text(), /from two/)
  }
  const records = await stage.sidecar.recorded(8)
  assert.ok(records.some(({ attempts }) => attempts.length === 2))
  for (const { attempts, request } of records) {
    assert.equal(attempts.at(-1)?.target, 'two')
    assert.equal(request.candidate_served, 'a')
  }
})

test('the region of the record is that of the target that answered, and no other region is ever asked', async () => {
  await using stage = await startStage({
    providers: [chatWire, chatWire],
    provider: (origins) =>
      `targets: [{ baseUrl: ${origins[0]}/v1, region: us }, { baseUrl: ${origins[1]}/v1, region: eu }]`,
    route: 'require: { regions: [eu] }, fallback: []',
  })
  stage.b.answer(good('from eu'))
  for (let round = 0; round < 8; round += 1) assert.equal((await stage.ask()).status, 200)
  const [record] = await stage.sidecar.recorded(8)
  assert.deepEqual([record?.request.region, record?.attempts[0]?.region], ['eu', 'eu'])
  stage.b.answer(refusal(429, 'rate_limit_exceeded', { 'retry-after': '60' }))
  assert.equal((await stage.ask()).status, 429)
  const refused = await stage.ask()
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('retry-after'), '60')
  assert.equal(stage.a.requests.length, 0)
})

test('a reload with other targets closes no pool that is still in use', async () => {
  await using stage = await startStage({
    providers: [chatWire, chatWire],
    provider: (origins) => `targets: [{ baseUrl: ${origins[0]}/v1 }, { baseUrl: ${origins[1]}/v1 }]`,
    route: 'fallback: []',
  })
  stage.a.answer(good('from a'))
  stage.b.answer(good('from b'))
  const sessions = Array.from({ length: 8 }, (_, index) => ({ 'x-sidelight-session': `s${index}` }))
  for (const headers of sessions) await (await stage.ask({ headers })).text()
  const { sidecar } = stage.sidecar
  sidecar.reload(sidecar.snapshot().config)
  for (const headers of sessions) await (await stage.ask({ headers })).text()
  assert.equal(stage.a.totalSockets, 1)
  assert.equal(stage.b.totalSockets, 1)
})
