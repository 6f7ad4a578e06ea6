import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fakeUpstream, httpJson } from '../testing/fake-upstream.ts'
import { testPolicy } from '../testing/policies.ts'
import { startTestSidecar } from '../testing/sidecar.ts'
import { chatWire } from '../testing/wires.ts'

const versionsMax = 60
const requestsPerSecond = 500
const seconds = 3

/** Of each version other weights, so that a mixture of two would show. */
const weightsOf = (version: number) => ({ a: version / 1000, b: 1 - version / 1000 })

test('policies change under 500 requests a second: every request is of one version alone, and none is lost', async () => {
  await using upstream = await fakeUpstream(httpJson(chatWire.whole('x')))
  await using sidelight = await startTestSidecar(`
providers: { p: { kind: openai, baseUrl: '${upstream.origin}/v1' } }
routes:
  r: { candidates: [{ id: a, provider: p, model: ma }, { id: b, provider: p, model: mb }] }
`)
  const ids = new Map<string, number>([['', 0]])
  const publish = (version: number) => {
    const { document, text } = testPolicy({ version, default: weightsOf(version) })
    ids.set(document.id, version)
    sidelight.sidecar.usePolicies([{ text, origin: 'warehouse', sinceMs: 0 }])
  }
  const body = JSON.stringify(chatWire.body('r', false))
  const headers = { 'content-type': 'application/json' }
  const served = new Map<string, string>()
  const ask = async () => {
    const response = await fetch(`${sidelight.origin}/v1/chat/completions`, { method: 'POST', headers, body })
    await response.text()
    assert.equal(response.status, 200)
    served.set(
      response.headers.get('x-sidelight-request-id') ?? '',
      response.headers.get('x-sidelight-policy') ?? '',
    )
  }
  const asked: Promise<void>[] = []
  const total = requestsPerSecond * seconds
  let version = 0
  for (let tick = 0; asked.length < total; tick += 1) {
    for (let count = 0; count < requestsPerSecond / 100; count += 1) asked.push(ask())
    if (tick % 5 === 0 && version < versionsMax) {
      version += 1
      publish(version)
    }
    await sleep(10)
  }
  await Promise.all(asked)
  const records = await sidelight.recorded(total)
  assert.equal(records.length, total)
  const seen = new Set<number>()
  for (const { request } of records) {
    const { policy_id, policy_version, candidates, probabilities, request_id } = request
    assert.equal(ids.get(policy_id), policy_version)
    assert.equal(served.get(request_id), String(policy_version))
    seen.add(policy_version)
    if (policy_version === 0) continue
    const expected = weightsOf(policy_version)
    assert.deepEqual([...candidates], ['a', 'b'])
    assert.ok(Math.abs((probabilities[0] ?? 0) - expected.a) < 1e-6, `version ${policy_version}`)
  }
  assert.ok(seen.size > 20, `only ${seen.size} versions were seen`)
})
