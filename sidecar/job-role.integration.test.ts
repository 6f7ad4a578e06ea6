import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { fakeUpstream, httpJson } from '../testing/fake-upstream.ts'
import { startTestSidecar } from '../testing/sidecar.ts'
import { chatWire } from '../testing/wires.ts'

const environment = {
  SIDELIGHT_EVALS_TOKEN: 'the-token',
  KEY_SHA: createHash('sha256').update('a-key').digest('hex'),
}

const yaml = (origin: string) => `
providers: { p: { kind: openai-compatible, baseUrl: '${origin}/v1' } }
keys: [{ name: k, hashEnv: KEY_SHA }]
routes:
  r:
    baseline: a
    candidates: [{ id: a, provider: p, model: ma }, { id: b, provider: p, model: mb, weight: 0, params: { top_p: 0.5 } }]
`

async function ask(origin: string, headers: Record<string, string>, model = 'r'): Promise<Response> {
  const response = await fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(chatWire.body(model, false)),
  })
  await response.text()
  return response
}

test('who has the token asks as a judge or a replay, without a key; nobody else can', async () => {
  await using upstream = await fakeUpstream(httpJson(chatWire.whole('x')))
  await using sidecar = await startTestSidecar(yaml(upstream.origin), { environment })
  const role = { 'x-sidelight-role': 'judge', 'x-sidelight-pair': 'the-pair' }
  const withKey = { authorization: 'Bearer a-key' }
  const token = { 'x-sidelight-job-token': 'the-token' }
  for (const wrong of [{}, { 'x-sidelight-job-token': 'another' }, withKey])
    assert.equal((await ask(sidecar.origin, { ...role, ...wrong })).status, 403)
  assert.equal((await ask(sidecar.origin, { ...role, ...token, 'x-sidelight-role': 'primary' })).status, 403)
  assert.equal((await ask(sidecar.origin, { ...token })).status, 401, 'the token alone is no key')
  assert.equal((await ask(sidecar.origin, { ...role, ...token }, 'p/judge-model')).status, 200)
  assert.equal((await ask(sidecar.origin, withKey)).status, 200)
  const records = await sidecar.recorded(7)
  const [judged, primary] = records.slice(-2).map(({ request }) => request)
  assert.deepEqual([judged?.role, judged?.pair_id, judged?.key_name], ['judge', 'the-pair', ''])
  assert.deepEqual([primary?.role, primary?.pair_id], ['primary', ''])
})

test('a replay goes to the candidate it names, with that candidate’s own fields, whatever the weights are', async () => {
  await using upstream = await fakeUpstream(httpJson(chatWire.whole('x')))
  await using sidecar = await startTestSidecar(yaml(upstream.origin), { environment })
  const job = { 'x-sidelight-role': 'shadow', 'x-sidelight-job-token': 'the-token', 'x-sidelight-route': 'r' }
  assert.equal((await ask(sidecar.origin, { ...job, 'x-sidelight-candidate': 'b' })).status, 200)
  assert.equal((await ask(sidecar.origin, { ...job, 'x-sidelight-candidate': 'nobody' })).status, 404)
  const [row] = (await sidecar.recorded(2)).map(({ request }) => request)
  assert.deepEqual(
    [row?.role, row?.candidate_served, row?.model, row?.policy_role],
    ['shadow', 'b', 'mb', 'override'],
  )
})

test('without a token configured nobody may speak for the evals', async () => {
  await using upstream = await fakeUpstream(httpJson(chatWire.whole('x')))
  const { KEY_SHA } = environment
  await using sidecar = await startTestSidecar(yaml(upstream.origin), { environment: { KEY_SHA } })
  const job = { 'x-sidelight-role': 'shadow', 'x-sidelight-job-token': '' }
  assert.equal((await ask(sidecar.origin, job)).status, 403)
})
