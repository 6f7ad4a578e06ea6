import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatMoney } from '../money.ts'
import type { UsageClass } from '../usage.ts'
import { loadShippedCatalog } from './catalog.ts'
import { costOf, explainCost } from './cost.ts'
import type { ImageOptions } from './cost-request.ts'

const catalog = loadShippedCatalog()
const atMs = Date.UTC(2026, 10, 20, 12)

interface Asked {
  serviceTier?: string
  image?: ImageOptions
}

function price(key: string, classes: Partial<Record<UsageClass, number>>, asked: Asked = {}) {
  const [provider = ''] = key.split('/', 1)
  const { image, ...rest } = asked
  const usage = { classes, ...rest }
  return costOf({ catalog, provider, model: key.slice(provider.length + 1), usage, atMs, image })
}

function text(priced: { costUsd: bigint | undefined }): string | null {
  return priced.costUsd === undefined ? null : formatMoney(priced.costUsd)
}

const tokens = { input: 1_000_000, output: 1_000_000 }

for (const key of [
  'google/gemma-4-31b-it',
  'openrouter/google/gemma-4-31b-it:free',
  'azure/mai-ds-r1:free',
  'openai/omni-moderation-latest',
  'openrouter/openrouter/free',
  'together/meta-llama/Llama-3.3-70B-Instruct-Turbo-Free',
]) {
  test(`${key} is free: its cost is 0`, () => {
    assert.deepEqual([text(price(key, tokens)), price(key, tokens).source], ['0', 'free'])
  })
}

for (const key of [
  'openrouter/openrouter/auto',
  'openrouter/openrouter/bodybuilder',
  'bedrock/anthropic.claude-mythos-preview',
  'google/lyria-3-pro-preview',
  'google/lyria-3-clip-preview',
  'vertex/meta/llama-3.1-70b-instruct-maas',
  'vertex/meta/llama3-405b-instruct-maas',
  'vertex/gemini-flash-experimental',
  'fireworks/accounts/fireworks/models/fireworks-asr-large',
  'fireworks/accounts/fireworks/models/qwen3-embedding-4b',
  'fireworks/accounts/fireworks/models/qwen3-reranker-8b',
  'fireworks/accounts/fireworks/models/flux-1-dev-fp8',
  'fireworks/accounts/fireworks/models/SSD-1B',
]) {
  test(`${key} is known, but its price is not`, () => {
    const priced = price(key, tokens)
    assert.deepEqual([text(priced), priced.reason], [null, 'no_price'])
  })
}

test('a row that only sells reserved capacity is no model', () => {
  assert.equal(catalog.find('bedrock', '*/1-month-commitment/cohere.command-text-v14'), undefined)
})

test('a priced vertex model of the same family keeps its price', () => {
  assert.equal(text(price('vertex/meta/llama-3.1-405b-instruct-maas', tokens)), '21')
})

test('a fiftyfold priority ratio is not believed: standard price, marked as assumed', () => {
  const priced = price('openai/gpt-5-nano', tokens, { serviceTier: 'priority' })
  assert.deepEqual([text(priced), priced.assumed], ['0.45', true])
  assert.deepEqual(text(price('openai/gpt-5-nano', tokens, { serviceTier: 'flex' })), '0.225')
})

for (const [key, expected] of [
  ['openai/ft:babbage-002', '1.6'],
  ['openai/ft:davinci-002', '12'],
] as const) {
  test(`${key} in a batch costs the usual half, marked as assumed`, () => {
    const priced = price(key, tokens, { serviceTier: 'batch' })
    assert.deepEqual([text(priced), priced.assumed], [expected, true])
  })
}

test('jais is not listed times a thousand', () => {
  assert.equal(text(price('azure/jais-30b-chat', tokens)), '12.91')
})

test('audio per hour is the published figure, not a rounded second times 3600', () => {
  assert.equal(text(price('azure/speech/azure-stt', { audio_seconds: 3600 })), '1')
  assert.equal(text(price('vertex/chirp_3', { audio_seconds: 3600 })), '0.96')
})

test('OCR rows are no chat models', () => {
  assert.equal(catalog.find('mistral', 'mistral-ocr-latest')?.mode, 'ocr')
})

test('a per-token figure is not the price of an input image', () => {
  const inputImages = { input_images: 1 } as Partial<Record<UsageClass, number>>
  assert.equal(price('xai/grok-vision-beta', inputImages).missing, 'input_images')
  assert.equal(price('azure/gpt-realtime-2025-08-28', inputImages).missing, 'input_images')
  assert.equal(text(price('openrouter/anthropic/claude-sonnet-4.5', inputImages)), '0.0048')
})

const images: [string, ImageOptions, string | null][] = [
  ['openai/dall-e-3', { size: '1024x1024' }, '0.04'],
  ['openai/dall-e-3', { size: '1792x1024', quality: 'hd' }, '0.12'],
  ['openai/dall-e-3', { size: '999x999' }, null],
  ['openai/dall-e-3', { size: '1024x1024', quality: 'ultra' }, null],
  ['openai/dall-e-2', { size: '512x512' }, '0.018'],
  ['azure/dall-e-3', { size: '1024x1024' }, '0.04'],
  ['azure/dall-e-2', { size: '1024x1024' }, null],
  ['bedrock/amazon.nova-canvas-v1:0', { size: '1024x1024', steps: 50 }, '0.06'],
  ['bedrock/stability.stable-diffusion-xl-v1', { size: '1024x1024', steps: 30 }, '0.04'],
  ['bedrock/stability.stable-diffusion-xl-v1', { size: '1024x1024', steps: 70 }, '0.08'],
  ['google/imagen-4.0-generate-001', {}, '0.04'],
]

for (const [key, image, expected] of images) {
  test(`an image of ${key} ${JSON.stringify(image)} costs ${expected ?? 'an unknown amount'}`, () => {
    assert.equal(text(price(key, { images: 1 }, { image })), expected)
  })
}

test('an image whose size was not said is priced at the usual size and marked', () => {
  const priced = price('openai/dall-e-3', { images: 2 })
  assert.deepEqual([text(priced), priced.assumed], ['0.08', true])
})

test('reported tokens beat the image table and the price per image', () => {
  const withTokens = { input: 50, output_image: 4160, images: 1 }
  assert.equal(text(price('openai/gpt-image-1', withTokens, { image: { size: '1024x1024' } })), '0.16665')
  const gemini = { input: 10, output_image: 1290, images: 1 }
  assert.equal(text(price('google/gemini-2.5-flash-image', gemini)), '0.038703')
})

test('a context that is an effective limit says so', () => {
  const isEffective = catalog.modelsOf('openai').filter((model) => model.isContextEffective).length
  assert.ok(isEffective > 0 && isEffective < catalog.modelsOf('openai').length)
})

// 0.15 → 0.25, 1.1 → 2.0, 0.03 → 0.05: the vendors' own lists.
for (const [key, classes, expected] of [
  ['openai/gpt-4o-mini', tokens, '1.25'],
  ['openai/o4-mini', { input: 1_000_000 }, '2'],
  ['google/gemini-3.5-flash-lite', { cache_read: 1_000_000 }, '0.05'],
] as const) {
  test(`priority of ${key} is the exact ratio behind the rounded one`, () => {
    assert.equal(text(price(key, classes, { serviceTier: 'priority' })), expected)
  })
}

test('every rate of the catalog survives the way into grains and back', () => {
  for (const provider of catalog.source.shelves.keys()) {
    for (const row of catalog.source.shelves.get(provider)!.values()) {
      const last = row.prices.at(-1)
      if (last?.input === undefined || last.utc !== undefined || row.free) continue
      const usage = { classes: { input: 1 } }
      const farAheadMs = Date.UTC(2100, 0, 1)
      const explained = explainCost({ catalog, provider, model: row.id, usage, atMs: farAheadMs })
      assert.equal(Number(explained.parts[0]?.rate), Number(last.input), `${provider}/${row.id}`)
    }
  }
})
