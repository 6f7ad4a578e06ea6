import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultQuirks } from '../../providers/openai-compatible/hosts.ts'
import { chatFormat } from './format.ts'

const body = {
  id: 'c1',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'm-2026',
  service_tier: 'priority',
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: null,
        reasoning: 'hm',
        tool_calls: [{ type: 'function', function: { name: 'find', arguments: '' } }],
      },
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 3, completion_tokens: 2 },
}

test('a whole answer reads like its stream', () => {
  const events = chatFormat.readAnswer(body, defaultQuirks)
  const [, , call] = events
  assert.ok(call?.type === 'tool_call' && call.id !== '')
  assert.deepEqual(events, [
    { type: 'start', id: 'c1', model: 'm-2026', createdAt: 1_700_000_000 },
    { type: 'thinking', choice: 0, text: 'hm' },
    { type: 'tool_call', choice: 0, call: 0, id: call.id, name: 'find' },
    { type: 'finish', choice: 0, reason: 'tool_calls', raw: 'stop' },
    { type: 'usage', usage: { classes: { input: 3, output: 2 }, serviceTier: 'priority' } },
    { type: 'end' },
  ])
})

test('the summary states what the record needs', () => {
  assert.deepEqual(chatFormat.summarize(body, defaultQuirks), {
    model: 'm-2026',
    responseId: 'c1',
    finishReason: 'stop',
    usage: { classes: { input: 3, output: 2 }, serviceTier: 'priority' },
  })
})

test('an answer of the old completions endpoint is text', () => {
  const events = chatFormat.readAnswer(
    { id: 'c', object: 'text_completion', choices: [{ text: 'hi', index: 0, finish_reason: 'length' }] },
    defaultQuirks,
  )
  assert.deepEqual(events.slice(1, 3), [
    { type: 'text', choice: 0, text: 'hi' },
    { type: 'finish', choice: 0, reason: 'length', raw: 'length' },
  ])
})

test('pictures and sound of a model are media, the spoken words text', () => {
  const message = {
    content: null,
    images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }],
    audio: { id: 'a', data: 'BBBB', transcript: 'hello' },
  }
  assert.deepEqual(chatFormat.readAnswer({ choices: [{ message }] }, defaultQuirks).slice(1, -1), [
    { type: 'media', choice: 0, mediaType: 'image/png', data: 'AAAA' },
    { type: 'text', choice: 0, text: 'hello' },
    { type: 'media', choice: 0, mediaType: 'audio/*', data: 'BBBB' },
  ])
})

test('an error instead of an answer is an error event, and what came before it is kept', () => {
  const error = { code: 502, message: 'm' }
  const only = chatFormat.readAnswer({ error }, defaultQuirks)
  assert.equal(only.length, 1)
  assert.equal(only[0]!.type, 'error')
  const partly = chatFormat.readAnswer(
    { choices: [{ message: { content: 'half' }, finish_reason: 'error', error }] },
    defaultQuirks,
  )
  assert.deepEqual(
    partly.map((event) => event.type),
    ['start', 'text', 'error'],
  )
})

test('nothing at all is no reason to throw', () => {
  for (const odd of [
    null,
    5,
    'text',
    [],
    { choices: [null, 5, {}] },
    { choices: [{ message: { tool_calls: [null, {}] } }] },
  ]) {
    chatFormat.readAnswer(odd, defaultQuirks)
    chatFormat.summarize(odd, defaultQuirks)
    chatFormat.faultIn(odd)
  }
})
