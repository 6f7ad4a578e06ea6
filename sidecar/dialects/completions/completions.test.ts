import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type JsonObject, objectAt } from '../../../contract/json.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { AnswerFrame } from '../dialect.ts'
import { completionsWriter, readCompletionsRequest } from './completions.ts'

const read = (body: JsonObject) => readCompletionsRequest({ model: 'm', prompt: 'Once', ...body })

test('a prompt is one user turn, with the length limit of the legacy API', () => {
  const conversation = read({ stop: 'END', n: 2, temperature: 0.5, stream: true, user: 'u' })
  assert.deepEqual(conversation.turns, [{ role: 'user', parts: [{ type: 'text', text: 'Once' }] }])
  assert.equal(conversation.maxOutputTokens, 16)
  assert.deepEqual(conversation.sampling, { temperature: 0.5, choices: 2, stop: ['END'] })
  assert.deepEqual([conversation.stream, conversation.endUser], [true, 'u'])
  assert.equal(read({ max_tokens: 99 }).maxOutputTokens, 99)
  assert.deepEqual(read({ prompt: ['Once'] }).turns, conversation.turns)
})

test('what a chat cannot do is refused or named', () => {
  const refused = (param: string, code: string, body: JsonObject) =>
    assert.throws(() => read(body), { code, param })
  refused('prompt', 'untranslatable', { prompt: ['a', 'b'] })
  refused('prompt', 'untranslatable', { prompt: [1, 2] })
  refused('prompt', 'invalid_body', { prompt: null })
  refused('suffix', 'untranslatable', { suffix: 'end' })
  const { dropped } = read({ logprobs: 3, echo: true, best_of: 4, logit_bias: { 1: 2 }, suffix: '' })
  assert.deepEqual([...dropped].sort(), ['best_of', 'echo', 'logit_bias', 'logprobs'])
  assert.deepEqual(read({ echo: false, best_of: 1, logprobs: null }).dropped, [])
})

const frameOf = (wantsStreamUsage: boolean): AnswerFrame => ({
  requestId: 'r1',
  model: 'm',
  createdAtMs: 7999,
  wantsStreamUsage,
  estimatedInputTokens: 1,
  body: {},
  request: read({}),
})
const head = { id: 'cmpl-r1', object: 'text_completion', created: 7, model: 'm' }
const events: AnswerEvent[] = [
  { type: 'start', id: 'x', model: 'up' },
  { type: 'thinking', choice: 0, text: 'hm' },
  { type: 'text', choice: 0, text: ' upon' },
  { type: 'text', choice: 1, text: ' more' },
  { type: 'text', choice: 0, text: ' a time' },
  { type: 'finish', choice: 0, reason: 'length', raw: 'max_tokens' },
  { type: 'finish', choice: 1, reason: 'tool_calls', raw: 'x' },
  { type: 'usage', usage: { classes: { input: 3, output: 4 } } },
  { type: 'end' },
]

test('an answer is its text, choice by choice', () => {
  const answer = completionsWriter.writeAnswer(events, frameOf(false))
  const { choices, usage, ...rest } = answer
  assert.deepEqual(rest, head)
  assert.deepEqual(choices, [
    { text: ' upon a time', index: 0, logprobs: null, finish_reason: 'length' },
    { text: ' more', index: 1, logprobs: null, finish_reason: 'stop' },
  ])
  assert.equal((usage as JsonObject)['total_tokens'], 7)
})

function stream(wantsStreamUsage: boolean): string[] {
  const writer = completionsWriter.streamWriter(frameOf(wantsStreamUsage))
  const text = events.map((event) => writer.write(event)).join('') + writer.end()
  return text
    .trimEnd()
    .split('\n\n')
    .map((block) => block.replace(/^data: /, ''))
}

test('a stream says the same in chunks and ends with [DONE]', () => {
  const chunks = stream(false)
  assert.equal(chunks.pop(), '[DONE]')
  const read = chunks.map((chunk) => JSON.parse(chunk) as JsonObject)
  assert.ok(read.every((chunk) => chunk['id'] === head.id && !('usage' in chunk)))
  const choices = read.map((chunk) => (chunk['choices'] as JsonObject[])[0])
  const text = choices.map((choice) => (choice?.['index'] === 0 ? choice['text'] : '')).join('')
  assert.equal(text, ' upon a time')
  assert.deepEqual(
    choices.slice(-2).map((choice) => choice?.['finish_reason']),
    ['length', 'stop'],
  )
})

test('usage is one more chunk, only when asked for', () => {
  const chunks = stream(true)
    .slice(0, -1)
    .map((chunk) => JSON.parse(chunk) as JsonObject)
  const last = chunks.pop()
  assert.deepEqual(last?.['choices'], [])
  assert.equal(objectAt(last, 'usage')?.['total_tokens'], 7)
  assert.ok(chunks.every((chunk) => chunk['usage'] === null))
})
