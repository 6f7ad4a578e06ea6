import { encodeEventStreamEvent } from '../sidecar/streaming/event-stream.ts'
import { httpAnswer, httpJson, httpStream, type Step } from './fake-upstream.ts'

/** A row of the table of cost cases. */
export interface CostCase {
  readonly n: number
  readonly name: string
  readonly provider: string
  readonly model: string
  readonly at: string
  readonly wire: string
  readonly usage: Readonly<Record<string, unknown>>
  readonly tier?: string
  readonly geo?: string
  readonly speed?: string
  readonly web_searches?: number
  /** Fields of the request that the price depends on. */
  readonly asked?: Readonly<Record<string, unknown>>
  /** The model the answer names, where it is not the one asked for. */
  readonly served?: string
  readonly classes: Readonly<Record<string, number>>
  readonly expected_usd: string | null
}

const text = 'Twelve drummers drumming.'

const sse = (data: unknown, event?: string) =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`

const served = (row: CostCase) => row.served ?? row.model

/** What the provider of a case answers, whole or as a stream, with the usage of the case in its place. */
export function costAnswer(row: CostCase, streamed: boolean): Step[] {
  switch (row.wire) {
    case 'openai.chat':
    case 'moonshot.chat':
      return streamed ? httpStream(chatEvents(row)) : httpJson(chatBody(row))
    case 'openai.responses':
      return streamed ? httpStream(responseEvents(row)) : httpJson(response(row))
    case 'anthropic.messages':
    case 'anthropic.stream':
      return streamed ? httpStream(messageEvents(row)) : httpJson(message(row))
    case 'gemini':
      return streamed ? httpStream(geminiEvents(row)) : httpJson(candidate(row, row.usage))
    case 'bedrock.converse':
      return streamed ? converseStream(row) : httpJson(converse(row))
    case 'cohere.chat':
      return streamed ? httpStream(cohereEvents(row)) : httpJson(cohere(row))
    default:
      return httpJson(otherBody(row))
  }
}

/** Wires whose answers can be streamed and asked for in any dialect. */
export const generationWires: ReadonlySet<string> = new Set([
  'openai.chat',
  'moonshot.chat',
  'openai.responses',
  'anthropic.messages',
  'anthropic.stream',
  'gemini',
  'bedrock.converse',
  'cohere.chat',
])

const tierOf = (row: CostCase) => (row.tier === undefined ? {} : { service_tier: row.tier })

/** Where hosts put usage: at the top, except Groq's streams and Moonshot's last choice. */
function chatBody(row: CostCase) {
  const finished = { index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }
  const head = { id: 'c1', object: 'chat.completion', created: 1, model: served(row), ...tierOf(row) }
  return { ...head, choices: [finished], usage: row.usage }
}

function chatEvents(row: CostCase): string[] {
  const head = { id: 'c1', object: 'chat.completion.chunk', created: 1, model: served(row), ...tierOf(row) }
  const chunk = (delta: object, finish: string | null, more: object = {}) =>
    sse({ ...head, choices: [{ index: 0, delta, finish_reason: finish, ...more }] })
  const said = [chunk({ role: 'assistant', content: '' }, null), chunk({ content: text }, null)]
  if (row.provider === 'groq') {
    const last = { ...head, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }
    return [...said, sse({ ...last, x_groq: { id: 'r1', usage: row.usage } }), sse('[DONE]')]
  }
  if (row.wire === 'moonshot.chat') return [...said, chunk({}, 'stop', { usage: row.usage }), sse('[DONE]')]
  return [...said, chunk({}, 'stop'), sse({ ...head, choices: [], usage: row.usage }), sse('[DONE]')]
}

function response(row: CostCase) {
  const searches = Array.from({ length: row.web_searches ?? 0 }, (_, index) => ({
    id: `ws_${index}`,
    type: 'web_search_call',
    status: 'completed',
    action: { type: 'search', query: 'q' },
  }))
  const content = [{ type: 'output_text', text, annotations: [] }]
  const said = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content }
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    model: served(row),
    status: 'completed',
    error: null,
    ...tierOf(row),
    output: [...searches, said],
    usage: row.usage,
  }
}

function responseEvents(row: CostCase): string[] {
  const whole = response(row)
  const shell = { ...whole, status: 'in_progress', output: [], usage: null }
  const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] }
  const events: [string, object][] = [
    ['response.created', { response: shell }],
    ['response.output_item.added', { output_index: 0, item }],
    [
      'response.output_text.delta',
      { item_id: 'msg_1', output_index: 0, content_index: 0, delta: text, logprobs: [] },
    ],
    ['response.output_item.done', { output_index: 0, item: whole.output.at(-1) }],
    ['response.completed', { response: whole }],
  ]
  return events.map(([type, fields], index) => sse({ type, sequence_number: index, ...fields }, type))
}

interface StreamedUsage {
  readonly message_start?: Readonly<Record<string, unknown>>
  readonly message_delta?: Readonly<Record<string, unknown>>
}

/** As Anthropic counts: a stream begins with the input, and its last figures are the whole. */
function streamedUsage(row: CostCase): Required<StreamedUsage> {
  const { message_start: start, message_delta: delta } = row.usage as StreamedUsage
  if (start !== undefined || delta !== undefined)
    return { message_start: start ?? {}, message_delta: delta ?? {} }
  const { iterations: _, ...early } = row.usage
  return { message_start: { ...early, output_tokens: 1 }, message_delta: row.usage }
}

function message(row: CostCase) {
  const { message_start: start, message_delta: delta } = streamedUsage(row)
  const stated = Object.entries(delta).filter(([, value]) => value !== null)
  const usage = { ...start, ...Object.fromEntries(stated) }
  const said = { role: 'assistant', model: served(row), content: [{ type: 'text', text }] }
  return { id: 'msg_1', type: 'message', ...said, stop_reason: 'end_turn', stop_sequence: null, usage }
}

function messageEvents(row: CostCase): string[] {
  const { message_start: start, message_delta: delta } = streamedUsage(row)
  const begun = { ...message(row), content: [], stop_reason: null, usage: start }
  const events: [string, object][] = [
    ['message_start', { message: begun }],
    ['content_block_start', { index: 0, content_block: { type: 'text', text: '' } }],
    ['content_block_delta', { index: 0, delta: { type: 'text_delta', text } }],
    ['content_block_stop', { index: 0 }],
    ['message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: delta }],
    ['message_stop', {}],
  ]
  return events.map(([type, fields]) => sse({ type, ...fields }, type))
}

function candidate(row: CostCase, usageMetadata: object | undefined, finish: string | null = 'STOP') {
  return {
    candidates: [
      {
        content: { role: 'model', parts: [{ text }] },
        index: 0,
        ...(finish === null ? {} : { finishReason: finish }),
      },
    ],
    ...(usageMetadata === undefined ? {} : { usageMetadata }),
    modelVersion: served(row),
  }
}

/** Usage is repeated and grows: the last is the whole. */
function geminiEvents(row: CostCase): string[] {
  const early = { ...row.usage, candidatesTokenCount: 1, candidatesTokensDetails: [] }
  return [sse(candidate(row, early, null)), sse(candidate(row, row.usage))]
}

const converseTier = (row: CostCase) => (row.tier === undefined ? {} : { serviceTier: { type: row.tier } })

function converse(row: CostCase) {
  const message = { role: 'assistant', content: [{ text }] }
  return { output: { message }, stopReason: 'end_turn', usage: row.usage, ...converseTier(row) }
}

function converseStream(row: CostCase): Step[] {
  const events: [string, object][] = [
    ['messageStart', { role: 'assistant' }],
    ['contentBlockDelta', { contentBlockIndex: 0, delta: { text } }],
    ['contentBlockStop', { contentBlockIndex: 0 }],
    ['messageStop', { stopReason: 'end_turn' }],
    ['metadata', { usage: row.usage, metrics: { latencyMs: 1 }, ...converseTier(row) }],
  ]
  const frames = events.map(([event, payload]) => encodeEventStreamEvent(event, payload))
  return httpStream(frames, { headers: { 'content-type': 'application/vnd.amazon.eventstream' } })
}

function cohere(row: CostCase) {
  const message = { role: 'assistant', content: [{ type: 'text', text }] }
  return { id: 'c1', finish_reason: 'COMPLETE', message, usage: row.usage }
}

function cohereEvents(row: CostCase): string[] {
  const events: object[] = [
    { id: 'c1', type: 'message-start', delta: { message: { role: 'assistant', content: [] } } },
    { type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } },
    { type: 'content-delta', index: 0, delta: { message: { content: { text } } } },
    { type: 'content-end', index: 0 },
    { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage: row.usage } },
  ]
  return [...events.map((event) => sse(event, (event as { type: string }).type)), sse('[DONE]')]
}

function otherBody(row: CostCase): object {
  const { usage } = row
  const vector = [0.1, 0.2]
  switch (row.wire) {
    case 'openai.embeddings':
      return { object: 'list', model: served(row), data: [{ index: 0, embedding: vector }], usage }
    case 'openai.images':
      return { created: 1, data: [{ b64_json: 'AAAA' }], usage }
    case 'openai.images.flat':
      return { created: 1, data: Array.from({ length: Number(usage['n']) }, () => ({ b64_json: 'AAAA' })) }
    case 'google.predict':
      return {
        predictions: Array.from({ length: Number(usage['n']) }, () => ({
          mimeType: 'image/png',
          bytesBase64Encoded: 'AAAA',
        })),
      }
    case 'openai.moderation':
      return { id: 'modr-1', model: served(row), results: [] }
    case 'openai.transcription':
      return { text, usage }
    case 'gemini.embed':
      return { embedding: { values: vector }, usageMetadata: { promptTokenCount: usage['tokenCount'] } }
    case 'mistral.ocr':
      return { pages: [], model: served(row), usage_info: usage }
    case 'cohere.rerank':
      return { id: 'r1', results: [{ index: 0, relevance_score: 1 }], meta: usage }
    case 'cohere.embed':
      return { id: 'e1', embeddings: { float: [vector] }, texts: ['a'], meta: usage }
    default:
      throw new Error(`no answer for ${row.wire}`)
  }
}

export function speechAnswer(): Step[] {
  return httpAnswer(Buffer.from('sound'), { headers: { 'content-type': 'audio/mpeg' } })
}
