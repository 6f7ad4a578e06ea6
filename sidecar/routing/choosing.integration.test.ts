import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RequestRow } from '../../contract/record.ts'
import { fakeUpstream, httpJson } from '../../testing/fake-upstream.ts'
import { startTestSidecar, type TestSidecar } from '../../testing/sidecar.ts'
import { chatWire } from '../../testing/wires.ts'

type Message = { role: string; content: unknown; tool_call_id?: string }
const user = (content: unknown): Message => ({ role: 'user', content })
const assistant = (content: string): Message => ({ role: 'assistant', content })

interface Ask {
  readonly model?: string
  readonly messages?: readonly Message[]
  readonly headers?: Record<string, string>
  readonly more?: Record<string, unknown>
}

/** Asks, and gives the answer with the row it left. */
async function ask(
  sidecar: TestSidecar,
  request: Ask,
): Promise<{ answer: Response; text: string; row: RequestRow }> {
  const { model = 'r', messages = [user('Say hello to the world.')], headers = {}, more = {} } = request
  const before = sidecar.records.length
  const answer = await fetch(`${sidecar.origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, messages, ...more }),
  })
  const text = await answer.text()
  await sidecar.recorded(before + 1)
  return { answer, text, row: (sidecar.records[before] as { request: RequestRow }).request }
}

async function start(routes: string, providers = ''): Promise<TestSidecar & { close(): Promise<void> }> {
  const upstream = await fakeUpstream(httpJson(chatWire.whole('x')))
  const sidecar = await startTestSidecar(`
providers:
  p: { kind: openai, baseUrl: '${upstream.origin}/v1' }
  q: { kind: openai, baseUrl: '${upstream.origin}/v1', region: eu }
${providers.replaceAll('ORIGIN', upstream.origin)}
routes:
${routes}`)
  const close = async () => {
    await sidecar[Symbol.asyncDispose]()
    await upstream[Symbol.asyncDispose]()
  }
  return { ...sidecar, close, [Symbol.asyncDispose]: close }
}

const small = '{ id: small, provider: p, model: gpt-5.4-mini }'
const large = '{ id: large, provider: p, model: gpt-5.6-sol }'

test('rules see language, complexity, images, turns and time, and narrow by the first that matches', async () => {
  await using sidecar = await start(`
  language: { candidates: [${small}, ${large}], rules: [{ when: { language: de }, use: [large] }, { when: { language: en }, use: [small] }] }
  images: { candidates: [${small}, ${large}], rules: [{ when: { hasImages: true }, use: [large] }, { when: { hasImages: false }, use: [small] }] }
  turns: { candidates: [${small}, ${large}], rules: [{ when: { turnsOver: 2 }, use: [large] }, { when: { turnsOver: 0 }, use: [small] }] }
  complexity: { candidates: [${small}, ${large}], rules: [{ when: { complexity: low }, use: [small] }, { when: { complexity: high }, use: [large] }] }
  time: { candidates: [${small}, ${large}], rules: [{ when: { time: 00:00-00:00 }, use: [small] }, { when: { days: [mon, tue, wed, thu, fri, sat, sun] }, use: [large] }] }
  none: { candidates: [${small}, ${large}], rules: [{ when: { customerTier: free }, use: [small] }] }
  prompt: { candidates: [${small}, ${large}], rules: [{ when: { prompt: greet@3 }, use: [large] }, { when: { prompt: greet }, use: [small] }] }
`)
  const served = async (request: Ask) => (await ask(sidecar, request)).row.candidate_served
  const german = [user('Bitte sag mir, wo das Paket ist und wann es kommt.')]
  assert.equal(await served({ model: 'language', messages: german }), 'large')
  assert.equal(
    await served({ model: 'language', messages: [user('Please tell me where the parcel is.')] }),
    'small',
  )
  const picture = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } }]
  assert.equal(await served({ model: 'images', messages: [user(picture)] }), 'large')
  assert.equal(await served({ model: 'images', messages: [user('What is "image_url" for?')] }), 'small')
  const long = [user('a b'), assistant('c'), user('d e'), assistant('f'), user('g h')]
  assert.equal(await served({ model: 'turns', messages: long }), 'large')
  assert.equal(await served({ model: 'turns', messages: long.slice(0, 3) }), 'small')
  const hard = `${'- must hold exactly, except at most one\n'.repeat(20)}\`\`\`ts\nconst a = 1\n\`\`\`\n${'x = y + z^2\n'.repeat(40)}`
  assert.equal(await served({ model: 'complexity', messages: [user(hard)] }), 'large')
  assert.equal(await served({ model: 'complexity', messages: [user('Hi there')] }), 'small')
  assert.equal(
    await served({ model: 'time' }),
    'large',
    'an empty window holds nothing, the week holds today',
  )
  const prompted = (prompt: string) => served({ model: 'prompt', headers: { 'x-sidelight-prompt': prompt } })
  assert.deepEqual([await prompted('greet@3'), await prompted('greet@2')], ['large', 'small'])
  const { row } = await ask(sidecar, { model: 'none', headers: { 'x-sidelight-tier': 'free' } })
  assert.deepEqual([row.candidate_served, row.excluded], ['small', { large: 'rule' }])
})

test('candidates are left out for what they cannot do, each with its reason', async () => {
  await using sidecar = await start(`
  r:
    strategy: ordered
    candidates:
      - { id: plain, provider: p, model: own-model, capabilities: [], contextWindow: 4k }
      - { id: tools, provider: p, model: own-model, capabilities: [tools, json_schema] }
      - { id: eyes, provider: p, model: own-model, capabilities: [tools, vision, audio, documents, json_schema, reasoning] }
  modest: { candidates: [{ id: modest, provider: p, model: own-model, capabilities: [] }] }
  closed: { require: { capabilities: [tools] }, candidates: [{ id: unknown, provider: p, model: own-model }] }
  regional: { require: { regions: [eu] }, candidates: [{ id: here, provider: q, model: m }, { id: there, provider: p, model: m }] }
  approved: { require: { providers: [q] }, candidates: [{ id: yes, provider: q, model: m }, { id: no, provider: p, model: m }] }
`)
  const row = async (request: Ask) => (await ask(sidecar, request)).row
  assert.equal((await row({})).candidate_served, 'plain')
  const tools = [{ type: 'function', function: { name: 'f', parameters: {} } }]
  const withTools = await row({ more: { tools } })
  assert.deepEqual([withTools.candidate_served, withTools.excluded], ['tools', { plain: 'capability:tools' }])
  const picture = [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }]
  assert.equal((await row({ messages: [user(picture)] })).candidate_served, 'eyes')
  const schema = { type: 'json_schema', json_schema: { name: 's', schema: {} } }
  assert.equal((await row({ more: { response_format: schema } })).candidate_served, 'tools')
  assert.equal((await row({ more: { reasoning_effort: 'high' } })).candidate_served, 'eyes')
  assert.equal((await row({ messages: [user('word '.repeat(8000))] })).candidate_served, 'tools')
  const wish = await row({ model: 'modest', more: { reasoning_effort: 'high', response_format: schema } })
  assert.equal(wish.candidate_served, 'modest', 'what can be dropped and named leaves nobody out')
  const closed = await ask(sidecar, { model: 'closed' })
  assert.equal(closed.answer.status, 400)
  assert.match(closed.text, /unknown: capability:tools/)
  assert.deepEqual((await row({ model: 'regional' })).excluded, { there: 'region_unknown' })
  assert.deepEqual((await row({ model: 'approved' })).excluded, { no: 'provider' })
})

test('a prompt that fits nowhere is refused with the figures before anybody is asked', async () => {
  await using sidecar = await start(`
  r: { candidates: [{ id: a, provider: p, model: m, contextWindow: 1k }, { id: b, provider: q, model: m, contextWindow: 2k }] }
  tight: { strategy: ordered, candidates: [{ id: a, provider: p, model: m, contextWindow: 1000 }, { id: b, provider: q, model: m, contextWindow: 2k }] }
`)
  const { answer, text, row } = await ask(sidecar, { messages: [user('word '.repeat(8000))] })
  assert.equal(answer.status, 400)
  assert.match(text, /context_too_long/)
  assert.match(text, /10,0\d\d \+ 0 > 1,000/)
  assert.deepEqual([row.attempt_count, row.error_code], [0, 'context_too_long'])
  assert.deepEqual(row.excluded, { a: 'context_too_long', b: 'context_too_long' })
  const tight = await ask(sidecar, { model: 'tight', messages: [user('abc '.repeat(1010))] })
  assert.equal(tight.row.candidate_served, 'b', 'who is over by little is only the last resort')
  const asked = await ask(sidecar, { model: 'tight', messages: [user('hi')], more: { max_tokens: 1500 } })
  assert.equal(asked.row.candidate_served, 'b', 'the answer must fit as well')
})

test('cheapest compares what this request would cost, and leaves out what has no price', async () => {
  await using sidecar = await start(
    `
  r: { strategy: cheapest, candidates: [${large}, ${small}, { id: unpriced, provider: p, model: no-such-model }] }
  free: { strategy: cheapest, candidates: [${small}, { id: own, provider: own, model: m }] }
  none: { strategy: cheapest, candidates: [{ id: unpriced, provider: p, model: no-such-model }, { id: too, provider: q, model: no-such-model }] }
`,
    "  own: { kind: openai-compatible, baseUrl: 'ORIGIN/v1', prices: free }",
  )
  const { row } = await ask(sidecar, {})
  assert.deepEqual([row.candidate_served, row.propensity], ['small', 1])
  assert.deepEqual(row.excluded, { unpriced: 'no_price' })
  assert.equal((await ask(sidecar, { model: 'free' })).row.candidate_served, 'own')
  const none = await ask(sidecar, { model: 'none' })
  assert.equal(none.answer.status, 400)
  assert.match(none.text, /unpriced: no_price/)
})

test('fastest learns from answers who is quicker, and keeps looking at the others', async () => {
  await using slow = await fakeUpstream([{ waitMs: 40 }, ...(httpJson(chatWire.whole('x')) as [])])
  await using sidecar = await start(
    `
  r: { strategy: fastest, sticky: request, candidates: [{ id: slow, provider: slow, model: gpt-5.4-mini }, { id: quick, provider: p, model: gpt-5.6-sol }] }
`,
    `  slow: { kind: openai, baseUrl: '${slow.origin}/v1' }`,
  )
  const first = await ask(sidecar, {})
  assert.deepEqual([first.row.candidate_served, first.row.propensity], ['slow', 0.98])
  // Whoever is asked for by name is measured as well.
  for (let n = 0; n < 25; n += 1)
    await ask(sidecar, { model: n % 2 === 0 ? 'p/gpt-5.6-sol' : 'slow/gpt-5.4-mini' })
  for (let n = 0; n < 25; n += 1)
    await ask(sidecar, { model: n % 2 === 0 ? 'slow/gpt-5.4-mini' : 'p/gpt-5.6-sol' })
  const rows = [await ask(sidecar, {}), await ask(sidecar, {}), await ask(sidecar, {})].map(({ row }) => row)
  for (const row of rows) assert.equal(row.probabilities[row.candidates.indexOf('quick')], 0.98)
})

test('auto takes the dearest until there is evidence, and spreads 5 % to get some', async () => {
  await using sidecar = await start(`
  r: { candidates: [${small}, ${large}] }
`)
  const { row } = await ask(sidecar, { model: 'auto' })
  assert.deepEqual(row.candidates, ['p/gpt-5.4-mini', 'p/gpt-5.6-sol'])
  assert.deepEqual(row.probabilities, [0.05, 0.95])
  assert.deepEqual((await ask(sidecar, { model: 'auto-best' })).row.candidate_served, 'p/gpt-5.6-sol')
  assert.deepEqual((await ask(sidecar, { model: 'auto-cheapest' })).row.candidate_served, 'p/gpt-5.4-mini')
})

test('a conversation of 20 turns keeps its candidate, with a session, with a customer, and with neither', async () => {
  await using sidecar = await start(`
  r: { candidates: [{ id: a, provider: p, model: m }, { id: b, provider: p, model: n }, { id: c, provider: q, model: m }] }
`)
  const served = new Set<string>()
  const starts = new Map<string, number>()
  for (let conversation = 0; conversation < 12; conversation += 1) {
    const headers: Record<string, string>[] = [
      { 'x-sidelight-session': `s${conversation}` },
      { 'x-sidelight-customer': `c${conversation}` },
      {},
    ]
    const own = headers[conversation % 3] ?? {}
    const messages: Message[] = []
    let candidate = ''
    for (let turn = 0; turn < 20; turn += 1) {
      messages.push(user(turn === 0 ? 'Hello' : `question ${conversation} ${turn}`))
      const { row } = await ask(sidecar, { messages, headers: own })
      if (turn === 0) candidate = row.candidate_served
      assert.equal(row.candidate_served, candidate, `conversation ${conversation}, turn ${turn}`)
      assert.equal(row.sticky_hit, turn > 0)
      messages.push(assistant(`answer ${conversation} ${turn}`))
    }
    served.add(candidate)
    starts.set(candidate, (starts.get(candidate) ?? 0) + 1)
  }
  assert.ok(served.size > 1, 'conversations are drawn apart from each other')
})

test('equal questions of nobody in particular are spread as the weights say', async () => {
  await using sidecar = await start(`
  r: { candidates: [{ id: a, provider: p, model: m, weight: 0.3 }, { id: b, provider: p, model: n, weight: 0.7 }] }
`)
  let count = 0
  for (let n = 0; n < 300; n += 1) if ((await ask(sidecar, {})).row.candidate_served === 'b') count += 1
  assert.ok(count > 170 && count < 250, `${count} of 300`)
})

test('a user who has to ask again gets the stronger candidate for the rest of the conversation', async () => {
  await using sidecar = await start(`
  r: { strategy: ordered, candidates: [${small}, ${large}], escalate: { after: 2, to: [large] } }
`)
  const headers = { 'x-sidelight-session': 'annoyed' }
  const first = 'Could you please list all of the open invoices of March?'
  const second = 'Please could you list all the open invoices from March?'
  const third = 'Can you please list me all open invoices of March?'
  const messages = [user(first)]
  const served: string[] = []
  const next = async (text?: string) => {
    const { row } = await ask(sidecar, { messages, headers })
    served.push(row.candidate_served)
    messages.push(assistant('No idea.'))
    if (text !== undefined) messages.push(user(text))
    return row
  }
  await next(second)
  await next(third)
  const escalated = await next('And the ones of the year before that one, if there are any?')
  await next()
  assert.deepEqual(served, ['small', 'small', 'large', 'large'])
  assert.deepEqual([escalated.policy_role, escalated.override_source], ['override', 'escalation'])
  const rephrased = sidecar.feedback.filter((row) => row.name === 'rephrase')
  assert.equal(rephrased.length, 2)
  const answered = sidecar.records.map(({ request }) => request.request_id)
  assert.deepEqual(
    rephrased.map((row) => [row.request_id, row.value]),
    [
      [answered[0], 0],
      [answered[1], 0],
    ],
  )
})

test('a strict route leaves out who cannot express a field; else the field is dropped and named', async () => {
  await using sidecar = await start(
    `
  loose: { strategy: ordered, candidates: [{ id: far, provider: far, model: m }, { id: near, provider: p, model: m }] }
  strict: { strategy: ordered, strict: true, candidates: [{ id: far, provider: far, model: m }, { id: near, provider: p, model: m }] }
  nobody: { strict: true, candidates: [{ id: far, provider: far, model: m }] }
`,
    "  far: { kind: anthropic, baseUrl: 'ORIGIN' }",
  )
  const more = { logit_bias: { 5: 1 } }
  const strict = await ask(sidecar, { model: 'strict', more })
  assert.equal(strict.row.candidate_served, 'near')
  assert.deepEqual(strict.row.excluded, { far: 'untranslatable' })
  const loose = await ask(sidecar, { model: 'loose', more })
  assert.deepEqual(loose.row.dropped_fields.includes('logit_bias') || loose.row.attempt_count > 1, true)
  const nobody = await ask(sidecar, { model: 'nobody', more })
  assert.equal(nobody.answer.status, 400)
  assert.match(nobody.text, /logit_bias/)
})
