import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { errorCatalogue } from '../../../contract/errors.ts'
import { arrayAt } from '../../../contract/json.ts'
import type { AnswerEvent, FinishReason } from '../../conversation/answer.ts'
import type { AnswerFrame } from '../dialect.ts'
import { messagesDialect } from './dialect.ts'
import { readRequest } from './request.ts'

const body = { model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] }
const frame: AnswerFrame = {
  requestId: '0192-abc',
  model: 'claude-x',
  createdAtMs: 0,
  wantsStreamUsage: true,
  request: readRequest(body),
  body,
  estimatedInputTokens: 7,
}
const write = (...events: AnswerEvent[]) => messagesDialect.writeAnswer(events, frame)
const finish = (reason: FinishReason, raw = ''): AnswerEvent => ({ type: 'finish', choice: 0, reason, raw })
const call = (index: number): AnswerEvent => ({
  type: 'tool_call',
  choice: 0,
  call: index,
  id: `c${index}`,
  name: 'look',
})
const args = (index: number, json: string): AnswerEvent => ({
  type: 'tool_arguments',
  choice: 0,
  call: index,
  json,
})

/** Name of each event, with what a delta adds. */
function script(text: string): string[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .map((frameText) => {
      const data = JSON.parse(frameText.split('\ndata: ')[1] ?? '')
      const { text: plain, thinking, partial_json: json, signature } = data.delta ?? {}
      const said = plain ?? thinking ?? json ?? signature
      return said === undefined ? data.type : `${data.type} ${data.index} ${said}`
    })
}

describe('whole answers in the Messages dialect', () => {
  it("state usage in Anthropic's convention, input without the cache", () => {
    const classes = {
      input: 10,
      input_image: 1,
      cache_read: 20,
      cache_write: 3,
      cache_write_1h: 4,
      output: 8,
      web_searches: 2,
    }
    const usage = write({ type: 'usage', usage: { classes, reasoning: 5, serviceTier: 'flex' } })['usage']
    assert.deepEqual(usage, {
      input_tokens: 11,
      cache_creation_input_tokens: 7,
      cache_read_input_tokens: 20,
      cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 4 },
      output_tokens: 8,
      output_tokens_details: { thinking_tokens: 5 },
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 },
      service_tier: null,
      inference_geo: null,
    })
  })

  it('are named after the request when the provider gave no id', () => {
    assert.equal(write({ type: 'start', id: '', model: 'x' })['id'], 'msg_0192abc')
    const named = write({ type: 'start', id: 'chatcmpl-1', model: 'x' })
    assert.deepEqual([named['id'], named['model']], ['chatcmpl-1', 'claude-x'])
  })

  it('keep what a model wrote instead of arguments', () => {
    const { content } = write(call(0), args(0, '{"q":'), call(1), finish('length'))
    assert.deepEqual(
      (content as { input: unknown }[]).map(({ input }) => input),
      [{ INVALID_JSON: '{"q":' }, {}],
    )
  })

  const reasons: readonly [FinishReason, string, string][] = [
    ['stop', 'stop', 'end_turn'],
    ['stop', 'stop_sequence', 'stop_sequence'],
    ['stop', 'toString', 'end_turn'],
    ['length', 'length', 'max_tokens'],
    ['length', 'model_context_window_exceeded', 'model_context_window_exceeded'],
    ['tool_calls', 'tool_calls', 'tool_use'],
    ['content_filter', 'SAFETY', 'refusal'],
    ['pause', 'pause', 'pause_turn'],
  ]
  for (const [reason, raw, expected] of reasons) {
    it(`stop with ${expected} for ${reason} said as ${raw}`, () => {
      assert.equal(write(finish(reason, raw))['stop_reason'], expected)
    })
  }

  it('stop for tools or a refusal even where the provider only said stop', () => {
    assert.equal(write(call(0), finish('stop'))['stop_reason'], 'tool_use')
    assert.equal(write({ type: 'refusal', choice: 0, text: 'no' }, finish('stop'))['stop_reason'], 'refusal')
  })

  it("carry another vendor's proofs so that they come back as they were", () => {
    const events: AnswerEvent[] = [
      { type: 'thinking', choice: 0, text: 'sum' },
      { type: 'thinking_proof', choice: 0, redacted: 'enc', id: 'rs_1', issuer: 'openai' },
      { type: 'thinking_proof', choice: 0, redacted: 'enc2', issuer: 'openai' },
      { type: 'thinking_proof', choice: 0, signature: 'g', issuer: 'google' },
    ]
    const content = arrayAt(write(...events), 'content')
    const { turns } = readRequest({ ...body, messages: [{ role: 'assistant', content }] })
    assert.deepEqual(turns[0]?.parts, [
      { type: 'thinking', text: 'sum', redacted: 'enc', id: 'rs_1', issuer: 'openai' },
      { type: 'thinking', text: '', redacted: 'enc2', issuer: 'openai' },
      { type: 'thinking', text: '', signature: 'g', issuer: 'google' },
    ])
  })

  it('carry media as the block that requests use', () => {
    const { content } = write({ type: 'media', choice: 0, mediaType: 'image/png', data: 'x' })
    assert.deepEqual(content, [
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'x' } },
    ])
  })
})

describe('streams in the Messages dialect', () => {
  it('open a block with its first delta and close it before the next', () => {
    const writer = messagesDialect.streamWriter(frame)
    writer.write({ type: 'start', id: 'r', model: 'x' })
    const text = writer.write({ type: 'text', choice: 0, text: 'Hi' })
    assert.deepEqual(script(text), ['message_start', 'content_block_start', 'content_block_delta 0 Hi'])
    assert.deepEqual(script(writer.write(call(0))), ['content_block_stop', 'content_block_start'])
  })

  it('stream one tool call at a time and hold the others', () => {
    const writer = messagesDialect.streamWriter(frame)
    writer.write(call(0))
    assert.deepEqual(script(writer.write(args(0, '{"a":'))), ['content_block_delta 0 {"a":'])
    assert.equal(writer.write(call(1)), '')
    assert.equal(writer.write(args(1, '{"b"')), '')
    assert.deepEqual(script(writer.write(args(0, '"}"}'))), [
      'content_block_delta 0 "}"}',
      'content_block_stop',
      'content_block_start',
      'content_block_delta 1 {"b"',
    ])
    assert.deepEqual(script(writer.write(args(1, ':1}'))), ['content_block_delta 1 :1}'])
  })

  it('hold the stop reason until the answer is complete, for the usage that comes after it', () => {
    const writer = messagesDialect.streamWriter(frame)
    writer.write({ type: 'text', choice: 0, text: 'Hi' })
    assert.equal(writer.write(finish('stop')), '')
    assert.equal(writer.write({ type: 'usage', usage: { classes: { input: 3, output: 2 } } }), '')
    assert.equal(writer.write({ type: 'end' }), '')
    const end = writer.end()
    assert.deepEqual(script(end), ['content_block_stop', 'message_delta', 'message_stop'])
    assert.match(end, /"stop_reason":"end_turn".*"input_tokens":3,.*"output_tokens":2/)
  })

  it('are whole even when nothing came', () => {
    const text = messagesDialect.streamWriter(frame).end()
    assert.deepEqual(script(text), ['message_start', 'message_delta', 'message_stop'])
  })

  it('begin with the usage that the provider states with its first words, else with the estimate', () => {
    const start: AnswerEvent = { type: 'start', id: 'r1', model: '' }
    const stated: AnswerEvent = { type: 'usage', usage: { classes: { input: 40, cache_read: 2, output: 1 } } }
    const word: AnswerEvent = { type: 'text', choice: 0, text: 'Hi' }
    const inputOf = (...events: AnswerEvent[]) => {
      const writer = messagesDialect.streamWriter(frame)
      const first =
        events
          .map((event) => writer.write(event))
          .join('')
          .split('\n\n')[0] ?? ''
      const { message } = JSON.parse(first.split('\ndata: ')[1] ?? '')
      assert.equal(message.id, 'r1')
      return [message.usage.input_tokens, message.usage.cache_read_input_tokens]
    }
    assert.deepEqual(inputOf(start, stated, word), [40, 2])
    assert.deepEqual(inputOf(start, word, stated), [7, 0])
  })
})

describe('errors in the Messages dialect', () => {
  it("have Anthropic's names for every kind", () => {
    const typeOf = (kind: (typeof errorCatalogue)[keyof typeof errorCatalogue]['kind']) => {
      const error = { status: 400, kind, code: 'c', message: 'm', requestId: 'r' }
      return (messagesDialect.writeError(error)['error'] as { type: string }).type
    }
    for (const { kind } of Object.values(errorCatalogue))
      assert.match(typeOf(kind), /_error$|^request_too_large$/)
    assert.equal(typeOf('billing'), 'billing_error')
    assert.equal(typeOf('upstream'), 'api_error')
  })

  it('name the parameter and the request, also inside a stream', () => {
    const error = {
      status: 400,
      kind: 'invalid_request',
      code: 'untranslatable',
      message: 'not here',
      param: 'n',
      requestId: 'r1',
    } as const
    const expected = {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: 'n: not here',
        details: { error_code: 'untranslatable' },
      },
      request_id: 'r1',
    }
    // `n` is inside `not`: the name counts only as a word.
    assert.deepEqual(messagesDialect.writeError(error), expected)
    assert.equal(
      messagesDialect.writeStreamError(error),
      `event: error\ndata: ${JSON.stringify(expected)}\n\n`,
    )
    const named = { ...error, message: 'leave out `n`' }
    assert.equal((messagesDialect.writeError(named)['error'] as { message: string }).message, 'leave out `n`')
  })
})
