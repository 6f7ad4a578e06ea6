import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GatewayError } from '../../../contract/errors.ts'
import type { JsonObject } from '../../../contract/json.ts'
import { sealProof } from './proof.ts'
import { readRequest } from './request.ts'

const read = (body: JsonObject) => readRequest({ model: 'support', ...body }, {})
const user = (text: string) => ({ role: 'user', parts: [{ type: 'text', text }] })

function refusal(body: JsonObject): { code: string; param: string | undefined } {
  try {
    read(body)
  } catch (error) {
    assert.ok(error instanceof GatewayError)
    return { code: error.code, param: error.param }
  }
  assert.fail('was not refused')
}

test('a string is one user turn, instructions stand before it', () => {
  const conversation = read({ input: 'Hi', instructions: 'Be kind', max_output_tokens: 50, top_p: 0.5 })
  assert.deepEqual(conversation.turns, [user('Hi')])
  assert.deepEqual(conversation.system, [{ type: 'text', text: 'Be kind' }])
  assert.equal(conversation.maxOutputTokens, 50)
  assert.deepEqual(conversation.sampling, { topP: 0.5 })
  assert.deepEqual(conversation.dropped, [])
})

test('what the model said between two inputs is one turn, and results of its calls are one turn', () => {
  const { turns, system } = read({
    input: [
      { role: 'developer', content: 'Use tools' },
      { role: 'user', content: 'Weather?' },
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'think' }],
        encrypted_content: 'enc',
      },
      {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'Looking' }],
        phase: 'commentary',
      },
      { type: 'function_call', id: 'fc_1', call_id: 'a', name: 'w', arguments: '{"c":1}' },
      { type: 'function_call', call_id: 'b', name: 'w', arguments: '' },
      { type: 'function_call_output', call_id: 'b', output: 'rain' },
      { type: 'function_call_output', call_id: 'a', output: [{ type: 'input_text', text: 'sun' }] },
      { role: 'user', content: 'And now?' },
      { role: 'system', content: 'Short' },
    ],
  })
  assert.deepEqual(system, [{ type: 'text', text: 'Use tools' }])
  assert.deepEqual(turns, [
    user('Weather?'),
    {
      role: 'assistant',
      parts: [
        { type: 'thinking', text: 'think', issuer: 'openai', signature: 'enc', id: 'rs_1' },
        { type: 'text', text: 'Looking' },
        { type: 'tool_call', id: 'a', name: 'w', arguments: '{"c":1}' },
        { type: 'tool_call', id: 'b', name: 'w', arguments: '' },
      ],
    },
    {
      role: 'user',
      parts: [
        { type: 'tool_result', callId: 'b', parts: [{ type: 'text', text: 'rain' }] },
        { type: 'tool_result', callId: 'a', parts: [{ type: 'text', text: 'sun' }] },
      ],
    },
    user('And now?'),
    { role: 'system', parts: [{ type: 'text', text: 'Short' }] },
  ])
})

test('images, files and audio keep their source', () => {
  const { turns } = read({
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_image', image_url: 'data:image/webp;base64,AAAA', detail: 'low' },
          { type: 'input_image', image_url: 'https://example.com/a.png' },
          { type: 'input_image', file_id: 'file-1' },
          { type: 'input_file', file_data: 'data:application/pdf;base64,BBBB', filename: 'a.pdf' },
          { type: 'input_file', file_url: 'https://example.com/a.pdf' },
          { type: 'input_audio', input_audio: { data: 'CCCC', format: 'mp3' } },
          { type: 'input_text', text: 'x', prompt_cache_breakpoint: { mode: 'explicit', ttl: '30m' } },
        ],
      },
    ],
  })
  assert.deepEqual(turns[0]?.parts, [
    {
      type: 'media',
      kind: 'image',
      source: { from: 'base64', data: 'AAAA' },
      mediaType: 'image/webp',
      detail: 'low',
    },
    { type: 'media', kind: 'image', source: { from: 'url', url: 'https://example.com/a.png' } },
    { type: 'media', kind: 'image', source: { from: 'file', id: 'file-1', vendor: 'openai' } },
    {
      type: 'media',
      kind: 'document',
      source: { from: 'base64', data: 'BBBB' },
      mediaType: 'application/pdf',
      filename: 'a.pdf',
    },
    { type: 'media', kind: 'document', source: { from: 'url', url: 'https://example.com/a.pdf' } },
    { type: 'media', kind: 'audio', source: { from: 'base64', data: 'CCCC' }, mediaType: 'audio/mp3' },
    { type: 'text', text: 'x', cache: { ttl: '30m' } },
  ])
})

test('proofs of other vendors come back to their issuer, those of calls with their call', () => {
  const thinking = sealProof({ issuer: 'anthropic', kind: 'signature', value: 'a.b/c=' })
  const call = sealProof({ issuer: 'google', kind: 'call', value: 'g', callId: 'c.1' })
  const { turns } = read({
    input: [
      {
        type: 'reasoning',
        id: 'rs_x',
        summary: [{ type: 'summary_text', text: 'hm' }],
        encrypted_content: thinking,
      },
      { type: 'reasoning', id: 'rs_y', summary: [], encrypted_content: call },
      { type: 'function_call', call_id: 'c.1', name: 'f', arguments: '{}' },
    ],
  })
  assert.deepEqual(turns[0]?.parts, [
    { type: 'thinking', text: 'hm', issuer: 'anthropic', signature: 'a.b/c=' },
    { type: 'tool_call', id: 'c.1', name: 'f', arguments: '{}', signature: 'g', issuer: 'google' },
  ])
})

test('tools, choices, formats and reasoning are read flat', () => {
  const conversation = read({
    input: 'x',
    tools: [{ type: 'function', name: 'f', description: 'd', parameters: { type: 'object' }, strict: true }],
    tool_choice: { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'f' }] },
    text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: false } },
    reasoning: { effort: 'low', summary: 'auto' },
    parallel_tool_calls: false,
    safety_identifier: 's',
    user: 'u',
  })
  assert.deepEqual(conversation.tools, [
    { name: 'f', description: 'd', parameters: { type: 'object' }, strict: true },
  ])
  assert.deepEqual(conversation.toolChoice, { type: 'allowed', mode: 'required', names: ['f'] })
  assert.deepEqual(conversation.output, {
    type: 'schema',
    name: 'n',
    schema: { type: 'object' },
    strict: false,
  })
  assert.deepEqual(conversation.reasoning, { mode: 'on', effort: 'low', visible: true })
  assert.equal(conversation.parallelToolCalls, false)
  assert.equal(conversation.endUser, 's')
  assert.deepEqual(read({ input: 'x', reasoning: { effort: 'none' } }).reasoning, {
    mode: 'off',
    effort: 'none',
  })
})

test('what has no place is named, what changes nothing is not', () => {
  const { dropped } = read({
    input: [
      { type: 'web_search_call', id: 'ws' },
      { type: 'reasoning', id: 'rs', summary: [] },
      { role: 'user', content: 'x' },
    ],
    store: true,
    include: ['message.output_text.logprobs'],
    truncation: 'auto',
    prompt_cache_key: 'k',
    text: { verbosity: 'low' },
    tools: [{ type: 'function', name: 'f', defer_loading: true }],
    background: false,
    top_logprobs: 0,
  })
  const expected = ['include', 'input.reasoning', 'input.web_search_call', 'prompt_cache_key', 'store']
  assert.deepEqual([...dropped].sort(), [...expected, 'text.verbosity', 'tools.defer_loading', 'truncation'])
  const nothing = { store: false, include: ['reasoning.encrypted_content'], truncation: 'disabled' }
  assert.deepEqual(read({ input: 'x', ...nothing }).dropped, [])
})

test('what needs state or tools at OpenAI is refused, naming the field', () => {
  const untranslatable = (param: string, body: JsonObject) =>
    assert.deepEqual(refusal({ input: 'x', ...body }), { code: 'untranslatable', param })
  untranslatable('previous_response_id', { previous_response_id: 'resp_1' })
  untranslatable('conversation', { conversation: { id: 'conv_1' } })
  untranslatable('background', { background: true })
  untranslatable('prompt', { prompt: { id: 'p' } })
  untranslatable('tools[1]', { tools: [{ type: 'function', name: 'f' }, { type: 'web_search' }] })
  untranslatable('tool_choice', { tool_choice: { type: 'file_search' } })
  untranslatable('input[0]', { input: [{ type: 'item_reference', id: 'msg_1' }] })
  untranslatable('input[0]', { input: [{ id: 'msg_1' }] })
  untranslatable('input[0].type', { input: [{ type: 'compaction', encrypted_content: 'x' }] })
})

test('a field of the wrong type is the mistake of the caller, and its value is not repeated', () => {
  const invalid = (param: string, body: JsonObject) =>
    assert.deepEqual(refusal({ input: 'x', ...body }), { code: 'invalid_body', param })
  invalid('input', { input: 7 })
  invalid('model', { model: 7 })
  invalid('temperature', { temperature: 'secret' })
  invalid('instructions', { instructions: ['secret'] })
  invalid('input[0].role', { input: [{ role: 'secret', content: 'x' }] })
  invalid('input[0].content[0].text', { input: [{ role: 'user', content: [{ type: 'input_text' }] }] })
  invalid('input[0].call_id', { input: [{ type: 'function_call_output', output: 'x' }] })
  invalid('reasoning.effort', { reasoning: { effort: 'secret' } })
  assert.throws(
    () => read({ input: 'x', temperature: 'secret' }),
    (error: Error) => !error.message.includes('secret'),
  )
})
