import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isObject, type Json, type JsonObject } from '../../../contract/json.ts'
import { type Random, seededRandom } from '../../../testing/random.ts'
import type { AnswerEvent, FinishReason } from '../../conversation/answer.ts'
import type { AnswerFrame } from '../../dialects/dialect.ts'
import { responsesDialect } from '../../dialects/responses/dialect.ts'
import type { Frame } from '../../streaming/frame.ts'
import { responsesFormat } from './format.ts'
import { openaiQuirks } from './target.fixture.ts'

const texts = ['', 'a', 'Grüße 👋\n\n', 'data: x\r\n', '{"q":', '"\\u2028"', ' ', 'longer text '.repeat(20)]
const reasons: FinishReason[] = ['stop', 'length', 'tool_calls', 'content_filter', 'pause']

function generate(random: Random): AnswerEvent[] {
  const events: AnswerEvent[] = [{ type: 'start', id: 'x', model: 'm' }]
  const pick = () => random.pick(texts)
  let calls = 0
  for (let left = random.int(12); left > 0; left -= 1) {
    switch (random.int(8)) {
      case 0:
      case 1:
        events.push({ type: 'text', choice: 0, text: pick() })
        break
      case 2:
        events.push({ type: 'refusal', choice: 0, text: pick() })
        break
      case 3:
        events.push({ type: 'thinking', choice: 0, text: pick() })
        break
      case 4: {
        const issuer = random.pick(['openai', 'anthropic', 'google'] as const)
        const proof =
          random.int(2) === 0 ? { signature: `s${random.int(99)}` } : { redacted: `r${random.int(99)}` }
        events.push({ type: 'thinking_proof', choice: 0, issuer, ...proof })
        break
      }
      case 5: {
        const signed = random.int(3) === 0 ? { signature: 'sig', issuer: 'google' as const } : {}
        const call = calls++
        events.push({ type: 'tool_call', choice: 0, call, id: `call_${call}`, name: `f${call}`, ...signed })
        break
      }
      case 6:
        if (calls > 0)
          events.push({ type: 'tool_arguments', choice: 0, call: random.int(calls), json: pick() })
        break
      case 7:
        events.push({
          type: 'media',
          choice: 0,
          mediaType: random.pick(['image/png', 'audio/wav']),
          data: 'aGk=',
        })
        break
    }
  }
  const usage: AnswerEvent = {
    type: 'usage',
    usage: {
      classes: { input: 1 + random.int(90), cache_read: 7, cache_write: 3, output: 1 + random.int(50) },
      reasoning: 1,
    },
  }
  const reason = random.pick(reasons)
  const closing: AnswerEvent[] = [{ type: 'finish', choice: 0, reason, raw: reason }]
  if (random.int(4) > 0) closing.splice(random.int(2), 0, usage)
  return [...events, ...closing, { type: 'end' }]
}

const frame: AnswerFrame = {
  requestId: '01890a5d-ac96-774b-bcce-b302099a8057',
  model: 'claude-sonnet-5',
  createdAtMs: 1_764_000_000_999,
  wantsStreamUsage: true,
  estimatedInputTokens: 10,
  body: { model: 'support', input: 'hi', tools: [{ type: 'function', name: 'f0' }], temperature: 0.3 },
  request: {
    model: 'support',
    stream: true,
    wantsStreamUsage: true,
    system: [],
    turns: [],
    tools: [],
    sampling: {},
    dropped: [],
  },
}

function write(events: readonly AnswerEvent[]): string {
  const writer = responsesDialect.streamWriter(frame)
  return events.map((event) => writer.write(event)).join('') + writer.end()
}

function framesOf(sse: string): Frame[] {
  const blocks = sse.split('\n\n')
  assert.equal(blocks.pop(), '', 'a stream ends with a blank line')
  return blocks.map((block) => {
    const lines = block.split('\n')
    const [event = '', data = ''] = lines
    assert.equal(lines.length, 2)
    return { event: event.slice(7), data: data.slice(6), raw: Buffer.from(block), hasData: true }
  })
}

function readStream(frames: readonly Frame[]): AnswerEvent[] {
  const reader = responsesFormat.streamReader(openaiQuirks)
  return frames.flatMap((each) => reader.onFrame(each))
}

/** Joins deltas, so that only what was said counts and not how it was cut. */
function accumulate(events: readonly AnswerEvent[]): unknown {
  const blocks: AnswerEvent[] = []
  const json = new Map<number, string>()
  const rest: AnswerEvent[] = []
  for (const event of events) {
    const last = blocks.at(-1)
    if (event.type === 'tool_arguments') json.set(event.call, (json.get(event.call) ?? '') + event.json)
    else if (
      (event.type === 'text' || event.type === 'refusal' || event.type === 'thinking') &&
      last?.type === event.type
    ) {
      blocks[blocks.length - 1] = { ...last, text: last.text + event.text } as AnswerEvent
    } else if ('choice' in event && event.type !== 'finish') blocks.push(event)
    else rest.push(event)
  }
  return { blocks, json: [...json].sort(), rest }
}

test('what a stream says and what a whole answer says is the same', () => {
  for (let seed = 1; seed <= 400; seed += 1) {
    const events = generate(seededRandom(seed))
    const frames = framesOf(write(events))
    const whole = responsesDialect.writeAnswer(events, frame)
    const streamed = accumulate(readStream(frames))
    assert.deepEqual(streamed, accumulate(responsesFormat.readAnswer(whole, openaiQuirks)), `seed ${seed}`)
  }
})

test('the terminal event of a stream carries the very Response that is given unstreamed', () => {
  for (let seed = 1; seed <= 400; seed += 1) {
    const events = generate(seededRandom(seed))
    const frames = framesOf(write(events))
    const terminal = JSON.parse(frames.at(-1)?.data ?? '') as JsonObject
    const whole = JSON.parse(JSON.stringify(responsesDialect.writeAnswer(events, frame))) as Json
    assert.deepEqual(terminal['response'], whole, `seed ${seed}`)
  }
})

test('text, thinking, calls and usage come back as they were', () => {
  const kept = (events: readonly AnswerEvent[]) => ({
    text: joined(events, 'text'),
    refusal: joined(events, 'refusal'),
    // Separate items of thinking are one block for the reader, unless a proof stands between them.
    thinking: joined(events, 'thinking'),
    calls: events
      .filter((event) => event.type === 'tool_call')
      .map(({ id, name, call }) => ({ id, name, call })),
    usage: events.filter((event) => event.type === 'usage').map((event) => event.usage.classes),
  })
  for (let seed = 1; seed <= 400; seed += 1) {
    const events = generate(seededRandom(seed))
    assert.deepEqual(kept(readStream(framesOf(write(events)))), kept(events), `seed ${seed}`)
  }
})

function joined(events: readonly AnswerEvent[], type: 'text' | 'refusal' | 'thinking'): string {
  return events.map((event) => (event.type === type ? event.text : '')).join('')
}

test('events are numbered without gaps, and every item and part that is opened is closed once', () => {
  for (let seed = 1; seed <= 400; seed += 1) {
    const frames = framesOf(write(generate(seededRandom(seed))))
    const open = new Map<string, number>()
    for (const [index, each] of frames.entries()) {
      const data = JSON.parse(each.data) as JsonObject
      assert.equal(data['sequence_number'], index)
      assert.equal(data['type'], each.event)
      const stage = /\.(added|done)$/.exec(each.event)?.[1]
      if (stage === undefined || !/output_item|_part/.test(each.event)) continue
      const item = isObject(data['item']) ? data['item']['id'] : data['item_id']
      const key = `${each.event.slice(0, -stage.length)} ${item} ${data['content_index']}`
      open.set(key, (open.get(key) ?? 0) + (stage === 'added' ? 1 : -1))
      assert.ok([0, 1].includes(open.get(key) ?? 0), `seed ${seed} ${key}`)
    }
    assert.ok(
      [...open.values()].every((count) => count === 0),
      `seed ${seed}`,
    )
    assert.deepEqual(
      frames.slice(0, 2).map((each) => each.event),
      ['response.created', 'response.in_progress'],
    )
    assert.match(frames.at(-1)?.event ?? '', /^response\.(completed|incomplete)$/)
  }
})

test('a reader that is given garbage neither throws nor invents content', () => {
  const random = seededRandom(7)
  for (let seed = 1; seed <= 200; seed += 1) {
    const frames = framesOf(write(generate(seededRandom(seed))))
    const broken = frames.map((each): Frame => {
      const at = random.int(each.data.length)
      const data = random.int(2) === 0 ? each.data.slice(0, at) : each.data.replace(/"[a-z_]+":/, '"lost":')
      return { ...each, event: random.int(2) === 0 ? '' : each.event, data }
    })
    const reader = responsesFormat.streamReader(openaiQuirks)
    for (const each of broken) reader.onFrame(each)
  }
})
