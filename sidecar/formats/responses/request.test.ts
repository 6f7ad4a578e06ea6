import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../contract/json.ts'
import type { Conversation, Part, Turn } from '../../conversation/request.ts'
import { writeRequest } from './request.ts'
import { openaiQuirks, targetOf } from './target.fixture.ts'

const plain: Conversation = {
  model: 'm',
  stream: false,
  wantsStreamUsage: false,
  system: [],
  turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
  tools: [],
  sampling: {},
  dropped: [],
}
const write = (changes: Partial<Conversation>, target = targetOf()) =>
  writeRequest({ ...plain, ...changes }, target)
const inputOf = (...turns: Turn[]) => write({ turns }).body['input']

test('a plain request asks for nothing to be stored and for reasoning that can be given back', () => {
  assert.deepEqual(write({}), {
    body: {
      model: 'gpt-5.4',
      input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
      include: ['reasoning.encrypted_content'],
      store: false,
      stream: false,
    },
    dropped: [],
  })
})

test('models that do not reason are not asked to', () => {
  const written = write({ reasoning: { mode: 'on', effort: 'low' } }, targetOf({ capabilities: ['tools'] }))
  assert.equal(written.body['include'], undefined)
  assert.equal(written.body['reasoning'], undefined)
  assert.deepEqual(written.dropped, ['reasoning'])
  const unknown = targetOf({ capabilities: [] })
  assert.equal(write({}, unknown).body['include'], undefined)
  assert.deepEqual(write({ reasoning: { mode: 'on', effort: 'low' } }, unknown).body['reasoning'], {
    effort: 'low',
  })
})

test('a turn of the model becomes its items in order; thinking goes back only to its issuer', () => {
  const parts: Part[] = [
    { type: 'thinking', text: 't', signature: 'enc', issuer: 'openai', id: 'rs_1' },
    { type: 'thinking', text: 'foreign', signature: 'sig', issuer: 'anthropic' },
    { type: 'text', text: 'Looking' },
    { type: 'tool_call', id: 'a', name: 'f', arguments: '' },
    { type: 'refusal', text: 'no' },
  ]
  const results: Part[] = [
    { type: 'tool_result', callId: 'a', parts: [{ type: 'text', text: 'r' }] },
    {
      type: 'tool_result',
      callId: 'b',
      parts: [
        { type: 'media', kind: 'image', source: { from: 'base64', data: 'AA' }, mediaType: 'image/gif' },
      ],
    },
    { type: 'text', text: 'next' },
  ]
  const input = inputOf({ role: 'assistant', parts }, { role: 'user', parts: results })
  assert.deepEqual(input, [
    {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 't' }],
      encrypted_content: 'enc',
    },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Looking' }] },
    { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' },
    { type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] },
    { type: 'function_call_output', call_id: 'a', output: 'r' },
    {
      type: 'function_call_output',
      call_id: 'b',
      output: [{ type: 'input_image', detail: 'auto', image_url: 'data:image/gif;base64,AA' }],
    },
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'next' }] },
  ])
  assert.deepEqual(write({ turns: [{ role: 'assistant', parts }] }).dropped, ['thinking'])
})

test('tools are flat and say that they are not strict, because here the default is strict', () => {
  const { body } = write({
    tools: [{ name: 'f' }, { name: 'g', strict: true, parameters: { type: 'object' }, description: 'd' }],
    toolChoice: { type: 'allowed', mode: 'auto', names: ['f'] },
    parallelToolCalls: false,
    output: { type: 'schema', name: 'n', schema: {}, strict: true },
  })
  assert.deepEqual(body['tools'], [
    { type: 'function', name: 'f', parameters: { type: 'object', properties: {} }, strict: false },
    { type: 'function', name: 'g', description: 'd', parameters: { type: 'object' }, strict: true },
  ])
  const tools = [{ type: 'function', name: 'f' }]
  assert.deepEqual(body['tool_choice'], { type: 'allowed_tools', mode: 'auto', tools })
  assert.equal(body['parallel_tool_calls'], false)
  assert.deepEqual(body['text'], { format: { type: 'json_schema', name: 'n', schema: {}, strict: true } })
})

test('what Responses cannot say is named', () => {
  const sampling = { temperature: 1, topP: 0.9, topK: 4, seed: 7, stop: ['x'], frequencyPenalty: 1 }
  const written = write({ sampling, maxOutputTokens: 3 }, targetOf({ noSampling: true }))
  const expected = ['frequency_penalty', 'seed', 'stop', 'temperature', 'top_k', 'top_p']
  assert.deepEqual([...written.dropped].sort(), expected)
  assert.equal(written.body['temperature'], undefined)
  assert.equal(written.body['max_output_tokens'], 16)
  assert.equal(write({ sampling: { temperature: 0 } }).body['temperature'], 0)
  assert.throws(() => write({ sampling: { choices: 2 } }), { code: 'untranslatable', param: 'n' })
})

test('hosts that are not OpenAI get neither its account fields nor store', () => {
  const account = { endUser: 'u', metadata: { a: 'b' }, serviceTier: 'standard_only' }
  const { body } = write(account)
  const { safety_identifier, metadata, service_tier } = body as JsonObject & Record<string, unknown>
  assert.deepEqual([safety_identifier, metadata, service_tier], ['u', { a: 'b' }, 'default'])
  const host = targetOf({ quirks: { ...openaiQuirks, store: false, developerRole: false } })
  const elsewhere = write({ ...account, system: [{ type: 'text', text: 's' }] }, host)
  assert.equal(elsewhere.body['user'], 'u')
  assert.equal('store' in elsewhere.body, false)
  assert.deepEqual(elsewhere.dropped, ['metadata'])
  const [first] = elsewhere.body['input'] as JsonObject[]
  assert.equal(first?.['role'], 'system')
})

test('a budget of thinking tokens becomes an effort', () => {
  const effort = (budgetTokens: number) => {
    const { body } = write({ reasoning: { mode: 'on', budgetTokens, visible: true } })
    return body['reasoning']
  }
  assert.deepEqual(effort(1024), { effort: 'low', summary: 'auto' })
  assert.deepEqual(effort(4096), { effort: 'medium', summary: 'auto' })
  assert.deepEqual(effort(16384), { effort: 'high', summary: 'auto' })
  assert.deepEqual(write({ reasoning: { mode: 'off' } }).body['reasoning'], { effort: 'none' })
})
