import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AnswerFacts, allowedFor, answerRefusal, type RequestFacts } from './never.ts'

const plain: RequestFacts = {
  temperature: undefined,
  choices: 1,
  hasLogprobs: false,
  hasMedia: false,
  hasFiles: false,
  hasToolResults: false,
  turns: 1,
  turnsMax: 1,
  temperatureMax: 0.3,
  textBytes: 40,
  contentWords: 3,
  isTimeBound: false,
  isFlagged: false,
  isOwnAffair: false,
}

test('a plain question may be answered by every tier', () => {
  const { exact, lexical, semantic, onlyEqualText, lifeMsMax, reason } = allowedFor(plain)
  assert.deepEqual(
    [exact, lexical, semantic, onlyEqualText, lifeMsMax, reason],
    [true, true, true, false, undefined, ''],
  )
})

const likenessOff: readonly (readonly [string, Partial<RequestFacts>])[] = [
  ['tool_results', { hasToolResults: true }],
  ['temperature', { temperature: 0.31 }],
  ['choices', { choices: 2 }],
  ['media', { hasMedia: true }],
  ['time_bound', { isTimeBound: true }],
  ['turns', { turns: 2 }],
  ['own_affair', { isOwnAffair: true }],
  ['no_text', { textBytes: 0 }],
]

for (const [reason, facts] of likenessOff) {
  test(`${reason}: only an equal request may be answered`, () => {
    const allowed = allowedFor({ ...plain, ...facts })
    assert.deepEqual(
      [allowed.exact, allowed.lexical, allowed.semantic, allowed.reason],
      [true, false, false, reason],
    )
  })
}

test('what is drawn anew on purpose, and what hangs on files or probabilities, is never kept', () => {
  for (const facts of [{ temperature: 1.1 }, { hasLogprobs: true }, { hasFiles: true }])
    assert.equal(allowedFor({ ...plain, ...facts }).exact, false)
  assert.equal(allowedFor({ ...plain, temperature: 1 }).exact, true)
})

test('long texts are compared by meaning only, very long ones not at all', () => {
  assert.deepEqual(
    [allowedFor({ ...plain, textBytes: 2049 }).lexical, allowedFor({ ...plain, textBytes: 2049 }).semantic],
    [false, true],
  )
  assert.equal(allowedFor({ ...plain, textBytes: 40_000 }).semantic, false)
})

test('what is bound to the day is kept for a minute', () => {
  assert.equal(allowedFor({ ...plain, isTimeBound: true }).lifeMsMax, 60_000)
})

const good: AnswerFacts = {
  status: 200,
  isComplete: true,
  finish: 'stop',
  textChars: 10,
  hasToolCalls: false,
  hasRefusal: false,
  hasMedia: false,
  choices: 1,
  unknownPlaceholders: 0,
  isBlocked: false,
}

test('only a whole answer that came to its end by itself is kept', () => {
  assert.equal(answerRefusal(good), '')
  const bad: readonly Partial<AnswerFacts>[] = [
    { status: 500 },
    { status: 199 },
    { isComplete: false },
    { finish: 'length' },
    { finish: 'content_filter' },
    { finish: '' },
    { hasToolCalls: true },
    { hasRefusal: true },
    { hasMedia: true },
    { choices: 2 },
    { textChars: 0 },
    { unknownPlaceholders: 1 },
    { isBlocked: true },
  ]
  for (const facts of bad) assert.notEqual(answerRefusal({ ...good, ...facts }), '', JSON.stringify(facts))
})

test('what the guard flags is answered by no tier', () => {
  const { exact, lexical, semantic, reason } = allowedFor({ ...plain, isFlagged: true })
  assert.deepEqual([exact, lexical, semantic, reason], [false, false, false, 'flagged'])
})
