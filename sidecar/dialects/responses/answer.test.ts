import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../contract/json.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { AnswerFrame } from '../dialect.ts'
import { responsesDialect } from './dialect.ts'
import { openProof, sealProof } from './proof.ts'

const requestId = '01890a5d-ac96-774b-bcce-b302099a8057'
const token = '01890a5dac96774bbcceb302099a8057'

const frameOf = (body: JsonObject): AnswerFrame => ({
  requestId,
  model: 'support',
  createdAtMs: 1_764_000_000_999,
  wantsStreamUsage: true,
  estimatedInputTokens: 1,
  body,
  request: responsesDialect.readRequest({ model: 'support', input: 'x' }, {}),
})

const start: AnswerEvent = { type: 'start', id: 'msg_up', model: 'up' }
const write = (events: AnswerEvent[], body: JsonObject = {}) =>
  responsesDialect.writeAnswer([start, ...events, { type: 'end' }], frameOf(body))

test('a Response is complete: the request is echoed, the rest has the defaults of the API', () => {
  const tools = [{ type: 'function', name: 'f', parameters: null, strict: null }]
  const answer = write(
    [
      { type: 'text', choice: 0, text: 'Hello' },
      { type: 'finish', choice: 0, reason: 'stop', raw: 'end_turn' },
      {
        type: 'usage',
        usage: { classes: { input: 5, cache_read: 3, cache_write: 2, output: 4 }, reasoning: 1 },
      },
    ],
    {
      instructions: 'Be kind',
      tools,
      temperature: 0,
      text: { verbosity: 'low' },
      metadata: { a: 'b' },
      store: true,
    },
  )
  assert.deepEqual(answer, {
    id: `resp_${token}`,
    object: 'response',
    created_at: 1_764_000_000,
    status: 'completed',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: 'Be kind',
    max_output_tokens: null,
    max_tool_calls: null,
    model: 'support',
    output: [
      {
        id: `msg_${token}_0`,
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', annotations: [], logprobs: [], text: 'Hello' }],
      },
    ],
    parallel_tool_calls: true,
    previous_response_id: null,
    prompt_cache_key: null,
    reasoning: { effort: null, summary: null },
    safety_identifier: null,
    service_tier: 'default',
    store: false,
    temperature: 0,
    text: { format: { type: 'text' }, verbosity: 'low' },
    tool_choice: 'auto',
    tools,
    top_logprobs: 0,
    top_p: 1,
    truncation: 'disabled',
    usage: {
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 3, cache_write_tokens: 2 },
      output_tokens: 4,
      output_tokens_details: { reasoning_tokens: 1 },
      total_tokens: 14,
    },
    user: null,
    metadata: { a: 'b' },
  })
})

test('an answer that was cut is incomplete, and so is its last item', () => {
  const cut = write([
    { type: 'tool_call', choice: 0, call: 0, id: 'c', name: 'f' },
    { type: 'tool_arguments', choice: 0, call: 0, json: '{"a' },
    { type: 'finish', choice: 0, reason: 'length', raw: 'max_tokens' },
  ])
  assert.equal(cut['status'], 'incomplete')
  assert.deepEqual(cut['incomplete_details'], { reason: 'max_output_tokens' })
  const id = `fc_${token}_0`
  const call = { id, type: 'function_call', status: 'incomplete', arguments: '{"a', call_id: 'c', name: 'f' }
  assert.deepEqual(cut['output'], [call])
  const filtered = write([{ type: 'finish', choice: 0, reason: 'content_filter', raw: 'refusal' }])
  assert.deepEqual(filtered['incomplete_details'], { reason: 'content_filter' })
})

test('thinking becomes a summary whose proof comes back to its issuer', () => {
  const answer = write([
    { type: 'thinking', choice: 0, text: 'hm' },
    { type: 'thinking_proof', choice: 0, signature: 'a.b', issuer: 'anthropic' },
    { type: 'thinking_proof', choice: 0, redacted: 'enc', issuer: 'openai', id: 'rs_1' },
  ])
  const [first, second] = answer['output'] as JsonObject[]
  assert.deepEqual(first?.['summary'], [{ type: 'summary_text', text: 'hm' }])
  assert.deepEqual(openProof(String(first?.['encrypted_content'])), {
    issuer: 'anthropic',
    kind: 'signature',
    value: 'a.b',
  })
  assert.deepEqual([second?.['summary'], second?.['encrypted_content']], [[], 'enc'])
})

test('proofs survive any character, and what is not ours is OpenAI’s', () => {
  const proof = { issuer: 'google', kind: 'call', value: 'x.y.z==', callId: 'call.1/ü%' } as const
  assert.deepEqual(openProof(sealProof(proof)), proof)
  assert.equal(openProof('gAAAA').issuer, 'openai')
  assert.equal(openProof('sidelight.nobody.signature..x').issuer, 'openai')
})

test('an error in the stream ends it with a failed Response, and nothing follows', () => {
  const writer = responsesDialect.streamWriter(frameOf({}))
  const fault = { class: 'overloaded', status: 200, code: 'x', message: 'busy' } as const
  writer.write(start)
  writer.write({ type: 'text', choice: 0, text: 'Hel' })
  const last = writer.write({ type: 'error', fault }).trim().split('\n\n').at(-1) ?? ''
  assert.match(last, /^event: response\.failed\n/)
  const { response } = JSON.parse(last.slice(last.indexOf('data: ') + 6)) as { response: JsonObject }
  assert.equal(response['status'], 'failed')
  assert.deepEqual(response['error'], { code: 'server_is_overloaded', message: 'busy' })
  assert.equal((response['output'] as JsonObject[])[0]?.['status'], 'incomplete')
  assert.equal(writer.end(), '')
})

test('an error in a stream that was passed through is a failed Response, too', () => {
  const frames = responsesDialect.writeStreamError({
    status: 502,
    kind: 'upstream',
    code: 'upstream_truncated',
    message: 'cut',
    requestId,
  })
  const [event, data = ''] = frames.split('\n')
  assert.equal(event, 'event: response.failed')
  const { type, response } = JSON.parse(data.slice(6)) as { type: string; response: JsonObject }
  assert.equal(type, 'response.failed')
  assert.deepEqual([response['id'], response['status']], [`resp_${token}`, 'failed'])
  assert.deepEqual(response['error'], { code: 'upstream_truncated', message: 'cut' })
})
