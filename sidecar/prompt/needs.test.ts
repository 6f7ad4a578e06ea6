import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '../../contract/json.ts'
import { seededRandom } from '../../testing/random.ts'
import { JsonBody } from '../body/json-body.ts'
import type { DialectName } from '../dialects/dialect.ts'
import { hasSchema, needsOf } from './needs.ts'

const bodyOf = (body: JsonObject) => JsonBody.read(Buffer.from(JSON.stringify(body)))
const needs = (dialect: DialectName, body: JsonObject) => [...needsOf(bodyOf(body), dialect)].sort()

const said = 'What does "image_url" mean? {"type":"image_url"} or "input_audio", "document", "inlineData"'

test('words about pictures are no picture', () => {
  assert.deepEqual(needs('chat', { messages: [{ role: 'user', content: said }] }), [])
  assert.deepEqual(
    needs('chat', { messages: [{ role: 'user', content: [{ type: 'text', text: said }] }] }),
    [],
  )
  assert.deepEqual(needs('messages', { system: said, messages: [{ role: 'user', content: said }] }), [])
  assert.deepEqual(needs('responses', { input: said }), [])
  assert.deepEqual(needs('gemini', { contents: [{ parts: [{ text: said }] }] }), [])
})

test('names of media in other places are no media', () => {
  const call = { id: 'c', type: 'function', function: { name: 'image', arguments: '{}' } }
  assert.deepEqual(needs('chat', { messages: [{ role: 'user', name: 'image', content: 'x' }] }), [])
  assert.deepEqual(
    needs('chat', { messages: [{ role: 'assistant', content: null, tool_calls: [call] }] }),
    [],
  )
  assert.deepEqual(
    needs('chat', {
      messages: [
        { role: 'user', content: 'image' },
        { role: 'user', content: 'file' },
      ],
    }),
    [],
  )
})

test('a picture is a picture wherever it stands in the conversation', () => {
  const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }
  const messages = [
    { role: 'user', content: [image] },
    { role: 'assistant', content: 'A cat' },
    { role: 'user', content: 'Sure?' },
  ]
  assert.deepEqual(needs('chat', { messages }), ['vision'])
  const result = { type: 'tool_result', tool_use_id: 't', content: [{ type: 'image', source: {} }] }
  assert.deepEqual(needs('messages', { messages: [{ role: 'user', content: [result] }] }), ['vision'])
  const pdf = { fileData: { mimeType: 'application/pdf', fileUri: 'x' } }
  assert.deepEqual(
    needs('gemini', { contents: [{ parts: [pdf, { inline_data: { mime_type: 'audio/mp3' } }] }] }),
    ['audio', 'documents'],
  )
  assert.deepEqual(
    needs('responses', {
      input: [{ role: 'user', content: [{ type: 'input_image' }, { type: 'input_file' }] }],
    }),
    ['documents', 'vision'],
  )
})

test('media written with space around are found', () => {
  const spaced = '{ "messages" : [ { "role" : "user" , "content" : [ { "type" : "image_url" } ] } ] }'
  assert.deepEqual([...needsOf(JsonBody.read(Buffer.from(spaced)), 'chat')], ['vision'])
})

test('tools are a need, a vendor’s own search is another', () => {
  const tool = { type: 'function', function: { name: 'f' } }
  assert.deepEqual(needs('chat', { tools: [tool] }), ['tools'])
  assert.deepEqual(needs('chat', { functions: [{ name: 'f' }] }), ['tools'])
  assert.deepEqual(needs('chat', { tools: [] }), [])
  assert.deepEqual(needs('chat', { web_search_options: {} }), ['web_search'])
  assert.deepEqual(needs('responses', { tools: [{ type: 'web_search_preview' }] }), ['web_search'])
  assert.deepEqual(needs('messages', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }), [
    'web_search',
  ])
  assert.deepEqual(
    needs('messages', { tools: [{ name: 'f', input_schema: {} }, { type: 'web_search_20250305' }] }),
    ['tools', 'web_search'],
  )
  for (const name of ['google_search', 'googleSearch'])
    assert.deepEqual(needs('gemini', { tools: [{ [name]: {} }] }), ['web_search'])
  assert.deepEqual(needs('gemini', { tools: [{ functionDeclarations: [{ name: 'f' }] }] }), ['tools'])
  assert.deepEqual(
    needs('gemini', { tools: [{ functionDeclarations: [{ name: 'f' }], googleSearch: {} }] }),
    ['tools', 'web_search'],
  )
})

test('a schema for the answer is a need; any JSON is none', () => {
  const yes: readonly JsonObject[] = [
    { response_format: { type: 'json_schema', json_schema: {} } },
    { text: { format: { type: 'json_schema' } } },
    { output_config: { format: { type: 'json_schema' } } },
    { output_format: { type: 'json_schema', schema: {} } },
    { generationConfig: { responseSchema: {} } },
    { generationConfig: { responseJsonSchema: {} } },
    { generation_config: { response_schema: {} } },
  ]
  for (const body of yes) assert.equal(hasSchema(bodyOf(body)), true, JSON.stringify(body))
  const no: readonly JsonObject[] = [
    {},
    { response_format: { type: 'json_object' } },
    { response_format: null },
    { text: { format: { type: 'text' } } },
    { text: { verbosity: 'low' } },
    { output_config: { effort: 'low' } },
    { generationConfig: { responseMimeType: 'application/json' } },
  ]
  for (const body of no) assert.equal(hasSchema(bodyOf(body)), false, JSON.stringify(body))
  assert.deepEqual(needs('chat', yes[0] ?? {}), ['json_schema'])
})

test('a field that says nothing does not hide one that does', () => {
  assert.equal(
    hasSchema(bodyOf({ output_config: { effort: 'low' }, output_format: { type: 'json_schema' } })),
    true,
  )
  assert.equal(hasSchema(bodyOf({ response_format: null, text: { format: { type: 'json_schema' } } })), true)
  assert.deepEqual(needs('chat', { reasoning_effort: null, reasoning: { effort: 'high' } }), ['reasoning'])
})

test('thinking that is asked for is a need in every dialect, thinking that is turned off is none', () => {
  const yes: readonly (readonly [DialectName, JsonObject])[] = [
    ['chat', { reasoning_effort: 'high' }],
    ['chat', { reasoning_effort: 'low' }],
    ['responses', { reasoning: { effort: 'medium' } }],
    ['messages', { thinking: { type: 'enabled', budget_tokens: 2000 } }],
    ['messages', { thinking: { type: 'adaptive' } }],
    ['gemini', { generationConfig: { thinkingConfig: { thinkingBudget: 1024 } } }],
    ['gemini', { generationConfig: { thinkingConfig: { thinkingLevel: 'high' } } }],
    ['gemini', { generation_config: { thinking_config: { thinking_budget: 1024 } } }],
  ]
  for (const [dialect, body] of yes)
    assert.deepEqual(needs(dialect, body), ['reasoning'], JSON.stringify(body))
  const no: readonly (readonly [DialectName, JsonObject])[] = [
    ['chat', { reasoning_effort: 'none' }],
    ['chat', { reasoning_effort: 'minimal' }],
    ['chat', { reasoning_effort: null }],
    ['responses', { reasoning: { summary: 'auto' } }],
    ['messages', { thinking: { type: 'disabled' } }],
    ['gemini', { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } }],
    ['gemini', { generation_config: { thinking_config: { thinking_budget: 0 } } }],
    ['gemini', { generationConfig: { temperature: 0 } }],
  ]
  for (const [dialect, body] of no) assert.deepEqual(needs(dialect, body), [], JSON.stringify(body))
})

const words = [
  'type',
  'image_url',
  'role',
  'user',
  'content',
  'parts',
  'text',
  'tools',
  'json_schema',
  'format',
  'web_search',
  'inlineData',
  '__proto__',
  'effort',
  'thinkingConfig',
]
const fields = [
  'messages',
  'input',
  'contents',
  'tools',
  'functions',
  'response_format',
  'text',
  'output_config',
  'output_format',
  'generationConfig',
  'generation_config',
  'reasoning',
  'reasoning_effort',
  'thinking',
  'web_search_options',
  'system',
  'prompt',
]

test('garbage in every field is read without throwing (seed 21)', () => {
  const random = seededRandom(21)
  const value = (depth: number): Json => {
    const kind = random.int(depth > 0 ? 7 : 5)
    if (kind === 0) return random.pick([null, true, false, 0, -1, 1e300])
    if (kind < 5) return random.pick(words)
    if (kind === 5) return Array.from({ length: random.int(4) }, () => value(depth - 1))
    return Object.fromEntries(
      Array.from({ length: random.int(4) }, () => [random.pick(words), value(depth - 1)]),
    )
  }
  const seen = new Set<string>()
  const part = () => (random.chance(0.5) ? { type: random.pick(words) } : value(2))
  const turn = () => ({ role: 'user', content: Array.from({ length: random.int(3) }, part) })
  const field = (key: string) =>
    key === 'messages' && random.chance(0.5) ? Array.from({ length: random.int(3) }, turn) : value(4)
  for (let round = 0; round < 2000; round += 1) {
    const body = Object.fromEntries(
      Array.from({ length: random.int(5) }, () => {
        const key = random.pick(fields)
        return [key, field(key)]
      }),
    )
    for (const dialect of ['chat', 'messages', 'responses', 'gemini'] as const)
      for (const need of needs(dialect, body)) seen.add(need)
  }
  for (const need of ['json_schema', 'reasoning', 'tools', 'vision', 'web_search'])
    assert.ok(seen.has(need), need)
})
