import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JsonBody } from '../../body/json-body.ts'
import { hostTable } from '../../providers/openai-compatible/hosts.ts'
import { adaptChat } from './adapt.ts'

function adapted(host: string, body: object | string) {
  const { quirks } = hostTable[host] as (typeof hostTable)[string]
  const read = JsonBody.read(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))
  const { edits, dropped } = adaptChat(read, quirks)
  return { text: read.edit(edits).toString(), dropped }
}

const edited = (host: string, body: object) => JSON.parse(adapted(host, body).text)

test('names and fields of OpenAI become those of the host', () => {
  const own = { max_tokens: 1, store: true, seed: 2, stream_options: {}, reasoning_effort: 'low' }
  assert.deepEqual(edited('openai', own), own)
  assert.deepEqual(edited('deepseek', { max_completion_tokens: 1 }), { max_tokens: 1 })
  assert.deepEqual(edited('deepseek', { max_completion_tokens: 1, max_tokens: 2 }), { max_tokens: 2 })
  assert.deepEqual(edited('mistral', { seed: 2, stream_options: {} }), { random_seed: 2 })
  assert.deepEqual(edited('groq', { max_tokens: 1 }), { max_tokens: 1 })
})

test('what has to go is named, unless the host does it anyway', () => {
  assert.deepEqual(adapted('deepseek', { store: true }), { text: '{}', dropped: ['store'] })
  assert.deepEqual(adapted('deepseek', { store: false }), { text: '{}', dropped: [] })
})

test('the developer is the system where a host knows no developer, and nothing else in the messages changes', () => {
  const text =
    '{ "messages": [ {"role" : "developer", "content": "say \\"role\\":\\"developer\\" \\u0041 1.0"},' +
    ' {"content":"developer","role":"user", "n": 12345678901234567890, "role2":"developer"}] }'
  assert.equal(adapted('deepseek', text).text, text.replace('"role" : "developer"', '"role" : "system"'))
  for (const host of ['openai', 'groq']) assert.equal(adapted(host, text).text, text)
  for (const host of ['dashscope', 'mistral', 'together', 'fireworks', 'xai', 'moonshot', 'ollama', 'vllm'])
    assert.match(adapted(host, text).text, /"role" : "system"/)
})

test('Mistral gets ids of nine letters and digits, the same for a call and its result', () => {
  const messages = [
    { role: 'user', content: '"id":"call_long_one" call_long_one' },
    {
      role: 'assistant',
      tool_calls: [
        {
          id: 'call_long_one',
          type: 'function',
          function: { name: 'f', arguments: '{"id":"call_long_one"}' },
        },
        { id: 'abcdefgh9', type: 'function', function: { name: 'f', arguments: '{}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'call_long_one', content: 'a' },
    { role: 'tool', tool_call_id: 'abcdefgh9', content: 'b' },
  ]
  const { messages: sent } = edited('mistral', { messages })
  const short = sent[1].tool_calls[0].id
  assert.match(short, /^[A-Za-z0-9]{9}$/)
  assert.equal(sent[2].tool_call_id, short)
  assert.deepEqual([sent[0], sent[3]], [messages[0], messages[3]])
  assert.deepEqual(sent[1].tool_calls[1], messages[1]?.tool_calls?.[1])
  assert.equal(sent[1].tool_calls[0].function.arguments, '{"id":"call_long_one"}')
  assert.deepEqual(edited('deepseek', { messages }), { messages })
})

test('an effort becomes a switch on hosts that have only that', () => {
  assert.deepEqual(edited('deepseek', { reasoning_effort: 'high' }), {
    reasoning_effort: 'high',
    thinking: { type: 'enabled' },
  })
  assert.deepEqual(edited('deepseek', { reasoning_effort: 'none' }), { thinking: { type: 'disabled' } })
  assert.deepEqual(edited('moonshot', { reasoning_effort: 'high' }), { thinking: { type: 'enabled' } })
  assert.deepEqual(edited('dashscope', { reasoning_effort: 'none' }), { enable_thinking: false })
  const own = { reasoning_effort: 'low', enable_thinking: false, thinking: { type: 'disabled' } }
  for (const host of ['dashscope', 'moonshot', 'mistral', 'vllm', 'openrouter'])
    assert.deepEqual(edited(host, own), own)
})
