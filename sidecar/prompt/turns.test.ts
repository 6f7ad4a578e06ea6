import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '../../contract/json.ts'
import { JsonBody } from '../body/json-body.ts'
import type { DialectName } from '../dialects/dialect.ts'
import { lastUserText, outlineOf, type PromptTurn, toolsIn } from './turns.ts'

const bodyOf = (body: JsonObject) => JsonBody.read(Buffer.from(JSON.stringify(body)))
const outline = (dialect: DialectName, body: JsonObject) => outlineOf(bodyOf(body), dialect)

/** `role: text`, with the media behind it. */
function told({ role, text, media }: PromptTurn): string {
  return `${role}: ${text}${media.length === 0 ? '' : ` [${media.join(' ')}]`}`
}

const turnsOf = (dialect: DialectName, body: JsonObject) => outline(dialect, body).turns.map(told)

test('a conversation reads the same in all dialects', () => {
  const chat = {
    messages: [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'And' },
          { type: 'text', text: 'now?' },
        ],
      },
    ],
  }
  const messages = { system: 'Be kind.', messages: chat.messages.slice(1) }
  const responses = {
    instructions: 'Be kind.',
    input: [
      { role: 'user', content: 'Hi' },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hello' }] },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'And' },
          { type: 'input_text', text: 'now?' },
        ],
      },
    ],
  }
  const gemini = {
    systemInstruction: { parts: [{ text: 'Be kind.' }] },
    contents: [
      { role: 'user', parts: [{ text: 'Hi' }] },
      { role: 'model', parts: [{ text: 'Hello' }] },
      { parts: [{ text: 'And' }, { text: 'now?' }] },
    ],
  }
  const expected = { system: 'Be kind.', turns: ['user: Hi', 'assistant: Hello', 'user: And\nnow?'] }
  for (const [dialect, body] of Object.entries({ chat, messages, responses, gemini })) {
    const { system, turns } = outline(dialect as DialectName, body)
    assert.deepEqual({ system, turns: turns.map(told) }, expected, dialect)
  }
})

test('instructions in front are joined, whatever they are called; those in between stay turns', () => {
  const { system, turns } = outline('chat', {
    messages: [
      { role: 'system', content: 'One.' },
      { role: 'developer', content: [{ type: 'text', text: 'Two.' }] },
      { role: 'user', content: 'Hi' },
      { role: 'developer', content: 'Shorter.' },
      { role: 'user', content: 'Again' },
    ],
  })
  assert.equal(system, 'One.\nTwo.')
  assert.deepEqual(turns.map(told), ['user: Hi', 'system: Shorter.', 'user: Again'])
  const input = [
    { role: 'developer', content: 'Two.' },
    { role: 'user', content: 'Hi' },
  ]
  assert.equal(outline('responses', { instructions: 'One.', input }).system, 'One.\nTwo.')
  assert.equal(
    outline('messages', {
      system: [
        { type: 'text', text: 'A' },
        { type: 'text', text: 'B' },
      ],
    }).system,
    'A\nB',
  )
  assert.equal(outline('gemini', { system_instruction: { parts: [{ text: 'S' }] } }).system, 'S')
  assert.equal(outline('gemini', { systemInstruction: 'plain' }).system, 'plain')
  assert.deepEqual(outline('chat', { messages: [{ role: 'system', content: 'Alone' }] }), {
    system: 'Alone',
    turns: [],
  })
})

test('what a tool gave back is no turn of a person, whoever the dialect says it comes from', () => {
  assert.deepEqual(
    turnsOf('chat', {
      messages: [
        { role: 'tool', tool_call_id: 'c', content: '22' },
        { role: 'function', name: 'f', content: '23' },
      ],
    }),
    ['tool: 22', 'tool: 23'],
  )
  const result = { type: 'tool_result', tool_use_id: 't', content: '22' }
  assert.deepEqual(turnsOf('messages', { messages: [{ role: 'user', content: [result, result] }] }), [
    'tool: ',
  ])
  assert.deepEqual(
    turnsOf('messages', { messages: [{ role: 'user', content: [result, { type: 'text', text: 'Go on' }] }] }),
    ['user: Go on'],
  )
  for (const name of ['functionResponse', 'function_response'])
    assert.deepEqual(
      turnsOf('gemini', { contents: [{ role: 'user', parts: [{ [name]: { name: 'f' } }] }] }),
      ['tool: '],
    )
  const output = { type: 'function_call_output', call_id: 'c', output: '22' }
  assert.deepEqual(turnsOf('responses', { input: [output] }), ['tool: 22'])
  const parts = { ...output, output: [{ type: 'input_text', text: '23' }] }
  assert.deepEqual(turnsOf('responses', { input: [parts] }), ['tool: 23'])
})

test('calls of tools are what the model said, also where the dialect gives them no role', () => {
  const input = [
    { role: 'user', content: 'Weather?' },
    { type: 'reasoning', summary: [] },
    { type: 'function_call', call_id: 'c', name: 'weather', arguments: '{}' },
    { type: 'function_call_output', call_id: 'c', output: 'rain' },
  ]
  assert.deepEqual(turnsOf('responses', { input }), [
    'user: Weather?',
    'assistant: ',
    'assistant: ',
    'tool: rain',
  ])
})

test('a prompt of one piece is a turn of the user', () => {
  assert.deepEqual(turnsOf('responses', { input: 'Hi there' }), ['user: Hi there'])
  assert.deepEqual(turnsOf('chat', { prompt: 'Once upon' }), ['user: Once upon'])
  assert.deepEqual(turnsOf('chat', { prompt: ['Once', 'upon'] }), ['user: Once\nupon'])
  assert.deepEqual(turnsOf('chat', { input: 'embed me' }), ['user: embed me'])
  assert.deepEqual(turnsOf('chat', { prompt: [1, 2, 3] }), ['user: '])
})

const mediaByDialect: readonly (readonly [DialectName, JsonObject, string])[] = [
  ['chat', { type: 'image_url', image_url: { url: 'data:' } }, 'vision'],
  ['chat', { type: 'input_audio', input_audio: { data: '' } }, 'audio'],
  ['chat', { type: 'file', file: { file_id: 'f' } }, 'documents'],
  ['messages', { type: 'image', source: {} }, 'vision'],
  ['messages', { type: 'document', source: {} }, 'documents'],
  ['responses', { type: 'input_image', image_url: 'data:' }, 'vision'],
  ['responses', { type: 'input_file', file_id: 'f' }, 'documents'],
  ['gemini', { inlineData: { mimeType: 'image/png', data: '' } }, 'vision'],
  ['gemini', { inline_data: { mime_type: 'audio/wav', data: '' } }, 'audio'],
  ['gemini', { fileData: { mimeType: 'application/pdf', fileUri: '' } }, 'documents'],
  ['gemini', { file_data: { mime_type: 'image/jpeg', file_uri: '' } }, 'vision'],
]

test('media of every kind are seen in every dialect, beside the words', () => {
  for (const [dialect, part, kind] of mediaByDialect) {
    const text = dialect === 'gemini' ? { text: 'Look' } : { type: 'text', text: 'Look' }
    const turn = { role: 'user', [dialect === 'gemini' ? 'parts' : 'content']: [part, text] }
    const key = { chat: 'messages', messages: 'messages', responses: 'input', gemini: 'contents' }[dialect]
    assert.deepEqual(turnsOf(dialect, { [key]: [turn] }), [`user: Look [${kind}]`], JSON.stringify(part))
  }
})

test('pictures that a tool gave back count as well', () => {
  const image = { type: 'image', source: {} }
  const content = [{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'x' }, image] }]
  assert.deepEqual(turnsOf('messages', { messages: [{ role: 'user', content }] }), ['tool:  [vision]'])
  const output = [{ type: 'input_image', image_url: 'data:' }]
  assert.deepEqual(turnsOf('responses', { input: [{ type: 'function_call_output', output }] }), [
    'tool:  [vision]',
  ])
})

const odd: readonly Json[] = [
  null,
  true,
  0,
  '',
  'text',
  [],
  {},
  [[]],
  [null],
  [{}],
  { role: 'user' },
  { parts: 1 },
]

test('odd input is left out and never thrown at', () => {
  for (const value of odd) {
    for (const dialect of ['chat', 'messages', 'responses', 'gemini'] as const) {
      for (const key of [
        'messages',
        'input',
        'contents',
        'system',
        'instructions',
        'systemInstruction',
        'prompt',
      ])
        assert.doesNotThrow(() => outline(dialect, { [key]: value }))
      const turn = { role: 'user', content: value, parts: value }
      assert.doesNotThrow(() =>
        outline(dialect, { messages: [turn, value], input: [turn, value], contents: [turn, value] }),
      )
    }
  }
  const messages = [
    { role: 'wizard', content: 'x' },
    { content: 'y' },
    'z',
    { role: 7, content: 'w' },
    { role: 'user', content: 'ok' },
  ]
  assert.deepEqual(turnsOf('chat', { messages }), ['user: ok'])
  for (const role of ['constructor', '__proto__', 'toString'])
    assert.deepEqual(turnsOf('chat', { messages: [{ role, content: 'x' }] }), [], role)
  for (const type of ['constructor', '__proto__', 'toString'])
    assert.deepEqual(
      turnsOf('chat', { messages: [{ role: 'user', content: [{ type, text: 'x' }] }] }),
      ['user: x'],
      type,
    )
})

test('the last words of a person are found behind answers and tools', () => {
  const messages = [
    { role: 'user', content: 'First' },
    { role: 'user', content: 'Second' },
    { role: 'assistant', content: 'Hm' },
    { role: 'tool', content: '1' },
  ]
  assert.equal(lastUserText(outline('chat', { messages })), 'Second')
  assert.equal(lastUserText(outline('chat', {})), '')
})

test('tools are offered when there is one', () => {
  assert.equal(toolsIn(bodyOf({ tools: [{}] })), true)
  assert.equal(toolsIn(bodyOf({ functions: [{ name: 'f' }] })), true)
  for (const tools of [[], null, {}, 'x']) assert.equal(toolsIn(bodyOf({ tools })), false)
})
