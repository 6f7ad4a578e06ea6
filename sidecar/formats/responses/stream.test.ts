import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../contract/json.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import { ResponsesStreamReader } from './stream.ts'

/** Hosts that leave out `event:` name the event in the data alone. */
function read(events: JsonObject[], { named = true } = {}): AnswerEvent[] {
  const reader = new ResponsesStreamReader()
  return events.flatMap((event) => {
    const data = JSON.stringify(event)
    const name = named ? String(event['type']) : ''
    return reader.onFrame({ event: name, data, raw: Buffer.from(data), hasData: true })
  })
}

const created = { type: 'response.created', response: { id: 'resp_1', model: 'm', created_at: 7 } }
const start = { type: 'start', id: 'resp_1', model: 'm', createdAt: 7 }
const usage = { input_tokens: 5, output_tokens: 2 }
const completed = (more: JsonObject = {}) => ({
  type: 'response.completed',
  response: { object: 'response', status: 'completed', usage, ...more },
})
const delta = (text: string) => ({ type: 'response.output_text.delta', output_index: 0, delta: text })

test('text arrives as it comes; usage, finish and end come with the terminal event', () => {
  const done = { type: 'response.output_text.done', output_index: 0, text: 'Hi' }
  for (const named of [true, false]) {
    assert.deepEqual(read([created, delta('H'), delta('i'), done, completed()], { named }), [
      start,
      { type: 'text', choice: 0, text: 'H' },
      { type: 'text', choice: 0, text: 'i' },
      { type: 'finish', choice: 0, reason: 'stop', raw: 'completed' },
      { type: 'usage', usage: { classes: { input: 5, output: 2 } } },
      { type: 'end' },
    ])
  }
})

test('a stream that fails right after it was created has not started', () => {
  const failed = {
    type: 'response.failed',
    response: { status: 'failed', error: { code: 'server_is_overloaded', message: 'busy' } },
  }
  const [event, ...rest] = read([created, { type: 'response.in_progress' }, failed, completed()])
  assert.deepEqual(rest, [])
  assert.ok(event?.type === 'error')
  assert.deepEqual([event.fault.class, event.fault.code], ['overloaded', 'server_is_overloaded'])
})

test('error events are understood flat, wrapped and without a type', () => {
  const shapes = [
    { type: 'error', code: 'rate_limit_exceeded', message: 'm', param: null },
    { type: 'error', error: { type: 'x', code: 'rate_limit_exceeded', message: 'm' } },
    { error: { code: 'rate_limit_exceeded', message: 'm' } },
  ]
  for (const shape of shapes) {
    const [event] = read([shape], { named: false })
    assert.ok(event?.type === 'error')
    assert.deepEqual([event.fault.class, event.fault.message], ['rate_limit', 'm'])
  }
})

test('calls, summaries and proofs are read from deltas, or from the finished item alone', () => {
  const call = { type: 'function_call', id: 'fc', call_id: 'c', name: 'f', arguments: '{"a":1}' }
  const reasoning = {
    type: 'reasoning',
    id: 'rs',
    encrypted_content: 'enc',
    summary: [
      { type: 'summary_text', text: 'one' },
      { type: 'summary_text', text: 'two' },
    ],
  }
  const summary = (summary_index: number, text: string) => ({
    type: 'response.reasoning_summary_text.delta',
    output_index: 0,
    summary_index,
    delta: text,
  })
  const item = (stage: 'added' | 'done', output_index: number, value: JsonObject) => ({
    type: `response.output_item.${stage}`,
    output_index,
    item: value,
  })
  const text = (events: AnswerEvent[]) =>
    events.map((event) => (event.type === 'thinking' ? event.text : '')).join('')
  const json = (events: AnswerEvent[]) =>
    events.map((event) => (event.type === 'tool_arguments' ? event.json : '')).join('')
  const proof = { type: 'thinking_proof', choice: 0, signature: 'enc', issuer: 'openai', id: 'rs' }
  const whole = read([created, item('done', 0, reasoning), item('done', 1, call), completed()])
  const pieces = read([
    created,
    item('added', 0, { type: 'reasoning', id: 'rs', summary: [] }),
    summary(0, 'on'),
    summary(0, 'e'),
    summary(1, 'two'),
    item('done', 0, reasoning),
    item('added', 1, { ...call, arguments: '' }),
    { type: 'response.function_call_arguments.delta', output_index: 1, delta: '{"a"' },
    item('done', 1, call),
    completed(),
  ])
  for (const events of [whole, pieces]) {
    assert.equal(text(events), 'one\n\ntwo')
    assert.equal(json(events), '{"a":1}')
    assert.deepEqual(
      events.filter((event) => event.type === 'thinking_proof'),
      [proof],
    )
    const calls = events.filter((event) => event.type === 'tool_call')
    assert.deepEqual(calls, [{ type: 'tool_call', choice: 0, call: 0, id: 'c', name: 'f' }])
    // The terminal event of these hosts has no output, the finish reason is known all the same.
    assert.equal(events.find((event) => event.type === 'finish')?.reason, 'tool_calls')
  }
})

test('reasoning given both in full and as a summary is read once', () => {
  const events = read([
    { type: 'response.reasoning_text.delta', output_index: 0, content_index: 0, delta: 'full' },
    { type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: 0, delta: 'short' },
  ])
  assert.deepEqual(events.at(-1), { type: 'thinking', choice: 0, text: 'full' })
})

test('an answer that was cut says why', () => {
  const incomplete = (reason: string) => ({
    type: 'response.incomplete',
    response: { incomplete_details: { reason }, usage },
  })
  const reasonOf = (reason: string) =>
    read([incomplete(reason)]).find((event) => event.type === 'finish')?.reason
  assert.equal(reasonOf('max_output_tokens'), 'length')
  assert.equal(reasonOf('content_filter'), 'content_filter')
  assert.equal(reasonOf('invented_later'), 'stop')
})

test('a stream of nothing but its terminal event is a whole answer', () => {
  const output = [
    { type: 'message', content: [{ type: 'output_text', text: 'Hi' }] },
    { type: 'web_search_call' },
  ]
  const events = read([completed({ id: 'r', model: 'm', output, service_tier: 'flex' })])
  assert.deepEqual(events, [
    { type: 'start', id: 'r', model: 'm' },
    { type: 'text', choice: 0, text: 'Hi' },
    { type: 'finish', choice: 0, reason: 'stop', raw: 'completed' },
    { type: 'usage', usage: { classes: { input: 5, output: 2, web_searches: 1 }, serviceTier: 'flex' } },
    { type: 'end' },
  ])
})

test('events invented later are passed over', () => {
  assert.deepEqual(read([created, { type: 'response.dream.delta', delta: 'x' }]), [])
})
