import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '../../contract/json.ts'
import { chatBody, factsOf } from '../../testing/routing.ts'
import { Sessions } from './escalation.ts'

const outlineOf = (...turns: readonly string[]) => factsOf(chatBody(...turns)).outline
const messages = (...turns: Json[]) => factsOf({ messages: turns }).outline
const items = (...input: Json[]) => factsOf({ input }, { dialect: 'responses' }).outline

const question = 'How do I cancel my subscription?'
const rephrased = 'I want to cancel my subscription, how does that work?'
const again = 'You did not answer. How can I cancel the subscription?'
const other = 'Which payment methods do you accept?'

test('what was said again is counted in the history that a request brings', () => {
  const sessions = new Sessions(10)
  assert.equal(sessions.again('s', outlineOf(question)), 0)
  assert.equal(sessions.again('s', outlineOf(question, 'a', other)), 0)
  assert.equal(sessions.again('s', outlineOf(question, 'a', rephrased)), 1)
  assert.equal(sessions.again('s', outlineOf(question, 'a', rephrased, 'b', again)), 2)
  assert.equal(sessions.again('s', outlineOf(question, 'a', other, 'b', rephrased)), 1)
})

test('only the last four turns count', () => {
  const sessions = new Sessions(10)
  const talk = [question, 'a', question, 'b', question]
  assert.equal(sessions.again('s', outlineOf(...talk)), 2)
  const later = [
    'Thanks, that is done',
    'Where is my invoice from May?',
    'I moved to another city',
    'Do you have a shop in Leeds?',
  ]
  const long = [...talk, ...later.flatMap((text) => ['c', text])]
  assert.equal(sessions.again('s', outlineOf(...long)), 0)
})

test('of callers that send only the newest turn the last three are remembered', () => {
  const sessions = new Sessions(10)
  const say = (text: string, requestId: string) => {
    const outline = outlineOf(text)
    const seen = { likeness: sessions.newest('s', outline), count: sessions.again('s', outline) }
    sessions.remember('s', requestId, outline)
    return seen
  }
  assert.deepEqual(say(question, 'r1'), { likeness: 'other', count: 0 })
  assert.deepEqual(say(rephrased, 'r2'), { likeness: 'rephrase', count: 1 })
  assert.equal(sessions.previous('s')?.requestId, 'r2')
  assert.deepEqual(say(again, 'r3'), { likeness: 'rephrase', count: 2 })
  assert.equal(say(other, 'r4').likeness, 'other')
  assert.equal(sessions.previous('s')?.said.length, 3)
  assert.equal(sessions.newest('somebody else', outlineOf(question)), 'other')
})

test('an agent that works on one question does not ask again with every result of a tool', () => {
  const asked = { role: 'user', content: question }
  const call = { role: 'assistant', content: null, tool_calls: [] }
  const result = { role: 'tool', tool_call_id: 'c', content: 'ok' }
  const sessions = new Sessions(10)
  const turns: Json[] = [asked]
  for (let step = 0; step < 6; step += 1) {
    const outline = messages(...turns)
    assert.equal(sessions.newest('s', outline), 'other')
    assert.equal(sessions.again('s', outline), 0, `step ${step}`)
    sessions.remember('s', `r${step}`, outline)
    turns.push(call, result)
  }
  assert.deepEqual(sessions.previous('s')?.said.length, 1)
})

test('the same over Responses, with all items or with the results alone', () => {
  const asked = { role: 'user', content: question }
  const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }
  const result = { type: 'function_call_output', call_id: 'c', output: 'ok' }
  for (const step of [items(asked, call, result), items(result), items(asked, call, result, call, result)]) {
    const sessions = new Sessions(10)
    sessions.remember('s', 'r1', items(asked))
    assert.equal(sessions.newest('s', step), 'other')
    assert.equal(sessions.again('s', step), 0)
    sessions.remember('s', 'r2', step)
    assert.equal(sessions.previous('s')?.said.length, 1)
    assert.equal(sessions.newest('s', items({ role: 'user', content: rephrased })), 'rephrase')
  }
})

test('an agent’s user may still ask again, after the tools', () => {
  const call = { role: 'assistant', content: null, tool_calls: [] }
  const result = { role: 'tool', tool_call_id: 'c', content: 'ok' }
  const turns: Json[] = [
    { role: 'user', content: question },
    call,
    result,
    { role: 'assistant', content: 'Done.' },
  ]
  const outline = messages(...turns, { role: 'user', content: rephrased })
  const sessions = new Sessions(10)
  assert.equal(sessions.newest('s', outline), 'rephrase')
  assert.equal(sessions.again('s', outline), 1)
})

test('asking changes nothing: a request that was not answered, and is tried once more, counts once', () => {
  const sessions = new Sessions(10)
  sessions.remember('s', 'r1', outlineOf(question))
  for (let attempt = 0; attempt < 5; attempt += 1) {
    assert.equal(sessions.again('s', outlineOf(rephrased)), 1)
    assert.equal(sessions.newest('s', outlineOf(rephrased)), 'rephrase')
  }
  const whole = outlineOf(question, 'a', rephrased)
  for (let attempt = 0; attempt < 5; attempt += 1) {
    assert.equal(sessions.again('s', whole), 1)
    sessions.remember('s', `r${attempt}`, whole)
  }
})

test('what is kept is short and bounded', () => {
  const sessions = new Sessions(100)
  for (let index = 0; index < 1000; index += 1)
    sessions.remember(`s${index}`, 'r', outlineOf('word '.repeat(200)))
  assert.equal(sessions.previous('s0'), undefined)
  const said = sessions.previous('s999')?.said ?? []
  assert.ok(said.length === 1 && said.every((text) => text.length <= 256))
})

test('requests without words of a person are no turns', () => {
  const sessions = new Sessions(10)
  sessions.remember('s', 'r1', outlineOf(question))
  const empty = factsOf({ model: 'm' }).outline
  assert.equal(sessions.newest('s', empty), 'other')
  sessions.remember('s', 'r2', empty)
  assert.equal(sessions.newest('s', outlineOf(rephrased)), 'rephrase')
})
