import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalogProvider, loadCatalog, loadShippedCatalog } from './catalog.ts'

const catalog = loadShippedCatalog()

const spellings: [string, string, string | undefined][] = [
  ['openai', 'gpt-4o-mini', 'gpt-4o-mini'],
  ['openai', 'gpt-4o-mini-2099-01-31', 'gpt-4o-mini'],
  ['openai', 'gpt-4o-2024-05-13', 'gpt-4o-2024-05-13'],
  ['anthropic', 'claude-sonnet-4-6-20991231', 'claude-sonnet-4-6'],
  ['vertex', 'claude-opus-4-6@20991231', 'claude-opus-4-6'],
  ['openai', 'ft:gpt-4o-mini-2024-07-18:acme::abc123', 'ft:gpt-4o-mini-2024-07-18'],
  ['openai', 'GPT-4o-Mini', 'gpt-4o-mini'],
  ['openai', 'GPT-4o-Mini-2099-01-31', 'gpt-4o-mini'],
  ['azure', 'phi-4', 'Phi-4'],
  ['together', 'BAAI/BGE-BASE-EN-V1.5', undefined], // two rows differ in case only
  ['openai', 'gpt-4o-mini-2099-1-31', undefined],
  ['openai', 'no-such-model', undefined],
  ['nobody', 'gpt-4o-mini', undefined],
  ['bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'],
]

for (const [provider, model, id] of spellings) {
  test(`${provider} ${model} is listed as ${id ?? 'nothing'}`, () => {
    const found = catalog.resolve(provider, model)
    assert.equal(found?.model.id, id)
    assert.equal(found?.isAssumed ?? false, false)
    assert.equal(catalog.resolve(provider, model), found, 'the second answer is remembered')
  })
}

test('a fine-tuned model without a row has the price of its base, marked as assumed', () => {
  const found = catalog.resolve('openai', 'ft:gpt-5-mini-2025-08-07:acme::x')
  assert.deepEqual([found?.model.id, found?.isAssumed], ['gpt-5-mini-2025-08-07', true])
  assert.equal(catalog.resolve('openai', 'gpt-5-mini-2025-08-07')?.isAssumed, false)
})

test('profile prefixes of Bedrock are models of their own', () => {
  const id = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
  const prices = ['us', 'global'].map((prefix) => catalog.resolve('bedrock', `${prefix}.${id}`)?.prices)
  assert.notEqual(prices[0], undefined)
  assert.notDeepEqual(prices[0]?.entries[0]?.base.grains, prices[1]?.entries[0]?.base.grains)
})

test('made-up model names push out what was remembered instead of piling up', () => {
  const fineTuned = () => catalog.resolve('openai', 'ft:gpt-5-mini-2025-08-07:acme::y')
  const first = fineTuned()
  assert.equal(fineTuned(), first)
  for (let n = 0; n < 3000; n++) assert.equal(catalog.find('openai', `made-up-${n}`), undefined)
  assert.notEqual(fineTuned(), first, 'worked out anew')
  assert.deepEqual(fineTuned(), first)
})

test('a model carries the hints translation needs', () => {
  assert.equal(catalog.find('openai', 'gpt-5')?.noSampling, true)
  assert.equal(catalog.find('openai', 'gpt-4o-mini')?.noSampling, false)
  assert.equal(catalog.find('anthropic', 'claude-opus-4-6')?.cacheMinTokens, 4096)
  assert.equal(catalog.find('deepseek', 'deepseek-v4-pro')?.reasoningField, 'reasoning_content')
  assert.equal(catalog.find('azure', 'gpt-5.1-codex-2025-11-13')?.responsesOnly, true)
  const mini = catalog.find('openai', 'gpt-4o-mini')
  assert.deepEqual([mini?.mode, mini?.context, mini?.maxOutput], ['chat', 128_000, 16_384])
  assert.ok(mini?.caps.includes('tools'))
  assert.equal(catalog.find('bedrock', 'amazon.titan-embed-image-v1')?.dims, 1024)
  assert.equal(catalog.find('google', 'imagen-3.0-generate-002')?.deprecated, '2025-11-10')
})

test('all models of a provider can be listed', () => {
  assert.equal(catalog.modelsOf('anthropic').length, 34)
  assert.deepEqual(catalog.modelsOf('nobody'), [])
})

test('kinds of providers and hosts lead to their rows', () => {
  const pairs = [
    ['openai', ''],
    ['gemini', ''],
    ['vertex', ''],
    ['azure', ''],
    ['bedrock', ''],
    ['anthropic', ''],
    ['cohere', ''],
    ['openai-compatible', 'deepseek'],
    ['openai-compatible', ''],
  ] as const
  const names = pairs.map(([kind, host]) => catalogProvider(kind, host))
  assert.deepEqual(names, [
    'openai',
    'google',
    'vertex',
    'azure',
    'bedrock',
    'anthropic',
    'cohere',
    'deepseek',
    '',
  ])
})

for (const broken of [null, [], {}, { models: [] }, { meta: {}, models: {} }, 'text']) {
  test(`${JSON.stringify(broken)} is refused as a catalog`, () => {
    assert.throws(() => loadCatalog(broken), /must be an object with `meta` and a list of `models`/)
  })
}

test('a row without a key is left out', () => {
  const small = loadCatalog({
    meta: {},
    models: [{ id: 'x' }, { id: 'y', provider: 'p', mode: 'chat', prices: [] }],
  })
  assert.deepEqual(
    small.modelsOf('p').map((model) => model.id),
    ['y'],
  )
})

test('an ARN of Bedrock is the model or profile it ends with', () => {
  const profile = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
  const arn = `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${profile}`
  assert.equal(loadShippedCatalog().resolve('bedrock', arn)?.model.id, profile)
  const own = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123'
  assert.equal(loadShippedCatalog().resolve('bedrock', own), undefined)
})
