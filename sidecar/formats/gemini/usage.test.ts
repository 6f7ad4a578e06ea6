import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../contract/json.ts'
import { tokenColumns } from '../../../contract/usage.ts'
import { embeddingUsage } from './embeddings.ts'
import { geminiUsage, usageIn } from './usage.ts'

const zero = { thoughtsTokenCount: 0, cachedContentTokenCount: 0, toolUsePromptTokenCount: 0 }
const tokens = (modality: string, tokenCount: number): JsonObject => ({ modality, tokenCount })

test('thoughts are output beside the candidates', () => {
  const usage = geminiUsage({
    ...zero,
    promptTokenCount: 1000,
    candidatesTokenCount: 100,
    thoughtsTokenCount: 900,
  })
  assert.deepEqual(usage, { classes: { input: 1000, output: 1000 }, reasoning: 900 })
})

test('tool-use prompts are input on top of the prompt', () => {
  const usage = geminiUsage({
    ...zero,
    promptTokenCount: 1000,
    candidatesTokenCount: 100,
    toolUsePromptTokenCount: 500,
  })
  assert.deepEqual(usage.classes, { input: 1500, output: 100 })
})

test('the prompt includes the cached part, which is a class of its own', () => {
  const usage = geminiUsage({ promptTokenCount: 1000, cachedContentTokenCount: 800, candidatesTokenCount: 5 })
  assert.deepEqual(usage.classes, { input: 200, cache_read: 800, output: 5 })
  assert.equal(tokenColumns(usage).input_tokens, 1000)
})

test('sound and images are split off, cached sound from cached tokens', () => {
  const usage = geminiUsage({
    promptTokenCount: 1000,
    cachedContentTokenCount: 300,
    candidatesTokenCount: 1400,
    promptTokensDetails: [tokens('TEXT', 500), tokens('AUDIO', 400), tokens('IMAGE', 100)],
    cacheTokensDetails: [tokens('TEXT', 200), tokens('AUDIO', 100)],
    candidatesTokensDetails: [tokens('TEXT', 110), tokens('IMAGE', 1290)],
  })
  assert.deepEqual(usage.classes, {
    input: 300,
    cache_read: 200,
    cache_read_audio: 100,
    input_audio: 300,
    input_image: 100,
    output: 110,
    output_image: 1290,
  })
})

test('details that contradict the totals never change what was used in all', () => {
  const usage = geminiUsage({
    promptTokenCount: 100,
    cachedContentTokenCount: 150,
    promptTokensDetails: [tokens('AUDIO', 500)],
    candidatesTokenCount: 10,
    candidatesTokensDetails: [tokens('AUDIO', 500), tokens('IMAGE', 500)],
  })
  assert.deepEqual(tokenColumns(usage), {
    input_tokens: 100,
    cached_input_tokens: 100,
    cache_write_tokens: 0,
    output_tokens: 10,
    reasoning_tokens: 0,
  })
})

test('the tier that was served is told where it is not the standard one', () => {
  assert.equal(geminiUsage({ trafficType: 'ON_DEMAND_FLEX' }).serviceTier, 'flex')
  assert.equal(geminiUsage({ trafficType: 'ON_DEMAND' }).serviceTier, undefined)
  assert.equal(geminiUsage({ serviceTier: 'PRIORITY' }).serviceTier, 'priority')
  assert.equal(geminiUsage({ serviceTier: 'standard' }).serviceTier, undefined)
})

test('grounding is counted by the prompt up to 2.5 and by the query after', () => {
  const body = (modelVersion: string) => ({
    modelVersion,
    candidates: [{ groundingMetadata: { webSearchQueries: ['a', 'b'] } }],
    usageMetadata: { promptTokenCount: 1 },
  })
  assert.equal(usageIn(body('gemini-2.5-flash'))?.classes.web_searches, 1)
  assert.equal(usageIn(body('gemini-3.5-flash'))?.classes.web_searches, 2)
})

test('embeddings state their tokens in one of three places', () => {
  assert.deepEqual(embeddingUsage({ tokenCount: 5000 })?.classes, { input: 5000 })
  assert.deepEqual(embeddingUsage({ usageMetadata: { promptTokenCount: 7 } })?.classes, { input: 7 })
  const predictions = [3, 4].map((token_count) => ({
    embeddings: { values: [1], statistics: { token_count } },
  }))
  assert.deepEqual(embeddingUsage({ predictions })?.classes, { input: 7 })
  assert.equal(embeddingUsage({ embedding: { values: [1] } }), undefined)
})
