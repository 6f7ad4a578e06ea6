import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream'
import { type Random, seededRandom } from '../../../testing/random.ts'
import type { AnswerEvent, FinishReason } from '../../conversation/answer.ts'
import type { HostQuirks } from '../../formats/format.ts'
import { messagesFormat } from '../../formats/messages/format.ts'
import type { Frame } from '../../streaming/frame.ts'
import type { AnswerFrame } from '../dialect.ts'
import { messagesDialect } from './dialect.ts'

/** Nothing in this format depends on them. */
const quirks: HostQuirks = {
  maxField: 'max_tokens',
  developerRole: false,
  reasoning: 'none',
  streamOptions: false,
  strictTools: true,
  store: false,
  reasoningOutsideCompletion: false,
  shortToolIds: false,
  seedField: 'seed',
  responses: false,
}

const frame: AnswerFrame = {
  requestId: '0192-abc',
  model: 'claude-x',
  createdAtMs: 0,
  wantsStreamUsage: true,
  request: {
    model: 'm',
    stream: true,
    wantsStreamUsage: true,
    system: [],
    turns: [],
    tools: [],
    sampling: {},
    dropped: [],
  },
  body: {},
  estimatedInputTokens: 7,
}

const texts = ['a', 'Hello ', 'wörld ', '😀', '\n\n', '{"x":', '\u2028', 'data: trap\n\n', ' ', '"}}', '\\']

/** Any order of content a provider may send, tool arguments cut and interleaved at will. */
function randomEvents(random: Random): AnswerEvent[] {
  const events: AnswerEvent[] = [{ type: 'start', id: random.pick(['', 'resp_1']), model: 'served' }]
  const running: { call: number; rest: string }[] = []
  let calls = 0
  for (let step = random.int(14); step > 0; step -= 1) {
    switch (random.int(7)) {
      case 0:
      case 1:
        events.push({ type: 'text', choice: 0, text: random.pick(texts) })
        break
      case 2:
        events.push({ type: 'thinking', choice: 0, text: random.pick(texts) })
        break
      case 3:
        events.push(random.pick(proofs))
        break
      case 4: {
        events.push({ type: 'tool_call', choice: 0, call: calls, id: `c${calls}`, name: 'look' })
        const value = { q: random.pick(texts), deep: [{ n: random.int(9) }, '}', '\\"'] }
        running.push({ call: calls, rest: random.chance(0.2) ? '' : JSON.stringify(value) })
        calls += 1
        break
      }
      case 5:
        events.push({ type: 'media', choice: 0, mediaType: 'image/png', data: 'iVBORw0KGgo=' })
        break
      default:
        events.push({ type: 'text', choice: 1, text: 'another choice' })
    }
    if (running.length > 0) events.push(...someArguments(running, random))
  }
  for (const tool of running)
    events.push({ type: 'tool_arguments', choice: 0, call: tool.call, json: tool.rest })
  return [...events, ...ending(random, calls > 0)]
}

const proofs: readonly AnswerEvent[] = [
  { type: 'thinking_proof', choice: 0, signature: 'sig', issuer: 'anthropic' },
  { type: 'thinking_proof', choice: 0, redacted: 'enc', issuer: 'anthropic' },
]

function someArguments(running: { call: number; rest: string }[], random: Random): AnswerEvent[] {
  const tool = random.pick(running)
  const length = random.int(tool.rest.length + 1)
  const json = tool.rest.slice(0, length)
  tool.rest = tool.rest.slice(length)
  const part: AnswerEvent = { type: 'tool_arguments', choice: 0, call: tool.call, json }
  // Some hosts repeat the name with every piece.
  const again: AnswerEvent = {
    type: 'tool_call',
    choice: 0,
    call: tool.call,
    id: `c${tool.call}`,
    name: 'look',
  }
  return random.chance(0.2) ? [again, part] : [part]
}

function ending(random: Random, hasCalls: boolean): AnswerEvent[] {
  const plain: readonly FinishReason[] = ['stop', 'length', 'content_filter', 'pause']
  const reason = hasCalls ? 'tool_calls' : random.pick(plain)
  const finish: AnswerEvent = { type: 'finish', choice: 0, reason, raw: 'x' }
  const classes = {
    input: 1 + random.int(99),
    cache_read: 5,
    cache_write: 2,
    cache_write_1h: 3,
    output: 8,
    web_searches: 1,
  }
  const usage: AnswerEvent = {
    type: 'usage',
    usage: { classes, reasoning: 4, geo: 'us', serviceTier: 'standard' },
  }
  return random.chance(0.5) ? [finish, usage, { type: 'end' }] : [usage, finish, { type: 'end' }]
}

interface Accumulated {
  readonly content: Record<string, unknown>[]
  finish: string
  usage: unknown
}

/** What a caller ends up with, written here a second time so that writer and reader are checked by neither. */
function accumulate(events: readonly AnswerEvent[]): Accumulated {
  const result: Accumulated = { content: [], finish: '', usage: undefined }
  const calls = new Map<number, { arguments: string }>()
  for (const event of events) {
    const last = result.content.at(-1)
    if ('choice' in event && event.choice !== 0) continue
    if (event.type === 'text' && event.text !== '') {
      if (last?.['type'] === 'text') last['text'] += event.text
      else result.content.push({ type: 'text', text: event.text })
    } else if (event.type === 'thinking' && event.text !== '') {
      if (last?.['type'] === 'thinking' && last['signature'] === undefined) last['text'] += event.text
      else result.content.push({ type: 'thinking', text: event.text })
    } else if (event.type === 'thinking_proof') {
      const isOpen = last?.['type'] === 'thinking' && last['signature'] === undefined
      if (event.redacted !== undefined) result.content.push({ type: 'redacted', data: event.redacted })
      else if (isOpen) last['signature'] = event.signature
      else result.content.push({ type: 'thinking', text: '', signature: event.signature })
    } else if (event.type === 'tool_call') {
      if (calls.has(event.call)) continue
      const call = { type: 'tool_call', id: event.id, name: event.name, arguments: '' }
      calls.set(event.call, call)
      result.content.push(call)
    } else if (event.type === 'tool_arguments') {
      const call = calls.get(event.call)
      if (call !== undefined) call.arguments += event.json
    } else if (event.type === 'media') result.content.push({ type: 'media', data: event.data })
    else if (event.type === 'finish') result.finish = event.reason
    else if (event.type === 'usage') result.usage = event.usage
  }
  for (const call of calls.values()) call.arguments = JSON.stringify(JSON.parse(call.arguments || '{}'))
  return result
}

function streamed(events: readonly AnswerEvent[]): string {
  const writer = messagesDialect.streamWriter(frame)
  return events.map((event) => writer.write(event)).join('') + writer.end()
}

function framesOf(text: string, withEvent = true): Frame[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .map((raw) => {
      const [event = '', data = ''] = raw.split('\n')
      return {
        event: withEvent ? event.slice('event: '.length) : '',
        data: data.slice('data: '.length),
        raw: Buffer.from(`${raw}\n\n`),
        hasData: true,
      }
    })
}

function readStream(frames: readonly Frame[]): AnswerEvent[] {
  const reader = messagesFormat.streamReader(quirks)
  return frames.flatMap((one) => [...reader.onFrame(one)])
}

/** The grammar of the stream: blocks numbered, one at a time, everything closed before the end. */
function checkGrammar(frames: readonly Frame[]): void {
  let open: number | undefined
  let next = 0
  for (const [position, { event, data }] of frames.entries()) {
    const { type, index } = JSON.parse(data)
    assert.equal(type, event)
    assert.equal(event === 'message_start', position === 0)
    assert.equal(event === 'message_delta', position === frames.length - 2)
    assert.equal(event === 'message_stop', position === frames.length - 1)
    if (event === 'content_block_start') {
      assert.equal(open, undefined)
      assert.equal(index, next)
      open = next
      next += 1
    } else if (event.startsWith('content_block_')) assert.equal(index, open)
    if (event === 'content_block_stop') open = undefined
  }
  assert.equal(open, undefined)
}

describe('answers in the Messages dialect', () => {
  it('say the same streamed and whole, whatever order the provider sent things in', () => {
    for (let seed = 1; seed <= 400; seed += 1) {
      const events = randomEvents(seededRandom(seed))
      const frames = framesOf(streamed(events))
      checkGrammar(frames)
      const whole = messagesFormat.readAnswer(messagesDialect.writeAnswer(events, frame), quirks)
      const expected = accumulate(events)
      assert.deepEqual(accumulate(readStream(frames)), expected, `streamed, seed ${seed}`)
      assert.deepEqual(accumulate(whole), expected, `whole, seed ${seed}`)
    }
  })

  it('are read the same from events without an event line', () => {
    const events = randomEvents(seededRandom(5))
    const text = streamed(events)
    assert.deepEqual(readStream(framesOf(text, false)), readStream(framesOf(text)))
  })

  it("are put together by Anthropic's own SDK to what the whole answer says", async () => {
    for (const seed of [2, 11, 23, 42]) {
      const events = randomEvents(seededRandom(seed)).filter((event) => event.type !== 'media')
      const lines = framesOf(streamed(events)).map(({ data }) => `${data}\n`)
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const line of lines) controller.enqueue(new TextEncoder().encode(line))
          controller.close()
        },
      })
      const message = await MessageStream.fromReadableStream(body).finalMessage()
      const whole = JSON.parse(JSON.stringify(messagesDialect.writeAnswer(events, frame)))
      assert.deepEqual(JSON.parse(JSON.stringify(message.content)), whole.content)
      assert.equal(message.stop_reason, whole.stop_reason)
      assert.equal(message.usage.output_tokens, whole.usage.output_tokens)
      assert.equal(message.usage.input_tokens, whole.usage.input_tokens)
    }
  })
})
