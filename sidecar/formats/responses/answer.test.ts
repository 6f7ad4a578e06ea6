import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAnswer, summarize } from './answer.ts'
import { faultIn, readFault } from './fault.ts'

const response = {
  id: 'resp_1',
  object: 'response',
  model: 'gpt-5.4-2026',
  created_at: 7,
  status: 'completed',
  output: [
    { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'enc' },
    { type: 'web_search_call', id: 'ws_1', status: 'completed' },
    {
      type: 'message',
      content: [
        { type: 'output_text', text: 'Hi' },
        { type: 'refusal', refusal: 'no' },
      ],
    },
    { type: 'function_call', id: 'fc_1', call_id: 'c', name: 'f', arguments: '{}' },
    { type: 'dream', text: 'x' },
  ],
  usage: { input_tokens: 5, output_tokens: 2 },
  service_tier: 'default',
}
const usage = { classes: { input: 5, output: 2, web_searches: 1 }, serviceTier: 'default' }

test('items become events in their order; unknown ones are passed over', () => {
  assert.deepEqual(readAnswer(response), [
    { type: 'start', id: 'resp_1', model: 'gpt-5.4-2026', createdAt: 7 },
    { type: 'thinking_proof', choice: 0, redacted: 'enc', issuer: 'openai', id: 'rs_1' },
    { type: 'text', choice: 0, text: 'Hi' },
    { type: 'refusal', choice: 0, text: 'no' },
    { type: 'tool_call', choice: 0, call: 0, id: 'c', name: 'f' },
    { type: 'tool_arguments', choice: 0, call: 0, json: '{}' },
    { type: 'finish', choice: 0, reason: 'tool_calls', raw: 'completed' },
    { type: 'usage', usage },
    { type: 'end' },
  ])
})

test('the summary says the same without the content', () => {
  assert.deepEqual(summarize(response), {
    model: 'gpt-5.4-2026',
    responseId: 'resp_1',
    finishReason: 'completed',
    usage,
  })
  assert.deepEqual(summarize({ object: 'response', status: 'queued', usage: null }), {})
  assert.deepEqual(summarize(null), {})
})

test('a failed Response and an error in its place are faults, others are not', () => {
  const error = { code: 'rate_limit_exceeded', message: 'slow' }
  const failed = { object: 'response', status: 'failed', error }
  assert.equal(faultIn(failed)?.class, 'rate_limit')
  assert.equal(faultIn({ error: { code: 'insufficient_quota' } })?.class, 'money')
  assert.equal(faultIn({ error: 'text of xAI', code: 'x' })?.message, 'text of xAI')
  assert.equal(faultIn({ object: 'response', status: 'cancelled', error: null })?.code, 'cancelled')
  for (const fine of [response, { ...response, error: null }, null, [], 'x', { object: 'list' }]) {
    assert.equal(faultIn(fine), undefined)
  }
  assert.equal(readAnswer(failed)[0]?.type, 'error')
  assert.equal(readAnswer('<html>')[0]?.type, 'error')
})

test('codes decide the class of a fault, the status only without one', () => {
  const classOf = (status: number, code?: string) =>
    readFault(status, {}, code === undefined ? undefined : { error: { message: 'm', code } }).class
  assert.equal(classOf(429), 'rate_limit')
  assert.equal(classOf(429, 'insufficient_quota'), 'money')
  assert.equal(classOf(429, 'project_spend_limit_exceeded'), 'money')
  assert.equal(classOf(400, 'context_length_exceeded'), 'context_length')
  assert.equal(classOf(400, 'content_filter'), 'content_filter')
  assert.equal(classOf(400, 'invented_later'), 'request')
  assert.equal(classOf(404, 'model_not_found'), 'model_missing')
  assert.equal(classOf(401), 'credentials')
  assert.equal(classOf(500, 'server_error'), 'outage')
  assert.equal(classOf(503, 'server_is_overloaded'), 'overloaded')
  assert.equal(classOf(502, 'invalid_prompt'), 'outage')
  const fault = readFault(
    429,
    { 'retry-after': '2' },
    { error: { message: 'm', type: 'tokens', param: 'p' } },
  )
  assert.deepEqual(fault, {
    class: 'rate_limit',
    status: 429,
    code: 'tokens',
    message: 'm',
    param: 'p',
    retryAfterMs: 2000,
  })
})
