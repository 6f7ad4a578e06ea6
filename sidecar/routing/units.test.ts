import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../contract/json.ts'
import { chatBody, factsOf } from '../../testing/routing.ts'
import type { Circumstances } from './facts.ts'
import { Units } from './units.ts'

/** Requests of one sidecar, one after the other, each with an id of its own. */
function asking(sticky: 'conversation' | 'customer' | 'request' = 'conversation') {
  const units = new Units(1000)
  let count = 0
  return (body: JsonObject, own: Partial<Circumstances> = {}, route = 'r') => {
    count += 1
    return units.of(sticky, route, factsOf(body, { requestId: `request-${count}`, ...own }))
  }
}

test('a conversation without a name is recognised by its history, turn after turn', () => {
  const ask = asking()
  const turns: string[] = ['Hi there']
  const first = ask(chatBody(...turns))
  assert.deepEqual([first.kind, first.id, first.isLasting], ['request', 'request-1', true])
  for (let turn = 0; turn < 20; turn += 1) {
    turns.push(`answer ${turn}`, `question ${turn}`)
    const next = ask(chatBody(...turns))
    assert.deepEqual([next.kind, next.id, next.hash], ['conversation', first.id, first.hash])
  }
})

test('a retry of a turn belongs to the same conversation', () => {
  const ask = asking()
  const first = ask(chatBody('Hi'))
  assert.equal(ask(chatBody('Hi', 'Hello', 'And?')).id, first.id)
  assert.equal(ask(chatBody('Hi', 'Hello', 'And?')).id, first.id)
  assert.equal(ask(chatBody('Hi', 'Hello', 'And?', 'Well', 'So?')).id, first.id)
})

test('an edited question goes on from what both share', () => {
  const ask = asking()
  const first = ask(chatBody('Hi'))
  assert.equal(ask(chatBody('Hi', 'Hello', 'Edited')).id, first.id)
})

test('equal first questions are drawn each for itself', () => {
  const ask = asking()
  const ids = Array.from({ length: 10 }, () => ask(chatBody('What is new?')).id)
  assert.equal(new Set(ids).size, 10)
})

test('few-shot prompts that share a beginning are no conversation', () => {
  const ask = asking()
  const shots = ['great film', 'positive', 'dull film', 'negative']
  const asked = ['loved it', 'hated it', 'loved it', 'so so'].map((text) => ask(chatBody(...shots, text)))
  assert.equal(new Set(asked.map(({ id }) => id)).size, asked.length)
  assert.ok(asked.every(({ kind }) => kind === 'request'))
})

test('another key, route or instruction is another conversation', () => {
  const ask = asking()
  const first = ask(chatBody('Hi'))
  const next = chatBody('Hi', 'Hello', 'And?')
  assert.notEqual(ask(next, { keyName: 'other' }).id, first.id)
  assert.notEqual(ask(next, {}, 'other').id, first.id)
  const system = { role: 'system', content: 'Be brief.' }
  assert.notEqual(ask({ messages: [system, ...(next['messages'] as JsonObject[])] }).id, first.id)
  assert.equal(ask(next).id, first.id)
})

test('an agent that calls tools stays one conversation, in chat and in Responses', () => {
  const question = { role: 'user', content: 'Weather?' }
  const call = { role: 'assistant', content: null, tool_calls: [] }
  const result = (content: string) => ({ role: 'tool', tool_call_id: 'c', content })
  const ask = asking()
  const first = ask({ messages: [question] })
  assert.equal(ask({ messages: [question, call, result('rain')] }).id, first.id)
  assert.equal(ask({ messages: [question, call, result('rain'), call, result('sun')] }).id, first.id)

  const own = { dialect: 'responses' } as const
  const items = ['rain', 'sun'].map((output) => [
    { type: 'reasoning', summary: [] },
    { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
    { type: 'function_call_output', call_id: 'c', output },
  ])
  const begun = ask({ input: [question] }, own)
  assert.equal(ask({ input: [question, ...(items[0] ?? [])] }, own).id, begun.id)
  assert.equal(ask({ input: [question, ...items.flat()] }, own).id, begun.id)
})

test('an answer in several pieces is one answer', () => {
  const ask = asking()
  const own = { dialect: 'responses' } as const
  const first = ask({ input: [{ role: 'user', content: 'Hi' }] }, own)
  const pieces = ['One.', 'Two.'].map((content) => ({ role: 'assistant', content }))
  const next = [{ role: 'user', content: 'Hi' }, ...pieces, { role: 'user', content: 'And?' }]
  assert.equal(ask({ input: next }, own).id, first.id)
})

test('a session is a conversation wherever it arrives', () => {
  const one = asking()(chatBody('Hi'), { session: 's-1' })
  const other = asking()(chatBody('Something else', 'x', 'y'), { session: 's-1', customer: 'acme' })
  assert.deepEqual(one, other)
  assert.deepEqual([one.kind, one.id], ['conversation', 's-1'])
})

test('of a customer the beginning names the conversation, on any sidecar', () => {
  const own = { customer: 'acme' }
  const here = asking()(chatBody('Hi'), own)
  const there = asking()(chatBody('Hi', 'Hello', 'And?'), own)
  assert.equal(here.kind, 'conversation')
  assert.equal(there.id, here.id)
  assert.notEqual(asking()(chatBody('Hi'), { customer: 'other' }).id, here.id)
  assert.notEqual(asking()(chatBody('Hey'), own).id, here.id)
  assert.notEqual(asking()(chatBody('Hi'), { ...own, keyName: 'other' }).id, here.id)
})

test('sticky to customers: one candidate for all they ask; who is nobody keeps to conversations', () => {
  const ask = asking('customer')
  const [one, two] = [
    ask(chatBody('Hi'), { customer: 'acme' }),
    ask(chatBody('Ho'), { customer: 'acme', session: 's' }),
  ]
  assert.deepEqual([one?.kind, one?.id], ['customer', 'acme'])
  assert.equal(two?.id, one?.id)
  assert.equal(ask(chatBody('Hi'), { session: 's' }).id, 's')
  assert.equal(ask(chatBody('Hi')).kind, 'request')
})

test('sticky to nothing: each request for itself, sessions or not', () => {
  const ask = asking('request')
  const units = [
    ask(chatBody('Hi'), { session: 's', customer: 'acme' }),
    ask(chatBody('Hi', 'Hello', 'And?'), { session: 's' }),
  ]
  assert.deepEqual(
    units.map(({ kind, id, isLasting }) => [kind, id, isLasting]),
    [
      ['request', 'request-1', false],
      ['request', 'request-2', false],
    ],
  )
})

test('a request without turns is its customer’s, else for itself alone', () => {
  const ask = asking()
  assert.deepEqual([ask({ model: 'm' }).kind, ask({ model: 'm' }).isLasting], ['request', false])
  assert.equal(ask({ model: 'm' }, { customer: 'acme' }).kind, 'customer')
})

test('what names a unit is a hash in the record, never what was said', () => {
  for (const own of [{}, { session: 'secret' }, { customer: 'secret' }])
    assert.match(asking()(chatBody('secret'), own).hash, /^[0-9a-f]{32}$/)
})

test('conversations without end are forgotten, the latest last', () => {
  const units = new Units(100)
  const of = (body: JsonObject, requestId: string) =>
    units.of('conversation', 'r', factsOf(body, { requestId }))
  for (let index = 0; index < 1000; index += 1) of(chatBody(`question ${index}`), `request-${index}`)
  const next = (index: number) => of(chatBody(`question ${index}`, 'answer', 'more'), 'new').kind
  assert.deepEqual([next(0), next(999)], ['request', 'conversation'])
})
