import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isObject, type Json } from '../../../contract/json.ts'
import { seededRandom } from '../../../testing/random.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import { defaultQuirks } from '../../providers/openai-compatible/hosts.ts'
import { chatFormat } from './format.ts'

function read(...chunks: (Json | string)[]): AnswerEvent[] {
  const reader = chatFormat.streamReader(defaultQuirks)
  return chunks.flatMap((chunk) => {
    const data = typeof chunk === 'string' ? chunk : JSON.stringify(chunk)
    return [...reader.onFrame({ event: '', data, raw: Buffer.from(data), hasData: data !== '' })]
  })
}

const delta = (fields: Json, more: object = {}) => ({
  id: 'c1',
  model: 'm',
  choices: [{ index: 0, delta: fields, finish_reason: null }],
  ...more,
})
const finish = (reason: string) => ({ id: 'c1', choices: [{ index: 0, delta: {}, finish_reason: reason }] })
const piece = (fields: Json) => delta({ tool_calls: [fields] })

const start: AnswerEvent = { type: 'start', id: 'c1', model: 'm' }

function calls(...chunks: Json[]) {
  const found: { id: string; name: string; json: string }[] = []
  for (const event of read(...chunks)) {
    if (event.type === 'tool_call') found[event.call] = { id: event.id, name: event.name, json: '' }
    if (event.type === 'tool_arguments') found[event.call]!.json += event.json
  }
  return found
}

test('text, finish, usage and the end come out in this order', () => {
  const usage = { prompt_tokens: 3, completion_tokens: 2 }
  assert.deepEqual(
    read(
      delta({ role: 'assistant', content: '' }),
      delta({ content: 'hi' }),
      finish('stop'),
      { choices: [], usage, service_tier: 'flex' },
      '[DONE]',
    ),
    [
      start,
      { type: 'text', choice: 0, text: 'hi' },
      { type: 'finish', choice: 0, reason: 'stop', raw: 'stop' },
      { type: 'usage', usage: { classes: { input: 3, output: 2 }, serviceTier: 'flex' } },
      { type: 'end' },
    ],
  )
})

test("Azure's first chunk and its late filter verdicts are no content", () => {
  assert.deepEqual(
    read(
      { id: '', model: '', choices: [], prompt_filter_results: [] },
      delta({ content: 'hi' }),
      { id: '', choices: [{ index: 0, finish_reason: null, content_filter_offsets: {} }] },
      finish('stop'),
    ),
    [
      start,
      { type: 'text', choice: 0, text: 'hi' },
      { type: 'finish', choice: 0, reason: 'stop', raw: 'stop' },
    ],
  )
})

test('thinking in two fields is read once', () => {
  assert.deepEqual(read(delta({ reasoning: 'hm', reasoning_content: 'hm', content: '' })), [
    start,
    { type: 'thinking', choice: 0, text: 'hm' },
  ])
  const details = [{ type: 'reasoning.text', text: 'hm', index: 0, format: 'anthropic-claude-v1' }]
  assert.deepEqual(read(delta({ reasoning: 'hm', reasoning_details: details })), [
    start,
    { type: 'thinking', choice: 0, text: 'hm' },
  ])
})

test("OpenRouter's signature and encrypted details become proofs", () => {
  const signed = { type: 'reasoning.text', signature: 'S', index: 0, format: 'anthropic-claude-v1' }
  const hidden = {
    type: 'reasoning.encrypted',
    data: 'R',
    id: 'rs_1',
    index: 1,
    format: 'openai-responses-v1',
  }
  assert.deepEqual(
    read(delta({ reasoning_details: [signed] }), delta({ reasoning_details: [hidden] })).slice(1),
    [
      { type: 'thinking_proof', choice: 0, signature: 'S', issuer: 'anthropic' },
      { type: 'thinking_proof', choice: 0, redacted: 'R', issuer: 'openai', id: 'rs_1' },
    ],
  )
})

test("Mistral's content parts are thinking and text", () => {
  const thinking = { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }
  assert.deepEqual(read(delta({ content: [thinking, { type: 'text', text: 'hi' }] })).slice(1), [
    { type: 'thinking', choice: 0, text: 'hm' },
    { type: 'text', choice: 0, text: 'hi' },
  ])
})

test('tool calls in OpenAI form are joined by index', () => {
  assert.deepEqual(
    calls(
      piece({ index: 0, id: 'a', type: 'function', function: { name: 'find', arguments: '' } }),
      piece({ index: 1, id: 'b', type: 'function', function: { name: 'find', arguments: '' } }),
      piece({ index: 0, function: { arguments: '{"x":' } }),
      piece({ index: 1, function: { arguments: '{}' } }),
      piece({ index: 0, function: { arguments: '1}' } }),
    ),
    [
      { id: 'a', name: 'find', json: '{"x":1}' },
      { id: 'b', name: 'find', json: '{}' },
    ],
  )
})

test('calls that all say index 0 are told apart by their ids', () => {
  const expected = [
    { id: 'a', name: 'find', json: '{}' },
    { id: 'b', name: 'find', json: '{}' },
  ]
  for (const index of [{ index: 0 }, {}]) {
    assert.deepEqual(
      calls(
        piece({ ...index, id: 'a', function: { name: 'find', arguments: '{}' } }),
        piece({ ...index, id: 'b', function: { name: 'find', arguments: '{' } }),
        piece({ ...index, function: { arguments: '}' } }),
      ),
      expected,
    )
  }
})

test('a name repeated with every piece does not begin a new call, a new name does', () => {
  const found = calls(
    piece({ index: 0, function: { name: 'find', arguments: '{"x":' } }),
    piece({ index: 0, function: { name: 'find', arguments: '1}' } }),
    piece({ index: 0, function: { name: 'read', arguments: '{}' } }),
    piece({ index: 0, function: { name: 'read', arguments: '{"again":1}' } }),
  )
  assert.deepEqual(
    found.map(({ name, json }) => [name, json]),
    [
      ['find', '{"x":1}'],
      ['read', '{}'],
      ['read', '{"again":1}'],
    ],
  )
  assert.equal(new Set(found.map((call) => call.id)).size, 3)
})

test('another id with every piece is still the same call, and arguments may be an object', () => {
  assert.deepEqual(
    calls(
      piece({ index: 0, id: 'x1', function: { name: 'find' } }),
      piece({ index: 0, id: 'x2', function: { arguments: '{"a"' } }),
      piece({ index: 0, id: 'x3', function: { arguments: ':1}' } }),
    ),
    [{ id: 'x1', name: 'find', json: '{"a":1}' }],
  )
  assert.equal(calls(piece({ id: 'x', function: { name: 'find', arguments: { a: 1 } } }))[0]!.json, '{"a":1}')
})

test('a stop after tool calls means tool calls', () => {
  const events = read(
    piece({ index: 0, id: 'a', function: { name: 'find', arguments: '{}' } }),
    finish('stop'),
  )
  assert.deepEqual(events.at(-1), { type: 'finish', choice: 0, reason: 'tool_calls', raw: 'stop' })
})

test('usage is found wherever a host puts it, and zeros do not replace it', () => {
  const usage = { prompt_tokens: 3, completion_tokens: 2 }
  const expected = [{ type: 'usage', usage: { classes: { input: 3, output: 2 } } }]
  const only = (events: AnswerEvent[]) => events.filter((event) => event.type === 'usage')
  assert.deepEqual(only(read(delta({}, { usage: null }), { id: 'c1', choices: [], usage })), expected)
  assert.deepEqual(only(read(delta({}, { x_groq: { id: 'g', usage } }))), expected)
  assert.deepEqual(only(read({ id: 'c1', choices: [{ index: 0, delta: {}, usage }] })), expected)
  assert.deepEqual(
    only(read(delta({}, { usage }), delta({}, { usage: { prompt_tokens: 0, completion_tokens: 0 } }))),
    expected,
  )
})

test('nothing is read after the end, however often it is said', () => {
  assert.deepEqual(read(delta({ content: 'a' }), '[DONE]', '[DONE]', delta({ content: 'b' })).slice(1), [
    { type: 'text', choice: 0, text: 'a' },
    { type: 'end' },
  ])
})

test('without [DONE] there is a finish and no end', () => {
  assert.equal(read(delta({ content: 'a' }), finish('stop')).at(-1)!.type, 'finish')
})

test('frames without data or without JSON are passed over', () => {
  assert.deepEqual(read('', '{"broken', '5', 'null', '[]'), [])
})

const failures: [string, Json, string, string][] = [
  [
    'OpenAI',
    { error: { type: 'server_error', code: 'server_is_overloaded', message: 'm' } },
    'overloaded',
    'server_is_overloaded',
  ],
  [
    'OpenRouter',
    { id: 'x', error: { code: 429, message: 'm' }, choices: [{ delta: {}, finish_reason: 'error' }] },
    'rate_limit',
    '429',
  ],
  ['Groq', { id: 'x', choices: [], x_groq: { error: 'm' } }, 'outage', 'http_200'],
  ['DeepSeek', finish('insufficient_system_resource'), 'overloaded', 'insufficient_system_resource'],
  ['Z.ai', finish('network_error'), 'outage', 'network_error'],
  ['Mistral', finish('error'), 'outage', 'error'],
]
for (const [host, chunk, expected, code] of failures) {
  test(`a failure inside a stream of ${host} is an error and the last event`, () => {
    const events = read(chunk, delta({ content: 'late' }), '[DONE]')
    const last = events.at(-1)!
    assert.ok(last.type === 'error')
    assert.equal(last.fault.class, expected)
    assert.equal(last.fault.code, code)
    assert.equal(last.fault.status, 200)
  })
}

test('whatever stands in a chunk, the reader does not throw', () => {
  const odd: Json[] = [null, 5, -1, 'x', true, [], {}, [null], [[]], { '': null }]
  const sample = delta(
    {
      content: [{ type: 'thinking', thinking: [{ text: 'a' }] }],
      reasoning_details: [{ text: 'a', index: 0, signature: 's' }],
      tool_calls: [{ index: 0, id: 'a', function: { name: 'n', arguments: '{}' } }],
      images: [{ image_url: { url: 'data:,x' } }],
      audio: { data: 'AA' },
      function_call: { name: 'n', arguments: '' },
    },
    {
      usage: { prompt_tokens: 1, prompt_tokens_details: { cached_tokens: 1 } },
      x_groq: { usage: {} },
      error: null,
    },
  )
  const random = seededRandom(11)
  const spoil = (value: Json): Json => {
    if (random.chance(0.12)) return random.pick(odd)
    if (Array.isArray(value)) return value.map(spoil)
    if (!isObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, spoil(held ?? null)]))
  }
  for (let round = 0; round < 2000; round++) {
    const spoilt = spoil(sample as Json)
    assert.doesNotThrow(() => {
      read(spoilt, spoil(sample as Json), finish('stop'))
      chatFormat.readAnswer(spoilt, defaultQuirks)
      chatFormat.summarize(spoilt, defaultQuirks)
      chatFormat.readFault(400, {}, spoilt)
    }, JSON.stringify(spoilt))
  }
})

test('usage that comes with the first words stands before them, where callers can still be told', () => {
  const usage = { prompt_tokens: 3, completion_tokens: 1 }
  const types = read(delta({ content: 'Hi' }, { usage })).map((event) => event.type)
  assert.deepEqual(types, ['start', 'usage', 'text'])
})
