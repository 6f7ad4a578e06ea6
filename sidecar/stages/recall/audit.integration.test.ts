import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cachingStage, put, saidBy } from '../../../testing/cache/asking.ts'
import { fakeUpstream, httpJson } from '../../../testing/fake-upstream.ts'
import type { Stage } from '../../../testing/resilience.ts'
import { chatWire } from '../../../testing/wires.ts'

const lexical = '{ exact: 1h, lexical: 1h }'
/** Every hit is drawn for a check, and the check waits for nothing. */
const always = { random: () => 0, auditDelayMs: () => 0 }

async function ask(stage: Stage, question: string): Promise<string> {
  const response = await put(stage, chatWire, question)
  return `${response.headers.get('x-sidelight-cache')} ${saidBy(await response.json())}`
}

async function audited(stage: Stage, count: number) {
  for (let tries = 0; stage.sidecar.cacheAudits.length < count && tries < 500; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal(stage.sidecar.cacheAudits.length, count)
  return stage.sidecar.cacheAudits
}

test('a hit is asked for again behind its caller, and what differs evicts it, is remembered and raises the bar', async () => {
  await using stage = await cachingStage(chatWire, lexical, { answers: always })
  const answers = ['It takes 5 days.', 'It takes 5 days.', 'It takes 9 weeks.']
  stage.a.answer((_, index) => httpJson(chatWire.whole(answers[index] ?? 'It takes 1 day.')))
  assert.equal(await ask(stage, 'How long does shipping to Norway take?'), 'miss It takes 5 days.')
  assert.equal(await ask(stage, 'how long does shipping to norway take'), 'lexical It takes 5 days.')
  const [right] = await audited(stage, 1)
  const records = await stage.sidecar.recorded(3)
  const hit = records.find(({ request }) => request.cache === 'lexical')?.request
  const behind = records.find(({ request }) => request.role === 'audit')?.request
  assert.equal(behind?.pair_id, hit?.request_id)
  assert.deepEqual(
    [right?.label, right?.tier, right?.label_source, right?.method, right?.action, right?.request_id],
    ['agree', 'lexical', 'paid', 'exact', 'none', hit?.request_id],
  )
  assert.equal(right?.cost_usd, behind?.cost_usd)
  assert.equal(right?.entry_id, hit?.cache_entry_id)
  assert.equal(right?.sampling_p, 0.1)
  // The check has kept an answer for the second wording; a third one finds it.
  assert.equal(await ask(stage, 'Hi! How long does shipping to Norway take?'), 'lexical It takes 5 days.')
  const [, wrong] = await audited(stage, 2)
  assert.deepEqual([wrong?.label, wrong?.method, wrong?.action], ['disagree', 'fields', 'raise'])
  const threshold = /sidelight_cache_threshold\{[^}]*tier="lexical"[^}]*\} ([\d.]+)/.exec(
    stage.sidecar.sidecar.metrics.render(),
  )
  assert.ok(Number(threshold?.[1]) > 0.5)
})

test('a tier that is wrong too often is off until it is proven, and says so once', async () => {
  await using stage = await cachingStage(chatWire, lexical, { answers: always })
  stage.a.answer((_, index) => httpJson(chatWire.whole(`It takes ${index} days.`)))
  for (let n = 0; n < 6; n += 1) {
    await ask(stage, `How long does shipping to place${n} take?`)
    await ask(stage, `how long does shipping to place${n} take`)
  }
  const rendered = stage.sidecar.sidecar.metrics.render()
  assert.match(rendered, /sidelight_cache_checks_total\{[^}]*label="disagree"[^}]*\} [1-9]/)
  assert.match(rendered, /sidelight_cache_threshold\{[^}]*tier="lexical"[^}]*\} 2/)
  assert.match(await ask(stage, 'HOW LONG DOES SHIPPING TO PLACE1 TAKE?'), /^miss/)
})

test('nothing is checked where checks may cost nothing', async () => {
  await using stage = await cachingStage(chatWire, '{ exact: 1h, lexical: 1h, audit: { usdPerDay: 0 } }', {
    answers: always,
  })
  await ask(stage, 'How long does shipping to Norway take?')
  await ask(stage, 'how long does shipping to norway take')
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal(stage.a.requests.length, 1)
})

/** Vectors by the words of a text: near for texts that share most. */
function vectorOf(text: string): number[] {
  const vector = Array.from({ length: 256 }, () => 0.001)
  for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) {
    const same: Record<string, string> = { subscription: 'membership' }
    let hash = 7
    for (const letter of same[word] ?? word) hash = (hash * 31 + letter.charCodeAt(0)) % 256
    vector[hash] = (vector[hash] ?? 0) + 1
  }
  // No encoder gives two wordings the very same vector.
  vector[text.length % 256] = (vector[text.length % 256] ?? 0) + 0.2
  return vector
}

async function semanticStage(answers: { random: () => number; auditDelayMs: () => number }) {
  const embeddings = await fakeUpstream((request) => {
    const { input } = JSON.parse(request.bodyText) as { input: string[] }
    return httpJson({ data: input.map((text, index) => ({ index, embedding: vectorOf(text) })) })
  })
  const stage = await cachingStage(
    chatWire,
    '{ exact: 1h, semantic: 1h, maxError: 5%, embeddings: { provider: vectors, model: e, timeout: 2s }, synonyms: [[subscription, membership], [ship, send]] }',
    { answers, extraProviders: `  vectors: { kind: openai-compatible, baseUrl: '${embeddings.origin}/v1' }` },
  )
  return { stage, embeddings }
}

test('questions of the same meaning are answered once misses have proven it, and not before', async () => {
  const { stage, embeddings } = await semanticStage({ random: () => 0.999, auditDelayMs: () => 0 })
  await using _stage = stage
  await using _embeddings = embeddings
  stage.a.answer(httpJson(chatWire.whole('Open the settings and choose the plan.')))
  const first = (n: number) =>
    `How do I export the subscription of area${'abcdefghijklmnopqrstuvwxyz'[n % 26]}${'abcdefghij'[Math.floor(n / 26)]} quickly`
  const second = (n: number) => first(n).replace('subscription', 'membership')
  for (let n = 0; n < 120; n += 1) {
    assert.match(await ask(stage, first(n)), /^miss/)
    assert.match(await ask(stage, second(n)), /^miss/)
    const hits = stage.sidecar.cacheAudits.filter(({ label }) => label === 'agree').length
    if (hits >= 100) break
  }
  assert.match(await ask(stage, 'How do I export the subscription of the house quickly'), /^miss/)
  assert.match(await ask(stage, 'How do I export the membership of the house quickly'), /^semantic/)
  // The guard stands in front of every likeness.
  assert.match(await ask(stage, 'How do I import the membership of the house quickly'), /^miss/)
  assert.match(await ask(stage, 'How do I not export the membership of the house quickly'), /^miss/)
})

test('an embedder that is down or slow is a miss, and costs no more than its time', async () => {
  const { stage, embeddings } = await semanticStage({ random: () => 0.999, auditDelayMs: () => 0 })
  await using _stage = stage
  await using _embeddings = embeddings
  embeddings.answer(httpJson({ error: {} }, { status: 500 }))
  assert.match(await ask(stage, 'How do I cancel the subscription'), /^miss/)
  embeddings.answer([{ stall: true }])
  assert.match(await ask(stage, 'How do I cancel the plan'), /^miss/)
  assert.match(stage.sidecar.sidecar.metrics.render(), /sidelight_cache_embedding_failures_total [1-9]/)
})
