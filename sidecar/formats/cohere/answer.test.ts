import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../contract/json.ts'
import { type Random, seededRandom } from '../../../testing/random.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import { createSseFramer } from '../../streaming/sse.ts'
import type { HostQuirks } from '../format.ts'
import { cohereFormat } from './format.ts'

const quirks = {} as HostQuirks
const usage = {
  billed_units: { input_tokens: 1000, output_tokens: 200 },
  tokens: { input_tokens: 1500, output_tokens: 210 },
}

interface Message {
  toolPlan: string
  content: JsonObject[]
  calls: { id: string; name: string; arguments: string }[]
}

function bodyOf({ toolPlan, content, calls }: Message, reason: string): JsonObject {
  const toolCalls = calls.map(({ id, ...rest }) => ({ id, type: 'function', function: rest }))
  const message = { role: 'assistant', tool_plan: toolPlan, content, tool_calls: toolCalls, citations: [] }
  return { id: 'answer-1', finish_reason: reason, message, usage }
}

/** The stream that says the same as a whole answer, cut into deltas at random. */
function streamOf({ toolPlan, content, calls }: Message, reason: string, random: Random): Buffer {
  const events: JsonObject[] = [
    { id: 'answer-1', type: 'message-start', delta: { message: { role: 'assistant', content: [] } } },
  ]
  const push = (type: string, index: number, message: JsonObject) =>
    events.push({ type, index, delta: { message } })
  for (const piece of pieces(toolPlan, random)) push('tool-plan-delta', 0, { tool_plan: piece })
  content.forEach((block, index) => {
    const kind = block['type'] as 'text' | 'thinking'
    push('content-start', index, { content: { type: kind, [kind]: '' } })
    const deltas = pieces(block[kind] as string, random)
    for (const piece of deltas) push('content-delta', index, { content: { [kind]: piece } })
    if (random.chance(0.3)) push('citation-start', index, { citations: { start: 0, end: 1, text: 'x' } })
    events.push({ type: 'content-end', index })
  })
  calls.forEach(({ id, name, arguments: json }, index) => {
    push('tool-call-start', index, {
      tool_calls: { id, type: 'function', function: { name, arguments: '' } },
    })
    const deltas = json === '{}' ? [] : pieces(json, random)
    for (const piece of deltas)
      push('tool-call-delta', index, { tool_calls: { function: { arguments: piece } } })
    events.push({ type: 'tool-call-end', index })
  })
  events.push({ type: 'message-end', delta: { finish_reason: reason, usage } })
  const frames = events.map((event) => `event: ${event['type']}\ndata: ${JSON.stringify(event)}\n\n`)
  return Buffer.from(`${frames.join('')}data: [DONE]\n\n`)
}

function pieces(text: string, random: Random): string[] {
  const characters = [...text]
  const cut: string[] = []
  while (characters.length > 0) cut.push(characters.splice(0, 1 + random.int(7)).join(''))
  return cut
}

function readStream(chunks: readonly Buffer[]): AnswerEvent[] {
  const framer = createSseFramer()
  const reader = cohereFormat.streamReader(quirks)
  const frames = [...chunks.flatMap((chunk) => framer.push(chunk)), ...framer.end()]
  return frames.filter((frame) => frame.hasData).flatMap((frame) => [...reader.onFrame(frame)])
}

function accumulated(events: readonly AnswerEvent[]): AnswerEvent[] {
  const joined: AnswerEvent[] = []
  for (const event of events) {
    const last = joined.at(-1)
    if ((event.type === 'text' || event.type === 'thinking') && last?.type === event.type) {
      joined[joined.length - 1] = { ...event, text: last.text + event.text }
    } else if (event.type === 'tool_arguments' && last?.type === 'tool_arguments') {
      joined[joined.length - 1] = { ...event, json: last.json + event.json }
    } else joined.push(event)
  }
  return joined
}

function randomMessage(random: Random): Message {
  const text = () => random.pick(['größer', 'ein 🦊 lief', '{"a":1}', ' ', ''])
  const block = (): JsonObject => {
    const type = random.pick(['text', 'thinking'])
    return { type, [type]: text() }
  }
  return {
    toolPlan: random.chance(0.4) ? text() : '',
    content: Array.from({ length: random.int(3) }, block),
    calls: Array.from({ length: random.int(3) }, (_, index) => ({
      id: `call_${index}`,
      name: 'weather',
      arguments: random.pick(['{}', '{"city":"Zürich"}']),
    })),
  }
}

test('a stream, however it was cut, reads to the same content as the whole answer', () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const random = seededRandom(seed)
    const message = randomMessage(random)
    const reason = random.pick(['COMPLETE', 'TOOL_CALL', 'MAX_TOKENS', 'ERROR', 'NEW_REASON'])
    const whole = cohereFormat.readAnswer(bodyOf(message, reason), quirks)
    const streamed = readStream(random.split(streamOf(message, reason, random), 150))
    assert.deepEqual(accumulated(streamed), accumulated(whole), `seed ${seed}`)
  }
})

test('the whole answer: plan and thinking, text, calls, billed usage, finish', () => {
  const message: Message = {
    toolPlan: 'I will look.',
    content: [
      { type: 'thinking', thinking: 'hm' },
      { type: 'text', text: 'Hello' },
    ],
    calls: [{ id: 'c1', name: 'weather', arguments: '' }],
  }
  assert.deepEqual(cohereFormat.readAnswer(bodyOf(message, 'TOOL_CALL'), quirks), [
    { type: 'start', id: 'answer-1', model: '' },
    { type: 'thinking', choice: 0, text: 'I will look.' },
    { type: 'thinking', choice: 0, text: 'hm' },
    { type: 'text', choice: 0, text: 'Hello' },
    { type: 'tool_call', choice: 0, call: 0, id: 'c1', name: 'weather' },
    { type: 'tool_arguments', choice: 0, call: 0, json: '{}' },
    { type: 'usage', usage: { classes: { input: 1000, output: 200 } } },
    { type: 'finish', choice: 0, reason: 'tool_calls', raw: 'TOOL_CALL' },
    { type: 'end' },
  ])
})

test('every finish reason has its meaning; errors and timeouts are failures', () => {
  const empty: Message = { toolPlan: '', content: [], calls: [] }
  const expected: Record<string, string> = {
    COMPLETE: 'stop',
    STOP_SEQUENCE: 'stop',
    MAX_TOKENS: 'length',
    TOOL_CALL: 'tool_calls',
    ERROR_TOXIC: 'content_filter',
    SOMETHING_NEW: 'stop',
    ERROR: 'fault outage',
    TIMEOUT: 'fault slow',
    ERROR_LIMIT: 'fault context_length',
  }
  for (const [reason, meaning] of Object.entries(expected)) {
    const body = bodyOf(empty, reason)
    const last = cohereFormat
      .readAnswer(body, quirks)
      .find(({ type }) => type === 'finish' || type === 'error')
    const found =
      last?.type === 'finish' ? last.reason : last?.type === 'error' && `fault ${last.fault.class}`
    assert.equal(found, meaning, reason)
    assert.equal(cohereFormat.faultIn(body) !== undefined, meaning.startsWith('fault'), reason)
  }
})

test('an error where an event should be ends the stream with its words', () => {
  const [event] = readStream([Buffer.from('data: {"message":"internal error"}\n\n')])
  const fault = { class: 'outage', status: 200, code: 'error_in_200', message: 'internal error' }
  assert.deepEqual(event, { type: 'error', fault })
  const failed = readStream([
    Buffer.from('data: {"type":"message-end","delta":{"finish_reason":"ERROR","error":"broken"}}\n\n'),
  ])
  assert.deepEqual(
    failed.map(({ type }) => type),
    ['error'],
  )
})

test('unknown events, broken JSON and whatever follows the end mean nothing', () => {
  const lines = [
    '{"type":"new-thing","delta":{"message":{"content":{"text":"x"}}}}',
    'not json',
    'null',
    '[]',
  ]
  assert.deepEqual(readStream([Buffer.from(lines.map((line) => `data: ${line}\n\n`).join(''))]), [])
  const message: Message = { toolPlan: '', content: [], calls: [] }
  const twice = streamOf(message, 'COMPLETE', seededRandom(1))
  const events = readStream([twice, twice])
  assert.equal(events.filter(({ type }) => type === 'end').length, 1)
})

test('a summary has id, finish and usage', () => {
  const body = bodyOf({ toolPlan: '', content: [], calls: [] }, 'COMPLETE')
  assert.deepEqual(cohereFormat.summarize(body, quirks), {
    responseId: 'answer-1',
    finishReason: 'COMPLETE',
    usage: { classes: { input: 1000, output: 200 } },
  })
  assert.deepEqual(cohereFormat.summarize('x', quirks), {})
})

const statuses: [status: number, expected: string][] = [
  [400, 'request'],
  [401, 'credentials'],
  [402, 'money'],
  [403, 'credentials'],
  [404, 'model_missing'],
  [422, 'request'],
  [429, 'rate_limit'],
  [498, 'credentials'],
  [499, 'outage'],
  [500, 'outage'],
  [501, 'request'],
  [502, 'outage'],
  [503, 'overloaded'],
  [504, 'slow'],
]

test('the status alone decides the class of an error', () => {
  for (const [status, expected] of statuses) {
    const fault = cohereFormat.readFault(status, {}, { message: 'words' })
    assert.deepEqual(fault, { class: expected, status, code: `http_${status}`, message: 'words' })
  }
  assert.equal(cohereFormat.readFault(429, { 'retry-after': '2' }, undefined).retryAfterMs, 2000)
})
