import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mergedUsage, messagesUsage } from './usage.ts'

const noWrites = { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 }

describe('usage in the Messages format', () => {
  it('keeps cache reads apart from input that was not cached', () => {
    const usage = messagesUsage({
      input_tokens: 0,
      output_tokens: 100,
      cache_read_input_tokens: 1_000_000,
      cache_creation_input_tokens: 0,
      cache_creation: noWrites,
    })
    assert.deepEqual(usage, { classes: { cache_read: 1_000_000, output: 100 } })
  })

  it('names tier, speed and place of the answer, and the thinking inside the output', () => {
    const usage = messagesUsage({
      input_tokens: 1000,
      output_tokens: 1000,
      cache_creation: noWrites,
      output_tokens_details: { thinking_tokens: 300 },
      service_tier: 'priority',
      speed: 'fast',
      inference_geo: 'us',
    })
    assert.deepEqual(usage, {
      classes: { input: 1000, output: 1000 },
      reasoning: 300,
      serviceTier: 'priority',
      speed: 'fast',
      geo: 'us',
    })
  })

  it('splits cache writes by lifetime, five minutes where nothing is said', () => {
    const split = { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 30 }
    const both = messagesUsage({ cache_creation_input_tokens: 50, cache_creation: split })
    assert.deepEqual(both?.classes, { cache_write: 20, cache_write_1h: 30 })
    assert.deepEqual(messagesUsage({ cache_creation_input_tokens: 50 })?.classes, { cache_write: 50 })
    const onlySplit = messagesUsage({ cache_creation: split })
    assert.deepEqual(onlySplit?.classes, { cache_write: 20, cache_write_1h: 30 })
  })

  it('adds the compaction that the top level leaves out, but not the advisor, which is another model', () => {
    const iterations = [
      { type: 'compaction', input_tokens: 180_000, output_tokens: 3500 },
      { type: 'message', input_tokens: 2000, output_tokens: 400 },
      { type: 'advisor_message', input_tokens: 9, output_tokens: 9 },
    ]
    const usage = messagesUsage({ input_tokens: 2000, output_tokens: 400, iterations })
    assert.deepEqual(usage?.classes, { input: 182_000, output: 3900 })
  })

  it('takes the top level when a fallback model served, and when there is nothing to add', () => {
    const compaction = { type: 'compaction', input_tokens: 5, output_tokens: 5 }
    const top = { input_tokens: 1, output_tokens: 2 }
    for (const iterations of [[compaction, { type: 'fallback_message' }], [{ type: 'message' }], []]) {
      assert.deepEqual(messagesUsage({ ...top, iterations })?.classes, { input: 1, output: 2 })
    }
  })

  it('counts web searches and not web fetches, which are free', () => {
    const usage = messagesUsage({ server_tool_use: { web_search_requests: 3, web_fetch_requests: 2 } })
    assert.deepEqual(usage?.classes, { web_searches: 3 })
  })

  it('replaces field by field in a stream; null and absent keep what was there', () => {
    const start = { input_tokens: 25, output_tokens: 1, cache_read_input_tokens: 7, service_tier: 'standard' }
    const delta = { input_tokens: null, output_tokens: 512, server_tool_use: { web_search_requests: 1 } }
    assert.deepEqual(messagesUsage(mergedUsage(start, delta)), {
      classes: { input: 25, cache_read: 7, output: 512, web_searches: 1 },
      serviceTier: 'standard',
    })
  })

  it('is absent rather than wrong for what is no usage', () => {
    assert.equal(messagesUsage(undefined), undefined)
    assert.deepEqual(messagesUsage({ input_tokens: '5', output_tokens: -1, iterations: 'x' })?.classes, {})
  })
})
