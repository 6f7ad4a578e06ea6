import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '../../../contract/json.ts'
import { type Random, seededRandom } from '../../../testing/random.ts'
import type { AnswerEvent } from '../../conversation/answer.ts'
import type { Frame } from '../../streaming/frame.ts'
import { faultIn, readAnswer, summarize } from './answer.ts'
import { streamReader } from './stream.ts'

const frameOf = (data: string): Frame => ({ event: '', data, raw: Buffer.from(data), hasData: true })

function readStream(text: string): AnswerEvent[] {
  const reader = streamReader()
  return text
    .split(/\r?\n\r?\n/)
    .filter((piece) => piece !== '')
    .flatMap((piece) => [...reader.onFrame(frameOf(piece.replace(/^data: /, '')))])
}

const sse = (bodies: Json[]): string => bodies.map((body) => `data: ${JSON.stringify(body)}\r\n\r\n`).join('')

const head = { modelVersion: 'gemini-3.5-flash', responseId: 'r1' }
const candidate = (parts: JsonObject[], more: JsonObject = {}): JsonObject => ({
  content: { parts, role: 'model' },
  index: 0,
  ...more,
})

test('a whole answer is read in order, with thoughts, calls and usage apart', () => {
  const body = {
    ...head,
    candidates: [
      candidate(
        [
          { text: 'hm', thought: true },
          { text: 'so', thoughtSignature: 'c2ln' },
          { functionCall: { id: 'a', name: 'f', args: { x: 1 } }, thoughtSignature: 'c2lnMg==' },
          { inlineData: { mimeType: 'image/png', data: 'AA==' } },
        ],
        { finishReason: 'STOP' },
      ),
    ],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, thoughtsTokenCount: 1 },
  }
  assert.deepEqual(readAnswer(body), [
    { type: 'start', id: 'r1', model: 'gemini-3.5-flash' },
    { type: 'thinking', choice: 0, text: 'hm' },
    { type: 'text', choice: 0, text: 'so' },
    { type: 'thinking_proof', choice: 0, signature: 'c2ln', issuer: 'google' },
    { type: 'tool_call', choice: 0, call: 0, id: 'a', name: 'f', signature: 'c2lnMg==', issuer: 'google' },
    { type: 'tool_arguments', choice: 0, call: 0, json: '{"x":1}' },
    { type: 'media', choice: 0, mediaType: 'image/png', data: 'AA==' },
    { type: 'finish', choice: 0, reason: 'tool_calls', raw: 'STOP' },
    { type: 'usage', usage: { classes: { input: 3, output: 3 }, reasoning: 1 } },
  ])
  assert.deepEqual(summarize(body), {
    model: 'gemini-3.5-flash',
    responseId: 'r1',
    finishReason: 'STOP',
    usage: { classes: { input: 3, output: 3 }, reasoning: 1 },
  })
})

test('parallel calls that come one per frame are numbered, and get different ids', () => {
  const call = (name: string): Json => ({
    ...head,
    candidates: [candidate([{ functionCall: { name, args: {} } }])],
  })
  const events = readStream(
    sse([call('f'), call('f'), { ...head, candidates: [candidate([], { finishReason: 'STOP' })] }]),
  )
  const calls = events.filter((event) => event.type === 'tool_call')
  assert.deepEqual(
    calls.map(({ call: number, name }) => [number, name]),
    [
      [0, 'f'],
      [1, 'f'],
    ],
  )
  const [first, second] = calls.map(({ id }) => id)
  assert.notEqual(first, second)
  assert.ok(first && first.length <= 40)
  assert.deepEqual(events.at(-1), { type: 'finish', choice: 0, reason: 'tool_calls', raw: 'STOP' })
})

test('every finish reason has its meaning, and unknown ones are a stop with their own name', () => {
  const reason = (finishReason: string) => {
    const event = readAnswer({ ...head, candidates: [candidate([{ text: 'a' }], { finishReason })] }).find(
      ({ type }) => type === 'finish' || type === 'error',
    )
    return event?.type === 'finish' ? event.reason : event?.type
  }
  assert.equal(reason('STOP'), 'stop')
  assert.equal(reason('MAX_TOKENS'), 'length')
  for (const filtered of [
    'SAFETY',
    'RECITATION',
    'BLOCKLIST',
    'PROHIBITED_CONTENT',
    'SPII',
    'IMAGE_SAFETY',
    'IMAGE_NEW',
  ]) {
    assert.equal(reason(filtered), 'content_filter', filtered)
  }
  for (const failed of [
    'MALFORMED_FUNCTION_CALL',
    'UNEXPECTED_TOOL_CALL',
    'TOO_MANY_TOOL_CALLS',
    'MALFORMED_RESPONSE',
  ]) {
    assert.equal(reason(failed), 'error', failed)
  }
  for (const other of ['OTHER', 'LANGUAGE', 'NO_IMAGE', 'BRAND_NEW'])
    assert.equal(reason(other), 'stop', other)
})

test('a failed call is a fault that may be retried', () => {
  const body = { ...head, candidates: [{ finishReason: 'MALFORMED_FUNCTION_CALL', index: 0 }] }
  assert.equal(faultIn(body)?.class, 'outage')
  assert.equal(faultIn(body)?.code, 'malformed_function_call')
})

test('a blocked prompt is a content filter', () => {
  const body = {
    ...head,
    promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
    usageMetadata: { promptTokenCount: 4 },
  }
  const events = readAnswer(body)
  assert.deepEqual(events[1], {
    type: 'finish',
    choice: 0,
    reason: 'content_filter',
    raw: 'PROHIBITED_CONTENT',
  })
  assert.equal(summarize(body).finishReason, 'PROHIBITED_CONTENT')
  assert.equal(faultIn(body), undefined)
})

test('an error inside a 200 is a fault, also in a list, also in a stream', () => {
  const error = { error: { code: 503, status: 'UNAVAILABLE', message: 'later' } }
  const fault = { class: 'overloaded', status: 200, code: 'UNAVAILABLE', message: 'later' }
  assert.deepEqual(faultIn(error), fault)
  assert.deepEqual(faultIn([error]), fault)
  assert.deepEqual(readStream(sse([error])), [{ type: 'error', fault }])
  assert.deepEqual(readStream(sse([[error]])), [{ type: 'error', fault }])
})

test('usage repeats and grows: the last one counts', () => {
  const frame = (count: number): Json => ({
    ...head,
    candidates: [candidate([{ text: 'a' }])],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: count },
  })
  const usages = readStream(sse([frame(1), frame(2), frame(9)])).filter((event) => event.type === 'usage')
  assert.deepEqual(usages.at(-1)?.usage.classes, { input: 3, output: 9 })
})

test('a stream ends with its finish and without an end event', () => {
  const events = readStream(
    sse([{ ...head, candidates: [candidate([{ text: 'a' }], { finishReason: 'STOP' })] }]),
  )
  assert.deepEqual(
    events.map(({ type }) => type),
    ['start', 'text', 'finish'],
  )
})

/** An answer as Google would stream it, and the same answer whole. */
function randomAnswer(random: Random): { whole: JsonObject; frames: JsonObject[] } {
  const parts: JsonObject[] = []
  for (let left = random.int(8); left > 0; left--) {
    const kind = random.int(4)
    if (kind === 0)
      parts.push({ functionCall: { name: random.pick(['f', 'g']), args: { n: random.int(9) } } })
    else if (kind === 1) parts.push({ inlineData: { mimeType: 'image/png', data: 'AA==' } })
    else parts.push({ text: random.pick(['a', '€😀', 'x\n\ny']), ...(kind === 2 ? { thought: true } : {}) })
  }
  const finishReason = random.pick(['STOP', 'MAX_TOKENS', 'SAFETY'])
  const usageMetadata = { promptTokenCount: 5, candidatesTokenCount: parts.length }
  const whole = { ...head, candidates: [candidate(parts, { finishReason })], usageMetadata }
  const frames: JsonObject[] = parts.map((part) => ({ ...head, candidates: [candidate([part])] }))
  frames.push({ ...head, candidates: [{ finishReason, index: 0 }] }, { ...head, usageMetadata })
  return { whole, frames }
}

test('a streamed answer reads like the unstreamed one', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const { whole, frames } = randomAnswer(seededRandom(seed))
    assert.deepEqual(readStream(sse(frames)), readAnswer(whole), `seed ${seed}`)
    // The same frames in one list are the same stream without alt=sse.
    assert.deepEqual(readAnswer(frames), readAnswer(whole), `seed ${seed}`)
    assert.deepEqual(summarize(frames), summarize(whole), `seed ${seed}`)
  }
})

test('nothing a provider sends makes the readers throw', () => {
  const odd: Json[] = [
    null,
    'text',
    1,
    [],
    {},
    { candidates: null },
    {
      candidates: [
        null,
        1,
        { content: 'x' },
        { content: { parts: [null, 1, { text: 1 }, { functionCall: {} }] } },
      ],
    },
    { usageMetadata: 'x', promptFeedback: [] },
    { error: 'text' },
    { error: { code: 'x', details: [null, { '@type': 1 }] } },
  ]
  for (const body of odd) {
    readAnswer(body)
    summarize(body)
    faultIn(body)
    streamReader().onFrame(frameOf(JSON.stringify(body)))
  }
  assert.deepEqual(streamReader().onFrame(frameOf('{broken')), [])
})

test('a stream states the usage of its first frame before the words in it', () => {
  const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 1 }
  const frames = [
    { ...head, candidates: [candidate([{ text: 'a' }])], usageMetadata },
    { ...head, candidates: [candidate([{ text: 'b' }], { finishReason: 'STOP' })], usageMetadata },
  ]
  assert.deepEqual(
    readStream(sse(frames)).map((event) => event.type),
    ['start', 'usage', 'text', 'text', 'finish', 'usage'],
  )
})
