import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../contract/json.ts'
import { usageOf } from '../../../contract/usage.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { AnswerFrame } from '../dialect.ts'
import { chatDialect } from './dialect.ts'

function frame(more: Partial<AnswerFrame> = {}): AnswerFrame {
  return {
    requestId: 'r1',
    model: 'strong',
    createdAtMs: 1_700_000_000_500,
    wantsStreamUsage: false,
    request: {
      model: 'strong',
      stream: true,
      wantsStreamUsage: false,
      system: [],
      turns: [],
      tools: [],
      sampling: {},
      dropped: [],
    },
    body: {},
    estimatedInputTokens: 3,
    ...more,
  }
}

const answer: AnswerEvent[] = [
  { type: 'start', id: '', model: 'upstream' },
  { type: 'thinking', choice: 0, text: 'hm' },
  { type: 'thinking_proof', choice: 0, signature: 'S', issuer: 'anthropic' },
  { type: 'text', choice: 0, text: 'look' },
  { type: 'tool_call', choice: 0, call: 0, id: 't1', name: 'find' },
  { type: 'tool_call', choice: 0, call: 1, id: 't2', name: 'read' },
  { type: 'tool_arguments', choice: 0, call: 1, json: '{"a":' },
  { type: 'tool_arguments', choice: 0, call: 1, json: '1}' },
  { type: 'finish', choice: 0, reason: 'tool_calls', raw: 'tool_use' },
  {
    type: 'usage',
    usage: usageOf(
      { input: 10, cache_read: 5, cache_write_1h: 2, output: 7 },
      { reasoning: 3, serviceTier: 'standard' },
    ),
  },
  { type: 'end' },
]

function stream(events: readonly AnswerEvent[], more: Partial<AnswerFrame> = {}) {
  const writer = chatDialect.streamWriter(frame(more))
  const text = events.map((event) => writer.write(event)).join('') + writer.end()
  assert.ok(text.endsWith('data: [DONE]\n\n'))
  return text
    .split('\n\n')
    .slice(0, -2)
    .map((block) => JSON.parse(block.slice('data: '.length)) as JsonObject & { choices: JsonObject[] })
}

test('a whole answer has everything a caller needs to go on', () => {
  const proof = {
    type: 'reasoning.text',
    text: 'hm',
    signature: 'S',
    format: 'anthropic-claude-v1',
    index: 0,
  }
  assert.deepEqual(chatDialect.writeAnswer(answer, frame()), {
    id: 'chatcmpl-r1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'strong',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'look',
          refusal: null,
          reasoning_content: 'hm',
          reasoning_details: [proof],
          tool_calls: [
            { id: 't1', type: 'function', function: { name: 'find', arguments: '{}' } },
            { id: 't2', type: 'function', function: { name: 'read', arguments: '{"a":1}' } },
          ],
        },
        logprobs: null,
        finish_reason: 'tool_calls',
        native_finish_reason: 'tool_use',
      },
    ],
    usage: {
      prompt_tokens: 17,
      completion_tokens: 7,
      total_tokens: 24,
      prompt_tokens_details: { cached_tokens: 5, cache_write_tokens: 2, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 3, audio_tokens: 0 },
    },
    service_tier: 'default',
  })
})

test('an answer of tool calls alone has null content', () => {
  const { choices } = chatDialect.writeAnswer(
    answer.filter((event) => event.type !== 'text'),
    frame(),
  ) as { choices: { message: JsonObject }[] }
  assert.equal(choices[0]!.message['content'], null)
})

test('a stream begins with the role, numbers tool calls and gives each of them arguments', () => {
  const deltas = stream(answer).map((chunk) => chunk.choices[0]!['delta'])
  assert.deepEqual(deltas[0], { role: 'assistant' })
  assert.deepEqual(deltas.slice(-6), [
    { tool_calls: [{ index: 0, id: 't1', type: 'function', function: { name: 'find', arguments: '' } }] },
    { tool_calls: [{ index: 1, id: 't2', type: 'function', function: { name: 'read', arguments: '' } }] },
    { tool_calls: [{ index: 1, function: { arguments: '{"a":' } }] },
    { tool_calls: [{ index: 1, function: { arguments: '1}' } }] },
    { tool_calls: [{ index: 0, function: { arguments: '{}' } }] },
    {},
  ])
})

test('usage is streamed only to callers who asked, last and with no choices', () => {
  assert.ok(stream(answer).every((chunk) => !('usage' in chunk)))
  const chunks = stream(answer, { wantsStreamUsage: true })
  const last = chunks.pop()!
  assert.deepEqual(last.choices, [])
  assert.equal((last['usage'] as JsonObject)['total_tokens'], 24)
  assert.ok(chunks.every((chunk) => chunk['usage'] === null))
})

test('callers who sent functions get the single function_call they know', () => {
  const body = { functions: [{ name: 'find' }] }
  const { choices } = chatDialect.writeAnswer(answer, frame({ body })) as unknown as { choices: JsonObject[] }
  assert.deepEqual((choices[0]!['message'] as JsonObject)['function_call'], { name: 'find', arguments: '{}' })
  assert.equal(choices[0]!['finish_reason'], 'function_call')
  const deltas = stream(answer, { body }).flatMap((chunk) =>
    chunk.choices.map((choice) => choice['delta'] as JsonObject),
  )
  assert.deepEqual(
    deltas.flatMap((delta) => (delta['function_call'] === undefined ? [] : [delta['function_call']])),
    [{ name: 'find', arguments: '' }, { arguments: '{}' }],
  )
  assert.ok(deltas.every((delta) => delta['tool_calls'] === undefined))
})

test('a turn the provider paused says stop and keeps the word of the provider', () => {
  const paused: AnswerEvent[] = [{ type: 'finish', choice: 0, reason: 'pause', raw: 'pause_turn' }]
  const { choices } = chatDialect.writeAnswer(paused, frame()) as unknown as { choices: JsonObject[] }
  assert.equal(choices[0]!['finish_reason'], 'stop')
  assert.equal(choices[0]!['native_finish_reason'], 'pause_turn')
})

test('an error in a stream has the shape of any error and no clean end', () => {
  const error = {
    status: 502,
    kind: 'upstream',
    code: 'upstream_truncated',
    message: 'm',
    requestId: 'r1',
  } as const
  assert.deepEqual(chatDialect.writeError(error), {
    error: { message: 'm', type: 'server_error', param: null, code: 'upstream_truncated' },
  })
  assert.equal(
    chatDialect.writeStreamError(error),
    'data: {"error":{"message":"m","type":"server_error","param":null,"code":"upstream_truncated"}}\n\n',
  )
})
