import assert from 'node:assert/strict'
import { test } from 'node:test'
import { responsesUsage, usageOfResponse } from './usage.ts'

test('cached and written tokens are inside the input, reasoning inside the output', () => {
  const usage = responsesUsage({
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 },
    output_tokens: 20,
    output_tokens_details: { reasoning_tokens: 15 },
  })
  assert.deepEqual(usage, {
    classes: { input: 10, cache_read: 60, cache_write: 30, output: 20 },
    reasoning: 15,
  })
})

test('web searches are counted from the items', () => {
  const usage = {
    input_tokens: 8000,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: 600,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 8600,
  }
  const expected = { classes: { input: 8000, output: 600, web_searches: 3 } }
  assert.deepEqual(responsesUsage(usage, 3), expected)
  const search = { type: 'web_search_call' }
  const output = [search, { type: 'message', content: [] }, search, search]
  assert.deepEqual(usageOfResponse({ usage, output }), expected)
})

test('the count that OpenAI bills wins over the count of items', () => {
  const response = {
    usage: { input_tokens: 1, output_tokens: 1 },
    output: [{ type: 'web_search_call' }, { type: 'web_search_call' }, { type: 'file_search_call' }],
    tool_usage: { web_search: { num_requests: 1 } },
    service_tier: 'priority',
  }
  assert.deepEqual(usageOfResponse(response), {
    classes: { input: 1, output: 1, web_searches: 1, file_searches: 1 },
    serviceTier: 'priority',
  })
})

test('more cached tokens than input means that the input leaves them out', () => {
  const usage = responsesUsage({
    input_tokens: 10,
    input_tokens_details: { cached_tokens: 50 },
    output_tokens: 1,
  })
  assert.deepEqual(usage?.classes, { input: 10, cache_read: 50, output: 1 })
})

test('the price a host states is plain decimal text', () => {
  const cost = (value: number) => responsesUsage({ input_tokens: 1, cost: value })?.reportedCostUsd
  assert.deepEqual([cost(0.0000012), cost(2), cost(0)], ['0.0000012', '2', '0'])
})

test('no usage is no usage', () => {
  for (const absent of [null, undefined, {}, 'x', { input_tokens: -1 }]) {
    assert.equal(responsesUsage(absent, 3), undefined)
  }
})

test('a tier of auto is what was asked for, not what was served', () => {
  const usage = { input_tokens: 8, output_tokens: 6 }
  assert.equal(usageOfResponse({ usage, output: [], service_tier: 'auto' })?.serviceTier, undefined)
  assert.equal(usageOfResponse({ usage, output: [], service_tier: 'flex' })?.serviceTier, 'flex')
})
