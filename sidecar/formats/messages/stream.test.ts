import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { Frame } from '../../streaming/frame.ts'
import { readAnswer, summarize } from './answer.ts'
import { MessagesStreamReader } from './stream.ts'

function frameOf(data: unknown, event = ''): Frame {
  const text = typeof data === 'string' ? data : JSON.stringify(data)
  return { event, data: text, raw: Buffer.from(text), hasData: text !== '' }
}

function read(...data: readonly unknown[]): AnswerEvent[] {
  const reader = new MessagesStreamReader()
  return data.flatMap((one) => [...reader.onFrame(frameOf(one))])
}

const start = {
  type: 'message_start',
  message: { id: 'msg_1', model: 'claude', usage: { input_tokens: 9, output_tokens: 1 } },
}
const block = (index: number, content_block: object) => ({
  type: 'content_block_start',
  index,
  content_block,
})
const delta = (index: number, inner: object) => ({ type: 'content_block_delta', index, delta: inner })
const stop = (index: number) => ({ type: 'content_block_stop', index })

describe('streams in the Messages format', () => {
  it('are read event by event', () => {
    const events = read(
      start,
      { type: 'ping' },
      block(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'hm' }),
      delta(0, { type: 'signature_delta', signature: 'si' }),
      delta(0, { type: 'signature_delta', signature: 'g' }),
      stop(0),
      block(1, { type: 'redacted_thinking', data: 'enc' }),
      stop(1),
      block(2, { type: 'text', text: '' }),
      delta(2, { type: 'text_delta', text: 'Hi' }),
      delta(2, { type: 'citations_delta', citation: {} }),
      stop(2),
      block(3, { type: 'server_tool_use', id: 'srv', name: 'web_search', input: {} }),
      delta(3, { type: 'input_json_delta', partial_json: '{"query":"x"}' }),
      stop(3),
      block(4, { type: 'web_search_tool_result', content: [] }),
      stop(4),
      block(5, { type: 'tool_use', id: 't1', name: 'look', input: {} }),
      delta(5, { type: 'input_json_delta', partial_json: '' }),
      delta(5, { type: 'input_json_delta', partial_json: '{"a":1}' }),
      stop(5),
      block(6, { type: 'tool_use', id: 't2', name: 'none', input: {} }),
      stop(6),
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 40 } },
      { type: 'message_stop' },
    )
    assert.deepEqual(events, [
      { type: 'start', id: 'msg_1', model: 'claude' },
      { type: 'usage', usage: { classes: { input: 9, output: 1 } } },
      { type: 'thinking', choice: 0, text: 'hm' },
      { type: 'thinking_proof', choice: 0, signature: 'sig', issuer: 'anthropic' },
      { type: 'thinking_proof', choice: 0, redacted: 'enc', issuer: 'anthropic' },
      { type: 'text', choice: 0, text: 'Hi' },
      { type: 'tool_call', choice: 0, call: 0, id: 't1', name: 'look' },
      { type: 'tool_arguments', choice: 0, call: 0, json: '{"a":1}' },
      { type: 'tool_call', choice: 0, call: 1, id: 't2', name: 'none' },
      { type: 'tool_arguments', choice: 0, call: 1, json: '{}' },
      { type: 'finish', choice: 0, reason: 'tool_calls', raw: 'tool_use' },
      { type: 'usage', usage: { classes: { input: 9, output: 40 } } },
      { type: 'end' },
    ])
  })

  it('take arguments that come whole with the start of their block', () => {
    const events = read(block(0, { type: 'tool_use', id: 't', name: 'n', input: { a: 1 } }), stop(0))
    assert.deepEqual(events.at(-1), { type: 'tool_arguments', choice: 0, call: 0, json: '{"a":1}' })
  })

  it('close what a host left open', () => {
    const events = read(block(0, { type: 'thinking', thinking: 'hm', signature: 'sig' }), {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn' },
    })
    assert.deepEqual(
      events.map(({ type }) => type),
      ['thinking', 'thinking_proof', 'finish'],
    )
  })

  it('end in an error event with its class', () => {
    const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'busy' } }
    assert.deepEqual(read(overloaded), [
      {
        type: 'error',
        fault: { class: 'overloaded', status: 200, code: 'overloaded_error', message: 'busy' },
      },
    ])
    const reader = new MessagesStreamReader()
    const [event] = reader.onFrame(frameOf({ error: { type: 'api_error', message: 'm' } }, 'error'))
    assert.equal(event?.type === 'error' ? event.fault.class : '', 'outage')
  })

  it('take the name of the event from the frame when the data has none', () => {
    const reader = new MessagesStreamReader()
    assert.deepEqual(reader.onFrame(frameOf({}, 'message_stop')), [{ type: 'end' }])
  })

  it('pass over what cannot be read', () => {
    const odd = ['', '[DONE]', '{"type":', 'null', '[]', { type: 'invented' }, block(0, { type: 'invented' })]
    const lacking = [{ type: 'content_block_delta' }, { type: 'content_block_start' }, stop(9)]
    assert.deepEqual(read(...odd, ...lacking, delta(7, { type: 'input_json_delta', partial_json: 'x' })), [])
  })
})

describe('stop reasons of the Messages format', () => {
  const table = {
    end_turn: 'stop',
    stop_sequence: 'stop',
    max_tokens: 'length',
    model_context_window_exceeded: 'length',
    tool_use: 'tool_calls',
    refusal: 'content_filter',
    pause_turn: 'pause',
    compaction: 'pause',
    constructor: 'stop',
  }
  for (const [raw, reason] of Object.entries(table)) {
    it(`reads ${raw} as ${reason}`, () => {
      const finish = readAnswer({ stop_reason: raw }).find((event) => event.type === 'finish')
      assert.deepEqual(finish, { type: 'finish', choice: 0, reason, raw })
      assert.equal(summarize({ stop_reason: raw }).finishReason, raw)
    })
  }
})

describe('whole answers in the Messages format', () => {
  it('are summarised without their content', () => {
    const body = { id: 'msg_1', model: 'm', stop_reason: 'end_turn', content: 7, usage: { output_tokens: 3 } }
    assert.deepEqual(summarize(body), {
      model: 'm',
      responseId: 'msg_1',
      finishReason: 'end_turn',
      usage: { classes: { output: 3 } },
    })
    assert.deepEqual(summarize('x'), {})
  })

  it('are read as far as they go when they are damaged', () => {
    const content = [null, 3, {}, { type: 'text' }, { type: 'tool_use', input: 'x' }]
    assert.deepEqual(
      readAnswer({ content }).map(({ type }) => type),
      ['start', 'tool_call', 'tool_arguments', 'end'],
    )
    assert.deepEqual(
      readAnswer(null).map(({ type }) => type),
      ['start', 'end'],
    )
  })
})
