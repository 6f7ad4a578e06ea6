import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isObject, type JsonObject } from '../../../contract/json.ts'
import { usageOf } from '../../../contract/usage.ts'
import { type Random, seededRandom } from '../../../testing/random.ts'
import type { AnswerEvent, FinishReason } from '../../conversation/answer.ts'
import type { Reasoning } from '../../conversation/request.ts'
import type { AnswerFrame } from '../dialect.ts'
import { writeAnswer } from './answer.ts'
import { readRequest } from './request.ts'
import { jsonArrayWriter, streamWriter, writeStreamError } from './stream.ts'

const body = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }

function frameWith(reasoning?: Reasoning): AnswerFrame {
  const request = readRequest(body, { model: 'm', stream: true })
  return {
    requestId: 'request-1',
    model: 'some-model',
    createdAtMs: 0,
    wantsStreamUsage: true,
    request: reasoning ? { ...request, reasoning } : request,
    body,
    estimatedInputTokens: 1,
  }
}

const visible = frameWith({ mode: 'on', visible: true })

function streamOf(events: readonly AnswerEvent[], frame: AnswerFrame): string {
  const writer = streamWriter(frame)
  return events.map((event) => writer.write(event)).join('') + writer.end()
}

const bodiesOf = (text: string): JsonObject[] =>
  text
    .split('\n\n')
    .filter((piece) => piece !== '')
    .map((piece) => {
      assert.ok(piece.startsWith('data: '))
      return JSON.parse(piece.slice(6))
    })

/** What a client makes of a stream: parts in order, neighbouring texts joined, the last of everything else. */
function accumulate(frames: readonly JsonObject[]): JsonObject {
  const candidates: JsonObject[] = []
  let rest: JsonObject = {}
  for (const { candidates: found, ...other } of frames) {
    rest = { ...rest, ...other }
    for (const candidate of Array.isArray(found) ? found.filter(isObject) : []) {
      const index = Number(candidate['index'])
      const known = candidates[index] ?? { index, parts: [] }
      candidates[index] = known
      if (candidate['finishReason']) known['finishReason'] = candidate['finishReason']
      const content = candidate['content'] as { parts: JsonObject[] }
      for (const part of content.parts) addPart(known['parts'] as JsonObject[], part)
    }
  }
  return { ...rest, candidates: candidates.filter(Boolean) }
}

function addPart(parts: JsonObject[], part: JsonObject): void {
  if (part['text'] === '' && !part['thoughtSignature']) return
  const last = parts.at(-1)
  const joins =
    last?.['text'] !== undefined &&
    part['text'] !== undefined &&
    last['thought'] === part['thought'] &&
    !last['thoughtSignature']
  if (!joins) parts.push({ ...part })
  else Object.assign(last, part, { text: `${last['text']}${part['text']}` })
}

const reasons: FinishReason[] = ['stop', 'length', 'tool_calls', 'content_filter', 'pause']

/** Any answer a provider could give: several choices at once, calls whose arguments interleave, empty deltas. */
function randomEvents(random: Random): AnswerEvent[] {
  const choices = 1 + random.int(2)
  const events: AnswerEvent[] = [{ type: 'start', id: random.chance(0.5) ? 'id-1' : '', model: 'm' }]
  const calls = [0, 0]
  for (let left = random.int(12); left > 0; left--) {
    const choice = random.int(choices)
    const text = random.pick(['a', 'b c', '', '€😀', '\n\n', 'data: x'])
    const kind = random.int(6)
    if (kind === 0) events.push({ type: 'thinking', choice, text })
    else if (kind === 1) events.push({ type: 'text', choice, text })
    else if (kind === 2)
      events.push({
        type: 'thinking_proof',
        choice,
        signature: 's',
        issuer: random.pick(['anthropic', 'google']),
      })
    else if (kind === 3) events.push({ type: 'media', choice, mediaType: 'image/png', data: 'AA==' })
    else if (kind === 4) events.push({ type: 'refusal', choice, text })
    else events.push(...randomCalls(random, choice, calls))
  }
  for (let choice = 0; choice < choices; choice++) {
    events.push({ type: 'finish', choice, reason: random.pick(reasons), raw: 'x' })
  }
  if (random.chance(0.8)) events.push({ type: 'usage', usage: usageOf({ input: 5, output: 3 }) })
  return [...events, { type: 'end' }]
}

function randomCalls(random: Random, choice: number, calls: number[]): AnswerEvent[] {
  const open: { call: number; rest: string }[] = []
  const events: AnswerEvent[] = []
  for (let count = 1 + random.int(3); count > 0; count--) {
    const call = calls[choice] ?? 0
    calls[choice] = call + 1
    events.push({ type: 'tool_call', choice, call, id: `c${call}`, name: random.pick(['f', 'g']) })
    open.push({ call, rest: random.pick(['', '{}', '{"a":[1,"x}"]}', 'no json']) })
  }
  while (open.some(({ rest }) => rest !== '')) {
    const piece = random.pick(open)
    const length = 1 + random.int(4)
    events.push({ type: 'tool_arguments', choice, call: piece.call, json: piece.rest.slice(0, length) })
    piece.rest = piece.rest.slice(length)
  }
  return events
}

test('a streamed answer, put together, equals the unstreamed one', () => {
  for (let seed = 1; seed <= 500; seed++) {
    const events = randomEvents(seededRandom(seed))
    for (const frame of [frameWith(), visible]) {
      const whole = writeAnswer(events, frame)
      const streamed = bodiesOf(streamOf(events, frame))
      assert.deepEqual(accumulate(streamed), accumulate([whole]), `seed ${seed}`)
    }
  }
})

test('no text, call or medium is lost, moved or given to another choice', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const events = randomEvents(seededRandom(seed))
    const { candidates } = accumulate([writeAnswer(events, visible)]) as { candidates: JsonObject[] }
    for (const candidate of candidates) {
      const own = events.filter((event) => 'choice' in event && event.choice === candidate['index'])
      const written = (candidate['parts'] as JsonObject[]).map(sketchOfPart).join('')
      assert.equal(written, own.map(sketchOfEvent).join(''), `seed ${seed}`)
    }
  }
})

function sketchOfPart(part: JsonObject): string {
  if (isObject(part['functionCall'])) return `<${part['functionCall']['id']}>`
  if (part['inlineData']) return '<media>'
  return part['thought'] === true ? '' : String(part['text'])
}

function sketchOfEvent(event: AnswerEvent): string {
  if (event.type === 'tool_call') return `<${event.id}>`
  if (event.type === 'media') return '<media>'
  return event.type === 'text' || event.type === 'refusal' ? event.text : ''
}

test('only the last frame of a stream says that it finished, and states usage', () => {
  const events: AnswerEvent[] = [
    { type: 'start', id: 'r1', model: 'm' },
    { type: 'text', choice: 0, text: 'Hel' },
    { type: 'text', choice: 0, text: 'lo' },
    { type: 'finish', choice: 0, reason: 'length', raw: 'length' },
    { type: 'usage', usage: usageOf({ input: 7, cache_read: 3, output: 5 }, { reasoning: 2 }) },
    { type: 'end' },
  ]
  const bodies = bodiesOf(streamOf(events, frameWith()))
  assert.deepEqual(
    bodies.map((frame) => JSON.stringify(frame).includes('finishReason')),
    [false, false, true],
  )
  assert.deepEqual(bodies[2], {
    candidates: [{ content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'MAX_TOKENS', index: 0 }],
    usageMetadata: {
      promptTokenCount: 10,
      candidatesTokenCount: 3,
      totalTokenCount: 15,
      cachedContentTokenCount: 3,
      thoughtsTokenCount: 2,
    },
    modelVersion: 'some-model',
    responseId: 'r1',
  })
})

test('calls are written whole, with id, name, arguments and signature', () => {
  const events: AnswerEvent[] = [
    { type: 'tool_call', choice: 0, call: 0, id: 'a', name: 'f', signature: 'c2ln', issuer: 'google' },
    { type: 'tool_arguments', choice: 0, call: 0, json: '{"x":' },
    { type: 'tool_arguments', choice: 0, call: 0, json: '1}' },
    { type: 'finish', choice: 0, reason: 'tool_calls', raw: 'tool_calls' },
  ]
  const answer = writeAnswer(events, frameWith())
  assert.deepEqual(answer['candidates'], [
    {
      content: {
        parts: [{ functionCall: { id: 'a', name: 'f', args: { x: 1 } }, thoughtSignature: 'c2ln' }],
        role: 'model',
      },
      finishReason: 'STOP',
      index: 0,
    },
  ])
})

test('thoughts are shown only to callers who asked for them, and are never answer text', () => {
  const events: AnswerEvent[] = [
    { type: 'thinking', choice: 0, text: 'hm' },
    { type: 'thinking_proof', choice: 0, signature: 'sig', issuer: 'anthropic', id: 't1' },
    { type: 'text', choice: 0, text: 'so' },
  ]
  assert.ok(!JSON.stringify(writeAnswer(events, frameWith())).includes('hm'))
  const answer = writeAnswer(events, visible) as { candidates: [{ content: { parts: JsonObject[] } }] }
  const parts = answer.candidates[0].content.parts
  assert.equal(parts[0]?.['thought'], true)
  assert.equal(parts[1]?.['text'], 'so')
  // Sent back, the proof is the issuer's again.
  const { turns } = readRequest({ contents: [{ role: 'model', parts }] }, { model: 'm' })
  assert.deepEqual(turns[0]?.parts, [
    { type: 'thinking', text: 'hm', signature: 'sig', issuer: 'anthropic', id: 't1' },
    { type: 'text', text: 'so' },
  ])
})

test('usage with sound and images is split by modality', () => {
  const usage = usageOf({
    input: 10,
    input_audio: 4,
    cache_read: 3,
    cache_read_audio: 2,
    output: 5,
    output_image: 6,
  })
  const answer = writeAnswer([{ type: 'usage', usage }], frameWith())
  assert.deepEqual(answer['usageMetadata'], {
    promptTokenCount: 19,
    candidatesTokenCount: 11,
    totalTokenCount: 30,
    cachedContentTokenCount: 5,
    promptTokensDetails: [
      { modality: 'TEXT', tokenCount: 13 },
      { modality: 'AUDIO', tokenCount: 6 },
    ],
    cacheTokensDetails: [
      { modality: 'TEXT', tokenCount: 3 },
      { modality: 'AUDIO', tokenCount: 2 },
    ],
    candidatesTokensDetails: [
      { modality: 'TEXT', tokenCount: 5 },
      { modality: 'IMAGE', tokenCount: 6 },
    ],
  })
})

test('without alt=sse the same frames are one JSON array', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const events = randomEvents(seededRandom(seed))
    const writer = jsonArrayWriter(streamWriter(visible))
    const text = events.map((event) => writer.write(event)).join('') + writer.end()
    assert.deepEqual(JSON.parse(text), bodiesOf(streamOf(events, visible)), `seed ${seed}`)
  }
})

test('an error in a stream is an error object, and no finish follows', () => {
  const error = {
    status: 502,
    kind: 'upstream',
    code: 'upstream_truncated',
    message: 'broke off',
    requestId: 'r',
  } as const
  const [frame] = bodiesOf(writeStreamError(error))
  assert.deepEqual(frame, {
    error: {
      code: 502,
      message: 'broke off',
      status: 'UNAVAILABLE',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'UPSTREAM_TRUNCATED',
          domain: 'sidelight',
          metadata: { requestId: 'r' },
        },
      ],
    },
  })
  const writer = jsonArrayWriter(streamWriter(frameWith()))
  const text = writer.write({ type: 'text', choice: 0, text: 'a' }) + writer.error(error)
  assert.equal(JSON.parse(text).length, 2)
})
