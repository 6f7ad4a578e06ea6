import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '../../../contract/json.ts'
import { hostTable } from '../../providers/openai-compatible/hosts.ts'
import {
  chatUsage,
  embeddingUsage,
  imageUsage,
  ocrUsage,
  realtimeUsage,
  speechUsage,
  transcriptionUsage,
} from './usage.ts'

const chat = (host: string, usage: Json) => chatUsage(usage, hostTable[host]!.quirks)

test('cached, written and sounding tokens are inside the prompt of OpenAI', () => {
  const usage = {
    prompt_tokens: 1000,
    completion_tokens: 260,
    prompt_tokens_details: { cached_tokens: 100, cache_write_tokens: 50, audio_tokens: 300 },
    completion_tokens_details: { reasoning_tokens: 10, audio_tokens: 200, rejected_prediction_tokens: 9 },
  }
  assert.deepEqual(chat('openai', usage), {
    classes: {
      input: 550,
      cache_read: 100,
      cache_write: 50,
      input_audio: 300,
      output: 60,
      output_audio: 200,
    },
    reasoning: 10,
  })
})

const hosts: [string, Json, object][] = [
  [
    'deepseek',
    {
      prompt_tokens: 10_000,
      completion_tokens: 1000,
      prompt_cache_hit_tokens: 6000,
      prompt_cache_miss_tokens: 4000,
    },
    { input: 4000, cache_read: 6000, output: 1000 },
  ],
  [
    'dashscope',
    {
      prompt_tokens: 100,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 20, cache_creation_input_tokens: 30 },
    },
    { input: 50, cache_read: 20, cache_write: 30, output: 5 },
  ],
  [
    'xai',
    {
      prompt_tokens: 3000,
      completion_tokens: 200,
      prompt_tokens_details: { cached_tokens: 1000 },
      completion_tokens_details: { reasoning_tokens: 1500 },
    },
    { input: 2000, cache_read: 1000, output: 1700 },
  ],
  [
    'xai',
    { prompt_tokens: 10, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 90 } },
    { input: 10, cache_read: 90, output: 1 },
  ],
  [
    'mistral',
    { prompt_tokens: 10, completion_tokens: 1, num_cached_tokens: 4 },
    { input: 6, cache_read: 4, output: 1 },
  ],
  [
    'mistral',
    {
      prompt_tokens: 10,
      completion_tokens: 1,
      prompt_token_details: { cached_tokens: 4 },
      num_cached_tokens: 4,
    },
    { input: 6, cache_read: 4, output: 1 },
  ],
  [
    'moonshot',
    {
      prompt_tokens: 10,
      completion_tokens: 1,
      cached_tokens: 4,
      prompt_tokens_details: { cached_tokens: 0 },
    },
    { input: 6, cache_read: 4, output: 1 },
  ],
]
for (const [host, usage, classes] of hosts) {
  test(`${host}: ${Object.keys(usage as object).join(', ')}`, () => {
    assert.deepEqual(chat(host, usage)?.classes, classes)
  })
}

test('the cost a host states is kept as decimal text', () => {
  const cost = (value: Json) =>
    chat('openrouter', { prompt_tokens: 1, completion_tokens: 1, cost: value })?.reportedCostUsd
  assert.equal(cost(0.004321), '0.004321')
  assert.equal(cost(4.2e-7), '0.00000042')
  assert.equal(cost(0), '0')
  assert.equal(cost({ total_cost: 0.5 }), '0.5')
  assert.equal(cost('much'), undefined)
})

test('the tier is the one that was served, and auto is none', () => {
  const usage = { prompt_tokens: 1, completion_tokens: 1 }
  const tier = (serviceTier: string) =>
    chatUsage(usage, hostTable['openai']!.quirks, { serviceTier })?.serviceTier
  assert.equal(tier('flex'), 'flex')
  assert.equal(tier('auto'), undefined)
})

test('what is no usage is no usage', () => {
  for (const odd of [undefined, null, {}, { prompt_tokens: -1 }, { prompt_tokens: 'x' }, []])
    assert.equal(chat('openai', odd as Json), undefined)
})

test('embeddings, images, sound and pages have rules of their own', () => {
  assert.deepEqual(embeddingUsage({ prompt_tokens: 123_456, total_tokens: 123_456 })?.classes, {
    input: 123_456,
  })
  assert.deepEqual(
    imageUsage({
      input_tokens: 350,
      input_tokens_details: { text_tokens: 50, image_tokens: 300 },
      output_tokens: 4160,
    })?.classes,
    { input: 50, input_image: 300, output_image: 4160 },
  )
  assert.deepEqual(imageUsage({ n: 4 }), undefined)
  assert.deepEqual(transcriptionUsage({ type: 'duration', seconds: 3 })?.classes, { audio_seconds: 3 })
  assert.deepEqual(
    transcriptionUsage({
      type: 'tokens',
      input_tokens: 20,
      input_token_details: { audio_tokens: 15 },
      output_tokens: 4,
    })?.classes,
    { input: 5, input_audio: 15, output: 4 },
  )
  assert.equal(transcriptionUsage(undefined), undefined)
  assert.deepEqual(speechUsage('a🙂ß').classes, { characters: 3 })
  assert.deepEqual(ocrUsage({ pages_processed: 25 })?.classes, { pages: 25 })
})

test('realtime subtracts the cache from each modality', () => {
  assert.deepEqual(
    realtimeUsage({
      input_tokens: 1000,
      output_tokens: 400,
      input_token_details: {
        text_tokens: 400,
        audio_tokens: 600,
        cached_tokens: 500,
        cached_tokens_details: { text_tokens: 200, audio_tokens: 300 },
      },
      output_token_details: { text_tokens: 100, audio_tokens: 300 },
    })?.classes,
    { input: 200, cache_read: 200, input_audio: 300, cache_read_audio: 300, output: 100, output_audio: 300 },
  )
})
