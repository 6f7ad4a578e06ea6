import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GatewayError } from '../../../contract/errors.ts'
import type { Conversation, Part, Turn } from '../../conversation/request.ts'
import type { Target } from '../format.ts'
import { cohereFormat } from './format.ts'

function target(model: string, more: Partial<Target> = {}): Target {
  return { model, capabilities: [], noSampling: false, quirks: {} as Target['quirks'], ...more }
}

function asked(more: Partial<Conversation> = {}): Conversation {
  return {
    model: 'm',
    stream: false,
    wantsStreamUsage: false,
    system: [],
    turns: [user({ type: 'text', text: 'hi' })],
    tools: [],
    sampling: {},
    dropped: [],
    ...more,
  }
}

const user = (...parts: Part[]): Turn => ({ role: 'user', parts })
const assistant = (...parts: Part[]): Turn => ({ role: 'assistant', parts })
const written = (conversation: Conversation, to: Target = target('command-a-03-2025')) =>
  cohereFormat.writeRequest(conversation, to)

const weather = {
  name: 'weather',
  parameters: { type: 'object', properties: { city: {} }, required: ['city'] },
  strict: true,
}
const call: Part = { type: 'tool_call', id: 'c1', name: 'weather', arguments: '{"city":"Bern"}' }

test('a plain request is written in the words of version 2', () => {
  const conversation = asked({
    stream: true,
    system: [
      { type: 'text', text: 'Be brief.' },
      { type: 'text', text: 'Be kind.' },
    ],
    maxOutputTokens: 9,
    sampling: { temperature: 0.3, topP: 1, topK: 900, seed: 5, stop: ['END'], frequencyPenalty: 1.5 },
  })
  assert.deepEqual(written(conversation), {
    body: {
      model: 'command-a-03-2025',
      stream: true,
      messages: [
        { role: 'system', content: 'Be brief.\n\nBe kind.' },
        { role: 'user', content: 'hi' },
      ],
      max_tokens: 9,
      frequency_penalty: 1,
      stop_sequences: ['END'],
      seed: 5,
      temperature: 0.3,
      p: 0.99,
      k: 500,
    },
    dropped: [],
  })
})

test('a tool loop keeps ids, arguments, plan and order', () => {
  const conversation = asked({
    turns: [
      user({ type: 'text', text: 'weather?' }),
      assistant({ type: 'thinking', text: 'I will look.' }, call, { ...call, id: 'c2', arguments: '' }),
      user(
        { type: 'text', text: 'and?' },
        { type: 'tool_result', callId: 'c1', parts: [{ type: 'text', text: '20°' }] },
        { type: 'tool_result', callId: 'c2', parts: [] },
      ),
      { role: 'system', parts: [{ type: 'text', text: 'Metric.' }] },
    ],
  })
  assert.deepEqual(written(conversation).body['messages'], [
    { role: 'user', content: 'weather?' },
    {
      role: 'assistant',
      tool_plan: 'I will look.',
      tool_calls: [
        { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
        { id: 'c2', type: 'function', function: { name: 'weather', arguments: '{}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'c1', content: '20°' },
    { role: 'tool', tool_call_id: 'c2', content: '' },
    { role: 'user', content: 'and?' },
    { role: 'user', content: '<system>\nMetric.\n</system>' },
  ])
})

test('tools and choices: a named tool is the only one left, strict holds for all or for none', () => {
  const both = [weather, { name: 'other', strict: true }]
  const named = written(asked({ tools: both, toolChoice: { type: 'named', name: 'weather' } }))
  const { strict: _, ...own } = weather
  assert.deepEqual(named.body['tools'], [{ type: 'function', function: own }])
  assert.deepEqual([named.body['tool_choice'], named.body['strict_tools']], ['REQUIRED', true])
  const none = written(asked({ tools: both, toolChoice: { type: 'none' } }))
  assert.deepEqual([none.body['tool_choice'], none.body['strict_tools']], ['NONE', undefined])
  assert.deepEqual(none.dropped, ['tools.strict'])
  const auto = written(asked({ tools: [{ name: 'other' }], toolChoice: { type: 'auto' } }))
  assert.equal(auto.body['tool_choice'], undefined)
})

test('a schema becomes the response format, except beside tools', () => {
  const output = { type: 'schema', name: 'n', schema: { type: 'object' } } as const
  assert.deepEqual(written(asked({ output })).body['response_format'], {
    type: 'json_object',
    json_schema: { type: 'object' },
  })
  const json = written(asked({ output: { type: 'json' } })).body['response_format']
  assert.deepEqual(json, { type: 'json_object' })
  const beside = written(asked({ output, tools: [{ name: 't' }] }))
  assert.equal(beside.body['response_format'], undefined)
  assert.deepEqual(beside.dropped, ['response_format'])
})

test('thinking is asked of reasoning models only', () => {
  const reasoning = target('command-a-reasoning-08-2025')
  const thinkingOf = (wanted: NonNullable<Conversation['reasoning']>, to = reasoning) => {
    const { body, dropped } = written(asked({ reasoning: wanted }), to)
    return [body['thinking'], dropped]
  }
  assert.deepEqual(thinkingOf({ mode: 'off' }), [{ type: 'disabled' }, []])
  assert.deepEqual(thinkingOf({ mode: 'on', budgetTokens: 700 }), [
    { type: 'enabled', token_budget: 700 },
    [],
  ])
  assert.deepEqual(thinkingOf({ mode: 'on', effort: 'max' }), [{ type: 'enabled' }, []])
  const plain = target('command-r')
  assert.deepEqual(thinkingOf({ mode: 'on', effort: 'low' }, plain), [undefined, ['reasoning_effort']])
  assert.deepEqual(thinkingOf({ mode: 'off' }, plain), [undefined, []])
})

test('thinking of others is left out and reported', () => {
  const turns = [
    assistant(
      { type: 'thinking', text: 't', signature: 's', issuer: 'anthropic' },
      { type: 'text', text: 'y' },
    ),
  ]
  const { body, dropped } = written(asked({ turns }), target('command-a-reasoning-08-2025'))
  assert.deepEqual(body['messages'], [{ role: 'assistant', content: 'y' }])
  assert.deepEqual(dropped, ['thinking'])
  const own = [assistant({ type: 'thinking', text: 't' }, { type: 'text', text: 'y' })]
  const replayed = written(asked({ turns: own }), target('command-a-reasoning-08-2025'))
  assert.deepEqual(replayed.body['messages'], [
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 't' },
        { type: 'text', text: 'y' },
      ],
    },
  ])
})

test('images go by address or as data; everything else is refused by kind', () => {
  const image = (source: Extract<Part, { type: 'media' }>['source']): Part => ({
    type: 'media',
    kind: 'image',
    source,
    mediaType: 'image/jpeg',
    detail: 'low',
  })
  const turns = [
    user(image({ from: 'url', url: 'https://x/a.jpg' }), image({ from: 'base64', data: 'AAAA' })),
  ]
  assert.deepEqual(written(asked({ turns })).body['messages'], [
    {
      role: 'user',
      content: [
        { type: 'image_url', image_url: { url: 'https://x/a.jpg', detail: 'low' } },
        { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,AAAA', detail: 'low' } },
      ],
    },
  ])
  const pdf: Part = { type: 'media', kind: 'document', source: { from: 'base64', data: 'secret-data' } }
  for (const parts of [[pdf], [{ type: 'tool_result', callId: 'c', parts: [pdf] } as Part]]) {
    const isRefused = (error: unknown) =>
      error instanceof GatewayError && error.code === 'untranslatable' && !error.message.includes('secret')
    assert.throws(() => written(asked({ turns: [user(...parts)] })), isRefused)
  }
})

test('what Cohere has no place for is named, n above one refused', () => {
  const { body, dropped } = written(
    asked({
      dropped: ['logit_bias'],
      endUser: 'u',
      metadata: { a: 'b' },
      serviceTier: 'flex',
      turns: [user({ type: 'text', text: 'x', cache: {} })],
      sampling: { frequencyPenalty: 0.5, presencePenalty: 0.5, stop: ['1', '2', '3', '4', '5', '6'] },
    }),
  )
  assert.equal((body['stop_sequences'] as string[]).length, 5)
  assert.deepEqual(dropped, [
    'logit_bias',
    'user',
    'metadata',
    'service_tier',
    'cache_control',
    'presence_penalty',
    'stop',
  ])
  assert.throws(() => written(asked({ sampling: { choices: 3 } })), /n = 1/)
})
