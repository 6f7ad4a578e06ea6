import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '../../../contract/json.ts'
import { type Random, seededRandom } from '../../../testing/random.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import {
  createEventStreamFramer,
  encodeEventStreamEvent,
  encodeEventStreamMessage,
} from '../../streaming/event-stream.ts'
import type { HostQuirks } from '../format.ts'
import { converseFormat } from './format.ts'

const quirks = {} as HostQuirks
const usage = { inputTokens: 12, outputTokens: 34, totalTokens: 46 }

function bodyOf(content: JsonObject[], stopReason: string): JsonObject {
  return { output: { message: { role: 'assistant', content } }, stopReason, usage, metrics: { latencyMs: 5 } }
}

/** The stream that says the same as a whole answer, cut into deltas at random. */
function streamOf(content: readonly JsonObject[], stopReason: string, random: Random): Buffer {
  const messages = [encodeEventStreamEvent('messageStart', { role: 'assistant' })]
  content.forEach((block, contentBlockIndex) => {
    const toolUse = block['toolUse'] as JsonObject | undefined
    if (toolUse !== undefined) {
      const { input: _, ...head } = toolUse
      const start = { start: { toolUse: head }, contentBlockIndex }
      messages.push(encodeEventStreamEvent('contentBlockStart', start))
    }
    for (const delta of deltasOf(block, random)) {
      messages.push(encodeEventStreamEvent('contentBlockDelta', { delta, contentBlockIndex }))
    }
    messages.push(encodeEventStreamEvent('contentBlockStop', { contentBlockIndex }))
  })
  messages.push(encodeEventStreamEvent('messageStop', { stopReason }))
  messages.push(encodeEventStreamEvent('metadata', { usage, metrics: { latencyMs: 5 } }))
  return Buffer.concat(messages)
}

function deltasOf(block: JsonObject, random: Random): JsonObject[] {
  if (typeof block['text'] === 'string') return pieces(block['text'], random).map((text) => ({ text }))
  const toolUse = block['toolUse'] as JsonObject | undefined
  if (toolUse !== undefined) {
    const json = JSON.stringify(toolUse['input'])
    const parts = json === '{}' ? [''] : pieces(json, random)
    return parts.map((input) => ({ toolUse: { input } }))
  }
  const reasoning = block['reasoningContent'] as JsonObject
  const redactedContent = reasoning['redactedContent']
  if (redactedContent !== undefined) return [{ reasoningContent: { redactedContent } }]
  const { text, signature } = reasoning['reasoningText'] as { text: string; signature: string }
  const texts = pieces(text, random).map((piece) => ({ reasoningContent: { text: piece } }))
  return [...texts, { reasoningContent: { signature } }]
}

function pieces(text: string, random: Random): string[] {
  const characters = [...text]
  const cut: string[] = []
  while (characters.length > 0) cut.push(characters.splice(0, 1 + random.int(7)).join(''))
  return cut
}

function readStream(bytes: readonly Buffer[]): AnswerEvent[] {
  const framer = createEventStreamFramer()
  const reader = converseFormat.streamReader(quirks)
  const frames = [...bytes.flatMap((chunk) => framer.push(chunk)), ...framer.end()]
  return frames.filter((frame) => frame.hasData).flatMap((frame) => [...reader.onFrame(frame)])
}

/** Deltas in a row are one block; usage may stand anywhere. */
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
  return [...joined.filter(({ type }) => type !== 'usage'), ...joined.filter(({ type }) => type === 'usage')]
}

function randomBlock(random: Random): JsonObject {
  const text = random.pick(['größer', 'ein 🦊 lief', '{"a":1}', ' '])
  switch (random.int(4)) {
    case 0:
      return { text }
    case 1:
      return { reasoningContent: { reasoningText: { text, signature: `sig${random.int(9)}==` } } }
    case 2:
      return { reasoningContent: { redactedContent: random.bytes(7).toString('base64') } }
    default: {
      const input: JsonObject = random.chance(0.3) ? {} : { city: text, days: random.int(9) }
      return { toolUse: { toolUseId: `t${random.int(99)}`, name: 'weather', input } }
    }
  }
}

test('a stream, however it was cut, reads to the same content as the whole answer', () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const random = seededRandom(seed)
    const content = Array.from({ length: random.int(6) }, () => randomBlock(random))
    const stop = random.pick(['end_turn', 'tool_use', 'max_tokens', 'guardrail_intervened', 'new_reason'])
    const whole = converseFormat.readAnswer(bodyOf(content, stop), quirks)
    const streamed = readStream(random.split(streamOf(content, stop, random), 200))
    assert.deepEqual(accumulated(streamed), accumulated(whole), `seed ${seed}`)
  }
})

test('the whole answer gives its content in order, then usage, finish and end', () => {
  const content: JsonObject[] = [
    { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } },
    { citationsContent: { content: [{ text: 'cited' }], citations: [] } },
    { toolUse: { toolUseId: 'srv', name: 'search', input: {}, type: 'server_tool_use' } },
    { toolUse: { toolUseId: 't1', name: 'weather', input: { a: 1 } } },
    { somethingNew: { text: 'x' } },
    { image: { format: 'png', source: { bytes: 'AAAA' } } },
  ]
  assert.deepEqual(converseFormat.readAnswer(bodyOf(content, 'tool_use'), quirks), [
    { type: 'start', id: '', model: '' },
    { type: 'thinking', choice: 0, text: 'hm' },
    { type: 'thinking_proof', choice: 0, signature: 's', issuer: 'bedrock' },
    { type: 'text', choice: 0, text: 'cited' },
    { type: 'tool_call', choice: 0, call: 0, id: 't1', name: 'weather' },
    { type: 'tool_arguments', choice: 0, call: 0, json: '{"a":1}' },
    { type: 'media', choice: 0, mediaType: 'image/png', data: 'AAAA' },
    { type: 'usage', usage: { classes: { input: 12, output: 34 } } },
    { type: 'finish', choice: 0, reason: 'tool_calls', raw: 'tool_use' },
    { type: 'end' },
  ])
})

test('every stop reason has its meaning; malformed output is a failure', () => {
  const reasons: Record<string, string> = {
    end_turn: 'stop',
    stop_sequence: 'stop',
    tool_use: 'tool_calls',
    max_tokens: 'length',
    model_context_window_exceeded: 'length',
    content_filtered: 'content_filter',
    guardrail_intervened: 'content_filter',
    something_new: 'stop',
    constructor: 'stop',
  }
  for (const [stop, expected] of Object.entries(reasons)) {
    const events = converseFormat.readAnswer(bodyOf([{ text: 'x' }], stop), quirks)
    const finish = events.find((event) => event.type === 'finish')
    assert.equal(finish?.type === 'finish' && finish.reason, expected, stop)
  }
  for (const stop of ['malformed_model_output', 'malformed_tool_use']) {
    const whole = converseFormat.readAnswer(bodyOf([{ text: 'x' }], stop), quirks)
    const streamed = readStream([streamOf([{ text: 'x' }], stop, seededRandom(1))])
    for (const events of [whole, streamed]) {
      assert.ok(events.some((event) => event.type === 'error' && event.fault.code === stop))
      assert.ok(!events.some((event) => event.type === 'end' || event.type === 'finish'))
    }
  }
})

test('the stream ends with metadata, so a stream cut off before it has no end', () => {
  const bytes = streamOf([{ text: 'hello' }], 'end_turn', seededRandom(3))
  assert.deepEqual(
    readStream([bytes])
      .slice(-3)
      .map(({ type }) => type),
    ['finish', 'usage', 'end'],
  )
  for (let cut = 1; cut < bytes.length; cut += 7) {
    assert.ok(!readStream([bytes.subarray(0, cut)]).some(({ type }) => type === 'end'))
  }
})

test('an exception inside the stream is an error event with its class', () => {
  const exception = encodeEventStreamMessage(
    { ':message-type': 'exception', ':exception-type': 'throttlingException' },
    '{"message":"slow down"}',
  )
  const fault = { class: 'rate_limit', status: 200, code: 'ThrottlingException', message: 'slow down' }
  assert.deepEqual(readStream([exception]), [{ type: 'error', fault }])
  const unmodelled = encodeEventStreamMessage({ ':message-type': 'error', ':error-code': 'internal' }, '')
  const [event] = readStream([unmodelled])
  assert.equal(event?.type === 'error' && event.fault.class, 'outage')
})

test('unknown events and payloads that are not JSON are stepped over', () => {
  const bytes = [
    encodeEventStreamEvent('somethingNew', { a: 1 }),
    encodeEventStreamMessage({ ':message-type': 'event', ':event-type': 'metadata' }, 'not json'),
    encodeEventStreamEvent('contentBlockDelta', null),
    encodeEventStreamEvent('contentBlockDelta', { delta: { text: 'late start' } }),
  ]
  assert.deepEqual(readStream(bytes), [
    { type: 'start', id: '', model: '' },
    { type: 'text', choice: 0, text: 'late start' },
  ])
})

test('a summary has usage, served tier and finish without reading content', () => {
  const body: Json = { ...bodyOf([{ text: 'x' }], 'end_turn'), serviceTier: { type: 'flex' } }
  assert.deepEqual(converseFormat.summarize(body, quirks), {
    finishReason: 'end_turn',
    usage: { classes: { input: 12, output: 34 }, serviceTier: 'flex' },
  })
  assert.deepEqual(converseFormat.summarize(null, quirks), {})
})
