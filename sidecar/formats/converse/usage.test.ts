import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tokenColumns } from '../../../contract/usage.ts'
import { converseUsage } from './usage.ts'

test('input excludes the cache, and cache details split the writes by lifetime', () => {
  const usage = converseUsage({
    inputTokens: 0,
    outputTokens: 10,
    totalTokens: 5010,
    cacheReadInputTokens: 0,
    cacheWriteInputTokens: 5000,
    cacheDetails: [
      { ttl: '5m', inputTokens: 2000 },
      { ttl: '1h', inputTokens: 3000 },
    ],
  })
  assert.deepEqual(usage, { classes: { cache_write: 2000, cache_write_1h: 3000, output: 10 } })
  assert.deepEqual(tokenColumns(usage), {
    input_tokens: 5000,
    cached_input_tokens: 0,
    cache_write_tokens: 5000,
    output_tokens: 10,
    reasoning_tokens: 0,
  })
})

test('writes without details, or only partly explained, live five minutes', () => {
  const written = { inputTokens: 1, cacheReadInputTokens: 7, cacheWriteInputTokens: 100, outputTokens: 2 }
  const rest = { input: 1, cache_read: 7, output: 2 }
  assert.deepEqual(converseUsage(written)?.classes, { ...rest, cache_write: 100 })
  const partly = { ...written, cacheDetails: [{ ttl: '1h', inputTokens: 60 }] }
  assert.deepEqual(converseUsage(partly)?.classes, { ...rest, cache_write: 40, cache_write_1h: 60 })
})

test('what is no usage counts as none', () => {
  assert.equal(converseUsage(undefined), undefined)
  assert.deepEqual(converseUsage({ inputTokens: 'many', outputTokens: -1 }), { classes: {} })
})
