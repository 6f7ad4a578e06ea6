import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GatewayError } from '../../../contract/errors.ts'
import type { Json, JsonObject } from '../../../contract/json.ts'
import { chatDialect } from './dialect.ts'

function read(body: JsonObject) {
  return chatDialect.readRequest({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...body }, {})
}

function messages(...list: Json[]) {
  return read({ messages: list })
}

function refusal(body: JsonObject): GatewayError {
  try {
    read(body)
  } catch (error) {
    return error as GatewayError
  }
  throw new Error('was not refused')
}

const call = (id: string, args = '{"a":1}') => ({
  id,
  type: 'function',
  function: { name: 'find', arguments: args },
})

test('leading instructions are the system, later ones stay between the turns', () => {
  const { system, turns } = messages(
    { role: 'system', content: 'one' },
    { role: 'developer', content: [{ type: 'text', text: 'two' }] },
    { role: 'user', content: 'hi' },
    { role: 'developer', content: 'three' },
  )
  assert.deepEqual(
    system.map((part) => part.text),
    ['one', 'two'],
  )
  assert.deepEqual(turns[1], { role: 'system', parts: [{ type: 'text', text: 'three' }] })
})

test('tool results in a row become one user turn', () => {
  const { turns } = messages(
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: null, tool_calls: [call('a'), call('b', '')] },
    { role: 'tool', tool_call_id: 'a', content: 'one' },
    { role: 'tool', tool_call_id: 'b', content: [{ type: 'text', text: 'two' }] },
    { role: 'user', content: 'and?' },
  )
  assert.deepEqual(turns[1]!.parts, [
    { type: 'tool_call', id: 'a', name: 'find', arguments: '{"a":1}' },
    { type: 'tool_call', id: 'b', name: 'find', arguments: '' },
  ])
  assert.deepEqual(turns[2], {
    role: 'user',
    parts: [
      { type: 'tool_result', callId: 'a', parts: [{ type: 'text', text: 'one' }] },
      { type: 'tool_result', callId: 'b', parts: [{ type: 'text', text: 'two' }] },
    ],
  })
  assert.equal(turns.length, 4)
})

test('functions of the time before tools get ids that join call and result', () => {
  const conversation = read({
    functions: [{ name: 'find', parameters: { type: 'object' } }],
    function_call: { name: 'find' },
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: null, function_call: { name: 'find', arguments: '{}' } },
      { role: 'function', name: 'find', content: 'found' },
    ],
  })
  const [, asked, answered] = conversation.turns
  const part = asked!.parts[0]
  assert.ok(part?.type === 'tool_call')
  assert.deepEqual(answered!.parts[0], {
    type: 'tool_result',
    callId: part.id,
    parts: [{ type: 'text', text: 'found' }],
  })
  assert.equal(conversation.tools[0]!.name, 'find')
  assert.deepEqual(conversation.toolChoice, { type: 'named', name: 'find' })
})

test('parts keep their order, their media and their cache marks', () => {
  const { turns } = messages({
    role: 'user',
    content: [
      { type: 'text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit', ttl: '30m' } },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
      { type: 'image_url', image_url: { url: 'https://x.test/i.png' } },
      { type: 'input_audio', input_audio: { data: 'BBBB', format: 'mp3' } },
      { type: 'file', file: { filename: 'f.pdf', file_data: 'data:application/pdf;base64,CCCC' } },
      { type: 'file', file: { file_id: 'file-1' } },
      { type: 'text', text: 'b', cache_control: { type: 'ephemeral' } },
    ],
  })
  assert.deepEqual(turns[0]!.parts, [
    { type: 'text', text: 'a', cache: { ttl: '30m' } },
    {
      type: 'media',
      kind: 'image',
      source: { from: 'base64', data: 'AAAA' },
      mediaType: 'image/png',
      detail: 'low',
    },
    { type: 'media', kind: 'image', source: { from: 'url', url: 'https://x.test/i.png' } },
    { type: 'media', kind: 'audio', source: { from: 'base64', data: 'BBBB' }, mediaType: 'audio/mpeg' },
    {
      type: 'media',
      kind: 'document',
      source: { from: 'base64', data: 'CCCC' },
      mediaType: 'application/pdf',
      filename: 'f.pdf',
    },
    { type: 'media', kind: 'document', source: { from: 'file', id: 'file-1', vendor: 'openai' } },
    { type: 'text', text: 'b', cache: {} },
  ])
})

test('thinking comes back with its proof, and once where two fields repeat it', () => {
  const { turns } = messages(
    { role: 'user', content: 'hi' },
    {
      role: 'assistant',
      content: 'yes',
      reasoning: 'first second',
      reasoning_content: 'first second',
      reasoning_details: [
        { type: 'reasoning.text', text: 'second', signature: 'S', format: 'anthropic-claude-v1', index: 0 },
        { type: 'reasoning.encrypted', data: 'R', format: 'anthropic-claude-v1', index: 1 },
      ],
      tool_calls: [{ ...call('a'), extra_content: { google: { thought_signature: 'G' } } }],
    },
  )
  assert.deepEqual(turns[1]!.parts, [
    { type: 'thinking', text: 'first ' },
    { type: 'thinking', issuer: 'anthropic', text: 'second', signature: 'S' },
    { type: 'thinking', issuer: 'anthropic', text: '', redacted: 'R' },
    { type: 'text', text: 'yes' },
    { type: 'tool_call', id: 'a', name: 'find', arguments: '{"a":1}', signature: 'G', issuer: 'google' },
  ])
})

test('every form of tool_choice is read', () => {
  const choice = (value: Json) => read({ tool_choice: value }).toolChoice
  assert.deepEqual(choice('auto'), { type: 'auto' })
  assert.deepEqual(choice('any'), { type: 'required' })
  assert.equal(choice(null), undefined)
  assert.deepEqual(choice({ type: 'function', function: { name: 'find' } }), { type: 'named', name: 'find' })
  const tools = [{ type: 'function', function: { name: 'find' } }]
  assert.deepEqual(choice({ type: 'allowed_tools', allowed_tools: { mode: 'required', tools } }), {
    type: 'allowed',
    mode: 'required',
    names: ['find'],
  })
  assert.equal(refusal({ tool_choice: { type: 'custom', custom: { name: 'x' } } }).code, 'untranslatable')
})

test('reasoning is read from the fields of OpenAI and of other hosts', () => {
  assert.deepEqual(read({ reasoning_effort: 'high' }).reasoning, { mode: 'on', effort: 'high' })
  assert.deepEqual(read({ reasoning_effort: 'none' }).reasoning, { mode: 'off' })
  assert.deepEqual(read({ thinking: { type: 'enabled', budget_tokens: 2000 } }).reasoning, {
    mode: 'on',
    budgetTokens: 2000,
  })
  assert.deepEqual(read({ reasoning: { enabled: false } }).reasoning, { mode: 'off' })
  assert.equal(read({}).reasoning, undefined)
  assert.equal(refusal({ reasoning_effort: 'huge' }).param, 'reasoning_effort')
})

test('limits, sampling and the end user find their places', () => {
  const conversation = read({
    max_tokens: 5,
    max_completion_tokens: 7,
    temperature: 0,
    stop: 'END',
    n: 2,
    seed: 1,
    safety_identifier: 'u1',
    user: 'u2',
    stream: true,
    stream_options: { include_usage: true },
    response_format: {
      type: 'json_schema',
      json_schema: { name: 's', schema: { type: 'object' }, strict: true },
    },
  })
  assert.equal(conversation.maxOutputTokens, 7)
  assert.deepEqual(conversation.sampling, { temperature: 0, seed: 1, stop: ['END'], choices: 2 })
  assert.equal(conversation.endUser, 'u1')
  assert.equal(conversation.wantsStreamUsage, true)
  assert.deepEqual(conversation.output, {
    type: 'schema',
    name: 's',
    schema: { type: 'object' },
    strict: true,
  })
  assert.deepEqual(conversation.dropped, ['user'])
})

test('whatever has no place is named, known or not, and null is nothing', () => {
  const { dropped, tools } = read({
    logit_bias: { 1: 2 },
    store: false,
    verbosity: null,
    'new field with spaces': 1,
    stream_options: { include_obfuscation: false },
    tools: [
      { type: 'function', function: { name: 'find' } },
      { type: 'custom', custom: { name: 'grammar' } },
    ],
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'a', annotations: [], audio: { id: 'x' }, refusal: null },
    ],
  })
  assert.equal(tools.length, 1)
  assert.deepEqual(
    new Set(dropped),
    new Set([
      'logit_bias',
      'store',
      'unnamed',
      'stream_options.include_obfuscation',
      'messages.audio',
      'tools.custom',
    ]),
  )
})

test('a body that breaks a rule is refused with the path of the field and without its value', () => {
  const cases: [JsonObject, string][] = [
    [{ messages: 'secret' }, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: [{ role: 'user', content: 5 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'secret', content: '' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: [{ type: 'secret' }] }] }, 'messages[0].content[0].type'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id'],
    [
      { messages: [{ role: 'assistant', tool_calls: [call('a', '{"secret')] }] },
      'messages[0].tool_calls[0].function.arguments',
    ],
    [
      { messages: [{ role: 'assistant', tool_calls: [call('a', '["secret"]')] }] },
      'messages[0].tool_calls[0].function.arguments',
    ],
    [{ model: 5 }, 'model'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ temperature: 'secret' }, 'temperature'],
    [{ stop: [1] }, 'stop[0]'],
    [{ tools: [{ type: 'function' }] }, 'tools[0].function'],
    [{ response_format: { type: 'secret' } }, 'response_format.type'],
  ]
  for (const [body, path] of cases) {
    const error = refusal(body)
    assert.equal(error.code, 'invalid_body')
    assert.equal(error.param, path)
    assert.doesNotMatch(error.message, /secret/)
  }
})

test('a request that stands on custom tools alone cannot be translated', () => {
  assert.equal(refusal({ tools: [{ type: 'custom', custom: { name: 'x' } }] }).code, 'untranslatable')
})
