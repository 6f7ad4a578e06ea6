import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../contract/json.ts'
import type { Conversation, Part, Turn } from '../../conversation/request.ts'
import { hostTable } from '../../providers/openai-compatible/hosts.ts'
import type { HostQuirks, Target } from '../format.ts'
import { chatFormat } from './format.ts'

function quirksOf(host: string): HostQuirks {
  return hostTable[host]!.quirks
}

function write(own: Partial<Conversation>, host = 'openai', target: Partial<Target> = {}) {
  const conversation: Conversation = {
    model: 'route',
    stream: false,
    wantsStreamUsage: false,
    system: [],
    turns: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
    tools: [],
    sampling: {},
    dropped: [],
    ...own,
  }
  return chatFormat.writeRequest(conversation, {
    model: 'm',
    capabilities: [],
    noSampling: false,
    quirks: quirksOf(host),
    ...target,
  })
}

function messagesOf(turns: Turn[], host = 'openai'): JsonObject[] {
  return write({ turns }, host).body['messages'] as JsonObject[]
}

const user = (...parts: Part[]): Turn => ({ role: 'user', parts })
const assistant = (...parts: Part[]): Turn => ({ role: 'assistant', parts })
const text = (value: string) => ({ type: 'text', text: value }) as const

test('instructions are a developer message where the host knows the role, else a system message', () => {
  const system = [text('one'), text('two')]
  const first = (host: string) => (write({ system }, host).body['messages'] as JsonObject[])[0]
  assert.deepEqual(first('openai'), { role: 'developer', content: 'one\n\ntwo' })
  assert.deepEqual(first('deepseek'), { role: 'system', content: 'one\n\ntwo' })
})

test('tool results stand right after the calls, and pictures in them follow as user content', () => {
  const image = { type: 'media', kind: 'image', source: { from: 'url', url: 'https://x.test/i' } } as const
  const messages = messagesOf([
    assistant({ type: 'tool_call', id: 'a', name: 'find', arguments: '' }),
    user(text('and?'), { type: 'tool_result', callId: 'a', parts: [text('one'), text('two'), image] }),
  ])
  assert.deepEqual(messages, [
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'find', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 'a', content: 'one\ntwo' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Media of the tool result:' },
        { type: 'image_url', image_url: { url: 'https://x.test/i' } },
        { type: 'text', text: 'and?' },
      ],
    },
  ])
})

test('thinking goes back only where the host wants it, in the form it wants', () => {
  const turn = assistant({ type: 'thinking', text: 'hm', signature: 'S', issuer: 'anthropic' }, text('yes'), {
    type: 'tool_call',
    id: 'a',
    name: 'find',
    arguments: '{}',
  })
  const back = (host: string) => messagesOf([turn], host)[0]!
  assert.equal(back('deepseek')['reasoning_content'], 'hm')
  assert.equal(back('groq')['reasoning'], 'hm')
  assert.deepEqual(back('mistral')['content'], [
    { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
    { type: 'text', text: 'yes' },
  ])
  assert.deepEqual(back('openrouter')['reasoning_details'], [
    { type: 'reasoning.text', text: 'hm', signature: 'S', format: 'anthropic-claude-v1', index: 0 },
  ])
  assert.deepEqual(Object.keys(back('openai')), ['role', 'content', 'tool_calls'])
  assert.deepEqual(write({ turns: [turn] }).dropped, ['thinking'])
})

test("Mistral's short tool ids are the same for call and result", () => {
  const [asked, answered] = messagesOf(
    [
      assistant({ type: 'tool_call', id: 'toolu_01ABC', name: 'find', arguments: '{}' }),
      user({ type: 'tool_result', callId: 'toolu_01ABC', parts: [text('x')] }),
    ],
    'mistral',
  )
  const { id } = (asked!['tool_calls'] as { id: string }[])[0]!
  assert.match(id, /^[A-Za-z0-9]{9}$/)
  assert.equal(answered!['tool_call_id'], id)
})

const reasoning: [string, Conversation['reasoning'], object][] = [
  ['openai', { mode: 'on', effort: 'high' }, { reasoning_effort: 'high' }],
  ['openai', { mode: 'off' }, { reasoning_effort: 'none' }],
  ['openai', { mode: 'on', budgetTokens: 4096 }, { reasoning_effort: 'medium' }],
  ['openai', { mode: 'adaptive' }, {}],
  ['deepseek', { mode: 'on', effort: 'max' }, { thinking: { type: 'enabled' }, reasoning_effort: 'max' }],
  ['deepseek', { mode: 'off' }, { thinking: { type: 'disabled' } }],
  ['moonshot', { mode: 'on', effort: 'max' }, { thinking: { type: 'enabled' } }],
  ['dashscope', { mode: 'on', effort: 'low' }, { enable_thinking: true, thinking_budget: 1024 }],
  ['together', { mode: 'off' }, { reasoning: { enabled: false } }],
  ['openrouter', { mode: 'on', budgetTokens: 2000 }, { reasoning: { max_tokens: 2000 } }],
  ['openrouter', { mode: 'off' }, { reasoning: { effort: 'none' } }],
  ['vllm', { mode: 'off' }, { chat_template_kwargs: { enable_thinking: false } }],
  ['ollama', { mode: 'on', effort: 'low' }, { think: true, reasoning_effort: 'low' }],
]
for (const [host, wanted, expected] of reasoning) {
  test(`${host} is asked for ${JSON.stringify(wanted)} with ${JSON.stringify(expected)}`, () => {
    const { model: _model, messages: _messages, ...rest } = write({ reasoning: wanted! }, host).body
    assert.deepEqual(rest, expected)
  })
}

test('a model known not to reason is not asked to', () => {
  const { body, dropped } = write({ reasoning: { mode: 'on', effort: 'low' } }, 'openai', {
    capabilities: ['tools'],
  })
  assert.equal(body['reasoning_effort'], undefined)
  assert.deepEqual(dropped, ['reasoning_effort'])
})

test('limits and sampling use the names of the host, and what it does not know is named', () => {
  const sampling = { temperature: 0.5, topK: 4, seed: 9, stop: ['END'], choices: 2 }
  const openai = write({ maxOutputTokens: 7, sampling })
  assert.deepEqual(
    { ...openai.body, messages: 0, model: 0 },
    { model: 0, messages: 0, max_completion_tokens: 7, temperature: 0.5, seed: 9, n: 2, stop: ['END'] },
  )
  assert.deepEqual(openai.dropped, ['top_k'])
  const mistral = write({ maxOutputTokens: 7, sampling }, 'mistral').body
  assert.equal(mistral['max_tokens'], 7)
  assert.equal(mistral['random_seed'], 9)
  const strict = write({ sampling }, 'openai', { noSampling: true })
  assert.equal(strict.body['temperature'], undefined)
  assert.deepEqual(strict.dropped, ['temperature', 'top_k'])
})

test('a stream always asks for usage, unless the host refuses the option', () => {
  assert.deepEqual(write({ stream: true }).body['stream_options'], { include_usage: true })
  assert.equal(write({ stream: true }, 'mistral').body['stream_options'], undefined)
})

test('tools say their choice, and strictness only where it is understood', () => {
  const tools = [{ name: 'find', strict: true }, { name: 'read' }]
  const openai = write({ tools, toolChoice: { type: 'named', name: 'find' }, parallelToolCalls: false }).body
  assert.deepEqual(openai['tool_choice'], { type: 'function', function: { name: 'find' } })
  assert.equal(openai['parallel_tool_calls'], false)
  assert.deepEqual((openai['tools'] as JsonObject[])[0], {
    type: 'function',
    function: { name: 'find', parameters: { type: 'object', properties: {} }, strict: true },
  })
  assert.deepEqual(write({ tools }, 'together').dropped, ['tools.strict'])
  const allowed = write({ tools, toolChoice: { type: 'allowed', mode: 'required', names: ['read'] } }).body
  assert.equal((allowed['tools'] as JsonObject[]).length, 1)
  assert.equal(allowed['tool_choice'], 'required')
})

test('a schema goes into the instructions where the host knows only json_object', () => {
  const output = { type: 'schema', name: 's', schema: { type: 'object' } } as const
  assert.deepEqual(write({ output }).body['response_format'], {
    type: 'json_schema',
    json_schema: { name: 's', schema: { type: 'object' } },
  })
  const { body, dropped } = write({ output }, 'deepseek')
  assert.deepEqual(body['response_format'], { type: 'json_object' })
  assert.match(String((body['messages'] as JsonObject[])[0]!['content']), /"type":"object"/)
  assert.deepEqual(dropped, ['response_format.json_schema'])
})

test('cache marks are kept where the host has a word for them, else reported', () => {
  const turns = [user({ type: 'text', text: 'a', cache: { ttl: '1h' } })]
  const marked = write({ turns }, 'openrouter').body['messages'] as JsonObject[]
  assert.deepEqual(marked[0]!['content'], [
    { type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } },
  ])
  assert.deepEqual(write({ turns }).dropped, ['cache_control'])
})

test('what would change the meaning of a conversation is refused', () => {
  const source = { from: 'file', id: 'f', vendor: 'anthropic' } as const
  assert.throws(() => messagesOf([user({ type: 'media', kind: 'document', source })]), {
    code: 'untranslatable',
  })
})

test('tiers, users and metadata go only where they are known', () => {
  const own = { serviceTier: 'standard_only', endUser: 'u', metadata: { a: 'b' } }
  const { body, dropped } = write(own)
  assert.equal(body['service_tier'], 'default')
  assert.equal(body['safety_identifier'], 'u')
  assert.deepEqual(dropped, ['metadata'])
  assert.deepEqual(write(own, 'mistral').dropped, ['user', 'service_tier', 'metadata'])
})
