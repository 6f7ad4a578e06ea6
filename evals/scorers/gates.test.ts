import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type GatedAnswer, gateOf, isRefusal, repetition, scriptDistance } from './gates.ts'

const good: GatedAnswer = {
  finishReason: 'stop',
  outputTokens: 12,
  text: 'The invoice was sent on Monday.',
  prompt: 'When was the invoice sent?',
}

test('an answer that is one passes every gate, with its text and without', () => {
  assert.equal(gateOf(good), undefined)
  assert.equal(gateOf({ finishReason: 'stop', outputTokens: 12 }), undefined)
})

test('each gate is hit by what it is there for', () => {
  const cases: readonly [string, Partial<GatedAnswer>][] = [
    ['empty', { text: ' \n' }],
    ['length', { finishReason: 'max_tokens' }],
    ['refusal', { text: 'I’m sorry, but I can’t help with that.', isAnswerable: true }],
    ['json', { text: 'Here you are: {a: 1}', isJsonAsked: true }],
    [
      'tool',
      {
        tools: [{ name: 'search', arguments: '{"q":"x"}' }],
        toolsKnown: new Map([['search', ['q', 'limit']]]),
      },
    ],
    ['tool', { tools: [{ name: 'invented', arguments: '{}' }], toolsKnown: new Map([['search', []]]) }],
    ['tool', { tools: [{ name: 'search', arguments: '{"q":' }] }],
    ['repetition', { text: 'and again and again '.repeat(40) }],
    [
      'script',
      {
        prompt: 'Please tell me about the weather in the mountains today',
        text: 'Погода в горах сегодня хорошая и солнечная, ветра почти нет',
      },
    ],
  ]
  for (const [gate, own] of cases) assert.equal(gateOf({ ...good, ...own }), gate, gate)
})

test('what only looks like one is none', () => {
  assert.equal(gateOf({ ...good, text: '', tools: [{ name: 'search', arguments: '{}' }] }), undefined)
  assert.equal(
    gateOf({ ...good, text: 'I’m sorry, but I can’t help with that.' }),
    undefined,
    'nobody knows that it could be answered',
  )
  assert.equal(gateOf({ ...good, text: '```json\n{"a": 1}\n```', isJsonAsked: true }), undefined)
  assert.equal(isRefusal(`I'm sorry for the wait. ${'Here is what you asked for. '.repeat(20)}`), false)
  assert.equal(repetition('one two three four'), 0)
  assert.equal(scriptDistance('Translate: hello', 'привет'), 0, 'of a few letters nothing is said')
})
