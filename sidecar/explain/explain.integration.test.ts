import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeUpstream, httpJson } from '../../testing/fake-upstream.ts'
import { testPolicy } from '../../testing/policies.ts'
import { startTestSidecar } from '../../testing/sidecar.ts'
import { chatWire } from '../../testing/wires.ts'
import type { Explanation } from './explanation.ts'
import { recompute } from './recompute.ts'
import { explanationText } from './text.ts'

const secret = 'the prompt that nobody may see'

async function fixture(routes: string) {
  const upstream = await fakeUpstream(httpJson(chatWire.whole('the answer that nobody may see')))
  const sidelight = await startTestSidecar(`
identity: { app: shop, team: red, env: test }
providers:
  p: { kind: openai, baseUrl: '${upstream.origin}/v1', region: eu, prices: free }
  q: { kind: openai-compatible, baseUrl: '${upstream.origin}/v1' }
routes:
${routes}
`)
  return {
    upstream,
    sidelight,
    async ask(model: string, headers: Record<string, string> = {}, more: object = {}): Promise<Explanation> {
      const body = JSON.stringify({ model, messages: [{ role: 'user', content: secret }], ...more })
      const response = await fetch(`${sidelight.origin}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: 'Bearer sk-nobody-may-see-this',
          ...headers,
        },
        body,
      })
      await response.text()
      const found = sidelight.sidecar.explain(response.headers.get('x-sidelight-request-id') ?? '')
      assert.ok(found)
      const whole = `${JSON.stringify(found)}${explanationText(found)}`
      assert.doesNotMatch(whole, /nobody.may.see/)
      return found
    },
    async [Symbol.asyncDispose]() {
      await sidelight[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

const weighted = `
  r: { candidates: [{ id: a, provider: p, model: ma, weight: 2 }, { id: b, provider: p, model: mb, weight: 1 }, { id: c, provider: q, model: mc, weight: 1 }], baseline: b }
`

test('every draw is done once more and gives the assigned candidate: plain, kept, held out, canary and control', async () => {
  await using f = await fixture(weighted)
  const check = async (times: number, headersOf: (index: number) => Record<string, string>) => {
    for (let index = 0; index < times; index += 1) {
      const { decision, candidates } = await f.ask('r', headersOf(index))
      assert.equal(decision.recomputed.winner, 'same', JSON.stringify(decision))
      assert.equal(decision.recomputed.u, 'same', JSON.stringify(decision))
      const { from, to } = decision.recomputed.falls_into ?? { from: 1, to: 0 }
      assert.ok(from <= decision.u && decision.u < to)
      assert.equal(candidates.length, 3)
    }
  }
  await check(60, () => ({}))
  await check(30, (index) => ({ 'x-sidelight-session': `s${index % 10}` }))
  await check(30, (index) => ({ 'x-sidelight-customer': `c${index % 10}` }))
  const control = { version: 1, segments: {}, default: { a: 1, b: 0, c: 0 } }
  const evidence = { run_id: 'x', n: 8123, quality: -0.011, lower: -0.019, cost: 0.58 }
  const { text } = testPolicy({
    version: 2,
    default: { a: 0.25, b: 0.25, c: 0.5 },
    canary: { fraction: 0.5, salt: 'c2', control },
    evidence,
  })
  f.sidelight.sidecar.usePolicies([{ text, origin: 'warehouse', sinceMs: 0 }])
  await check(160, () => ({}))
  const rows = await f.sidelight.recorded(280)
  const roles = new Set(rows.map(({ request }) => request.policy_role))
  assert.deepEqual([...roles].sort(), ['active', 'candidate', 'control', 'holdout'])
  // A unit that was drawn before the policy keeps its candidate, and says under what.
  const kept = await f.ask('r', { 'x-sidelight-session': 's1' })
  assert.deepEqual(kept.decision.sticky, { kept: true, version: 0 })
  assert.equal(kept.policy.evidence, null)
  assert.equal(kept.decision.recomputed.winner, 'same')
})

test('only weighted routes have a holdout: of the others the draw is walked from 0, policy or not', async () => {
  await using f = await fixture(`
  r: { strategy: cheapest, explore: 20%, candidates: [{ id: a, provider: p, model: ma }, { id: b, provider: p, model: mb }], baseline: b }
`)
  const { text } = testPolicy({ version: 2, default: { a: 0.5, b: 0.5 } })
  f.sidelight.sidecar.usePolicies([{ text, origin: 'warehouse', sinceMs: 0 }])
  for (let index = 0; index < 40; index += 1) {
    const { decision, policy } = await f.ask('r')
    assert.equal(policy.version, 2)
    assert.equal(decision.recomputed.winner, 'same', JSON.stringify(decision))
    const { from, to, is_holdout } = decision.recomputed.falls_into ?? { from: 1, to: 2, is_holdout: true }
    assert.equal(is_holdout, false)
    assert.ok([0, 0.8].some((start) => Math.abs(from - start) < 1e-9) && to <= 1 + 1e-9, `${from} ${to}`)
  }
})

test('one screen says what happened, in words and numbers', async () => {
  await using f = await fixture(`
  r:
    baseline: strong
    candidates: [{ id: cheap, provider: q, model: gpt-4o-mini, weight: 1, capabilities: [tools] }, { id: strong, provider: p, model: gpt-4o, weight: 0 }, { id: blind, provider: p, model: mx, capabilities: [] }]
    require: { capabilities: [tools] }
    retries: { max: 2 }
`)
  const failure = httpJson({ error: { message: 'no', type: 'server_error' } }, { status: 500 })
  f.upstream.answer((request) =>
    request.body.toString().includes('mini') ? failure : httpJson(chatWire.whole('x')),
  )
  const found = await f.ask('r', { 'x-sidelight-customer': 'acme', 'x-sidelight-feature': 'faq' })
  assert.equal(found.source, 'memory')
  assert.equal(found.resolved.how, 'a route of the configuration')
  assert.equal(found.segment, 'faq')
  assert.deepEqual(
    found.candidates.map(({ id, state, reason, served_by }) => [id, state, reason, served_by]),
    [
      ['cheap', 'assigned', '', 'q/gpt-4o-mini'],
      ['strong', 'served', '', 'p/gpt-4o'],
      ['blind', 'excluded', 'capability:tools', 'p/mx'],
    ],
  )
  assert.deepEqual(
    found.attempts.map(({ candidate, outcome, http_status }) => [
      candidate,
      outcome === 'answered',
      http_status,
    ]),
    [
      ['cheap', false, 500],
      ['strong', true, 200],
    ],
  )
  const text = explanationText(found)
  assert.ok(text.split('\n').length <= 40)
  for (const expected of [
    /^Request [0-9a-f-]{36} of 20\S+: ok 200 in [\d.,]+ ms/m,
    /^Caller +app shop, team red, env test, customer acme, feature faq, chat generate$/m,
    /^Model +"r": a route of the configuration$/m,
    /segment "faq"$/m,
    /^Route +r, strategy weighted, cache off$/m,
    /^Policy +none: the weights of the configuration$/m,
    /^Candidates +cheap +assigned +p = 1 +q\/gpt-4o-mini/m,
    /strong +served +p = 0 +p\/gpt-4o/m,
    /blind +excluded +capability:tools/m,
    /^Draw +u = 0\.\d+ falls into cheap \[0, 1\): as recorded, u recomputed \(unit conversation [0-9a-f]{12}, n 0, salt s1\)$/m,
    /^Attempts +1 {2}cheap .* 500 /m,
    /^ +2 {2}strong \(eu\) {2}answered 200 /m,
    /^Cost +/m,
  ])
    assert.match(text, expected)
})

test('what was pinned was not drawn; how a name was understood is told', async () => {
  await using f = await fixture(weighted)
  const how = async (...asked: Parameters<typeof f.ask>) => {
    const { resolved, decision } = await f.ask(...asked)
    return [resolved.how, decision.recomputed.winner]
  }
  assert.deepEqual(await how('p/ma'), ['provider/model', 'not_drawn'])
  assert.deepEqual(await how('auto'), ['a built-in route', 'same'])
  assert.deepEqual(await how('x', { 'x-sidelight-route': 'r' }), [
    'the route that x-sidelight-route names',
    'same',
  ])
  assert.deepEqual(await how('mz', { 'x-sidelight-provider': 'q' }), [
    'the provider that x-sidelight-provider names',
    'not_drawn',
  ])
  const lost = await f.ask('none such')
  assert.equal(lost.resolved.route, '')
  assert.equal(lost.request.http_status, 404)
  assert.match(explanationText(lost), /^Draw +none$/m)
  assert.match(explanationText(lost), /^Model +"none such": no route, model or provider has that name$/m)
})

test('a row that does not add up is told apart: another winner, another u', async () => {
  await using f = await fixture(weighted)
  await f.ask('r', { 'x-sidelight-session': 's' })
  const [record] = await f.sidelight.recorded(1)
  const row = record?.request
  assert.ok(row)
  const then = { strategy: 'weighted', baseline: 'b' }
  const other = row.candidates.find((id) => id !== row.candidate_assigned) ?? ''
  assert.equal(recompute({ ...row, candidate_assigned: other }, then).winner, 'differs')
  assert.equal(recompute({ ...row, draw_u: (row.draw_u + 0.5) % 1 }, then).u, 'differs')
  assert.equal(recompute({ ...row, session: '', unit_hash: 'f'.repeat(32) }, then).u, 'unknown')
})

test('the words fit the case: restarts, estimates, whole answers, sums without dust', async () => {
  await using f = await fixture(weighted)
  const found = await f.ask('r')
  const textOf = (more: Partial<Explanation>) => explanationText({ ...found, ...more })
  const recovered = (mode: string) => textOf({ recovery: { mode, stitched_at_chars: 28 } })
  assert.match(recovered('stitch'), /^Recovery +stitch: another candidate went on after 28 characters$/m)
  assert.match(
    recovered('restart'),
    /^Recovery +restart: another candidate began again after 28 characters$/m,
  )
  assert.match(recovered('error'), /^Recovery +error: the answer broke off after 28 characters$/m)
  assert.match(textOf({}), /segment \(none\)$/m)
  const candidates = found.candidates.map((one) => ({
    ...one,
    probability: 0.1 + 0.2,
    expected_cost_usd: 0.1 + 0.2,
  }))
  assert.match(textOf({ candidates }), /p = 0\.3 .*expected \$0\.3$/m)
  const attempts = found.attempts.map((one) => ({
    ...one,
    first_token_ms: 7,
    usage_source: 'estimated',
    input_tokens: 30,
  }))
  const whole = textOf({ attempts, request: { ...found.request, first_token_ms: 7 } })
  assert.match(whole, / about 30 in, /)
  assert.doesNotMatch(whole, /first token/)
  const streamed = textOf({ attempts, request: { ...found.request, first_token_ms: 7, streamed: true } })
  assert.equal(streamed.match(/first token 7 ms/g)?.length, 2)
})

test('labels of a caller cannot speak to the terminal', async () => {
  await using f = await fixture(weighted)
  const found = await f.ask('r', { 'x-sidelight-feature': 'a\u009b31mb' })
  const text = explanationText({ ...found, request: { ...found.request, customer: '\u001b[31m\nx\u202e' } })
  assert.match(text, /customer \\u001b\[31m\\u000ax\\u202e/)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
})
