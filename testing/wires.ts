import type { DialectName } from '../sidecar/dialects/dialect.ts'

/** What one API looks like from both ends: enough to play its provider byte by byte and to judge what a caller got. */
export interface Wire {
  readonly dialect: DialectName
  /** Kind of the provider that speaks it. */
  readonly kind: string
  /** A model with a price. */
  readonly model: string
  baseUrl(origin: string): string
  path(model: string, stream: boolean): string
  body(model: string, stream: boolean): Record<string, unknown>
  /** Events of a complete stream that says this; the first shows nothing yet where the API has such an event. */
  events(words: readonly string[]): string[]
  whole(text: string): Record<string, unknown>
  /** An error as it comes first in a stream that began with 200. */
  readonly overloadedEvent: string
  /** The body that goes with an error status. */
  errorBody(code: string): Record<string, unknown>
  /** The text of a stream as far as it came. */
  text(stream: string): string
  /** The stream says that it is complete. */
  isComplete(stream: string): boolean
  hasError(stream: string): boolean
}

const sse = (data: unknown, event?: string) =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`

function data(stream: string): Record<string, unknown>[] {
  return stream
    .split('\n\n')
    .flatMap((event) => event.split('\n').filter((line) => line.startsWith('data: {')))
    .map((line) => JSON.parse(line.slice(6)))
}

function strings(value: unknown, key: string): string {
  if (Array.isArray(value)) return value.map((item) => strings(item, key)).join('')
  if (typeof value !== 'object' || value === null) return ''
  return Object.entries(value)
    .map(([name, inner]) => (name === key && typeof inner === 'string' ? inner : strings(inner, key)))
    .join('')
}

const chatChunk = (delta: object, finish: string | null = null) =>
  sse({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'gpt-5.6-sol',
    choices: [{ index: 0, delta, finish_reason: finish }],
  })

export const chatUsageChunk = sse({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-5.6-sol',
  choices: [],
  usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
})

export const chatWire: Wire = {
  dialect: 'chat',
  kind: 'openai',
  model: 'gpt-5.6-sol',
  baseUrl: (origin) => `${origin}/v1`,
  path: () => '/v1/chat/completions',
  body: (model, stream) => ({
    model,
    stream,
    messages: [{ role: 'user', content: 'Say hello to the world.' }],
  }),
  events: (words) => [
    chatChunk({ role: 'assistant', content: '' }),
    ...words.map((content) => chatChunk({ content })),
    chatChunk({}, 'stop'),
    sse('[DONE]'),
  ],
  whole: (text) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-5.6-sol',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  }),
  overloadedEvent: sse({ error: { message: 'busy', type: 'server_error', code: 'server_is_overloaded' } }),
  errorBody: (code) => ({ error: { message: 'upstream words', type: 'some_error', param: null, code } }),
  text: (stream) => strings(data(stream), 'content'),
  isComplete: (stream) => stream.includes('data: [DONE]'),
  hasError: (stream) => data(stream).some((event) => event['error'] !== undefined),
}

const responseShell = { id: 'resp_1', object: 'response', created_at: 1, model: 'gpt-5.6-sol' }
const responseMessage = (text: string) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
})
const finishedResponse = (text: string) => ({
  ...responseShell,
  status: 'completed',
  error: null,
  output: [responseMessage(text)],
  usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
})

export const responsesWire: Wire = {
  dialect: 'responses',
  kind: 'openai',
  model: 'gpt-5.6-sol',
  baseUrl: (origin) => `${origin}/v1`,
  path: () => '/v1/responses',
  body: (model, stream) => ({ model, stream, input: 'Say hello to the world.' }),
  events: (words) => {
    const events: [string, object][] = [
      ['response.created', { response: { ...responseShell, status: 'in_progress', output: [] } }],
      [
        'response.output_item.added',
        { output_index: 0, item: { ...responseMessage(''), status: 'in_progress', content: [] } },
      ],
      ...words.map((delta): [string, object] => [
        'response.output_text.delta',
        { item_id: 'msg_1', output_index: 0, content_index: 0, delta },
      ]),
      ['response.output_item.done', { output_index: 0, item: responseMessage(words.join('')) }],
      ['response.completed', { response: finishedResponse(words.join('')) }],
    ]
    return events.map(([type, fields], index) => sse({ type, sequence_number: index, ...fields }, type))
  },
  whole: finishedResponse,
  overloadedEvent: sse(
    { type: 'error', sequence_number: 0, code: 'server_is_overloaded', message: 'busy', param: null },
    'error',
  ),
  errorBody: (code) => ({ error: { message: 'upstream words', type: 'some_error', param: null, code } }),
  text: (stream) =>
    data(stream)
      .filter((event) => event['type'] === 'response.output_text.delta')
      .map((event) => event['delta'])
      .join(''),
  isComplete: (stream) => /event: response\.(completed|incomplete)\n/.test(stream),
  hasError: (stream) => /event: (response\.failed|error)\n/.test(stream),
}

const named = (type: string, fields: object = {}) => sse({ type, ...fields }, type)

export const messagesWire: Wire = {
  dialect: 'messages',
  kind: 'anthropic',
  model: 'claude-sonnet-5',
  baseUrl: (origin) => origin,
  path: () => '/v1/messages',
  body: (model, stream) => ({
    model,
    stream,
    max_tokens: 100,
    messages: [{ role: 'user', content: 'Say hello to the world.' }],
  }),
  events: (words) => [
    named('message_start', {
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude-sonnet-5',
        content: [],
        stop_reason: null,
        usage: { input_tokens: 10, output_tokens: 1 },
      },
    }),
    named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...words.map((text) => named('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
    named('content_block_stop', { index: 0 }),
    named('message_delta', {
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 5 },
    }),
    named('message_stop'),
  ],
  whole: (text) => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-5',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 10, output_tokens: 5 },
  }),
  overloadedEvent: named('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }),
  errorBody: (code) => ({
    type: 'error',
    error: { type: code, message: 'upstream words' },
    request_id: 'req_1',
  }),
  text: (stream) =>
    strings(
      data(stream).map((event) => event['delta']),
      'text',
    ),
  isComplete: (stream) => stream.includes('event: message_stop'),
  hasError: (stream) => stream.includes('event: error'),
}

const candidate = (text: string, finishReason?: string) => ({
  candidates: [
    { content: { role: 'model', parts: [{ text }] }, index: 0, ...(finishReason && { finishReason }) },
  ],
  usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
  modelVersion: 'gemini-2.5-flash',
})

export const geminiWire: Wire = {
  dialect: 'gemini',
  kind: 'gemini',
  model: 'gemini-2.5-flash',
  baseUrl: (origin) => origin,
  path: (model, stream) =>
    `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  body: () => ({ contents: [{ role: 'user', parts: [{ text: 'Say hello to the world.' }] }] }),
  events: (words) => [...words.map((word) => sse(candidate(word))), sse(candidate('', 'STOP'))],
  whole: (text) => candidate(text, 'STOP'),
  overloadedEvent: sse({ error: { code: 503, message: 'busy', status: 'UNAVAILABLE' } }),
  errorBody: (code) => ({ error: { code: 500, message: 'upstream words', status: code } }),
  text: (stream) =>
    strings(
      data(stream).map((event) => event['candidates']),
      'text',
    ),
  isComplete: (stream) => stream.includes('"finishReason"'),
  hasError: (stream) => data(stream).some((event) => event['error'] !== undefined),
}

export const wires: readonly Wire[] = [chatWire, responsesWire, messagesWire, geminiWire]
