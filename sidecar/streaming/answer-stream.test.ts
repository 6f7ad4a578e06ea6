import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../testing/random.ts'
import { chatUsageChunk, chatWire, wires } from '../../testing/wires.ts'
import type { AnswerEvent } from '../conversation/answer.ts'
import type { Fault } from '../conversation/fault.ts'
import { formats } from '../formats/registry.ts'
import { framerFor, PassLane } from '../lanes/pass.ts'
import { defaultQuirks } from '../providers/openai-compatible/hosts.ts'
import type { Exchange } from '../upstream/exchange.ts'
import { AnswerStream } from './answer-stream.ts'
import type { Frame } from './frame.ts'

interface Seen {
  bytes: Buffer
  end: 'open' | 'complete' | Fault
  said: Frame | undefined
  aborted: string
}

/** A stream of one format that collects what a caller would get. */
function collecting(
  format: keyof typeof formats,
  options: { addedUsage?: boolean; jsonArray?: boolean } = {},
) {
  const lane = new PassLane({
    format: formats[format],
    quirks: defaultQuirks,
    body: undefined,
    dropped: [],
    addedUsage: options.addedUsage ?? false,
    jsonArray: options.jsonArray ?? false,
    impliedUsage: undefined,
    summarize: () => ({}),
    streamOf: () => undefined,
  })
  const seen: Seen = { bytes: Buffer.alloc(0), end: 'open', said: undefined, aborted: '' }
  const exchange = { abort: (code: string) => (seen.aborted = code) } as unknown as Exchange
  const stream = new AnswerStream(exchange, lane.framer(), lane.streamReader())
  const attach = () =>
    stream.attach({
      onBytes: () => {},
      onFrames: (frames: readonly Frame[], events: readonly (readonly AnswerEvent[])[]) => {
        const shown = frames.filter((frame, index) => !lane.hides(frame, events[index] ?? []))
        seen.bytes = Buffer.concat([seen.bytes, ...shown.map((frame) => frame.raw)])
      },
      onComplete: () => (seen.end = 'complete'),
      onBroken: (fault, said) => {
        seen.end = fault
        seen.said = said
      },
    })
  return { stream, seen, attach }
}

const finish = /finish_reason":"stop"|stop_reason":"end_turn"|finishReason":"STOP"/

/** Everything a provider may put between the events that are known. */
const strange = [
  ': OPENROUTER PROCESSING\n\n',
  'event: brand_new_event\r\ndata: {"type":"brand_new_event","n":12345678901234567890}\r\n\r\n',
  'id: 7\nretry: 100\ndata: {"é":"\ud83d\ude00"}\n\n',
  '\n',
  'data:{"no":"space"}\n\n',
]

function strangeStream(events: readonly string[]): Buffer {
  return Buffer.from(
    events.flatMap((event, index) => [strange[index % strange.length] ?? '', event]).join(''),
  )
}

for (const wire of wires) {
  const whole = strangeStream(wire.events(['Hel', 'lo \ud83d\ude00']))

  test(`${wire.dialect}: the caller gets the provider's bytes wherever a break falls`, () => {
    for (let at = 0; at <= whole.length; at += 1) {
      const { stream, seen, attach } = collecting(wire.dialect)
      attach()
      stream.onData(whole.subarray(0, at))
      stream.onData(whole.subarray(at))
      stream.onEnd()
      assert.deepEqual(seen.bytes, whole, `break at ${at}`)
      assert.equal(seen.end, 'complete')
    }
  })

  test(`${wire.dialect}: byte by byte, held or not, the bytes are the same`, async () => {
    for (const attachAt of [0, 10, whole.length]) {
      const { stream, seen, attach } = collecting(wire.dialect)
      for (let at = 0; at < whole.length; at += 1) {
        if (at === attachAt) attach()
        stream.onData(whole.subarray(at, at + 1))
      }
      if (attachAt === whole.length) attach()
      stream.onEnd()
      assert.deepEqual(seen.bytes, whole)
      assert.equal(seen.end, 'complete')
    }
  })

  test(`${wire.dialect}: cut at any byte it is never complete before the answer was`, () => {
    const plain = Buffer.from(wire.events(['Hel', 'lo']).join(''))
    for (let at = 0; at < plain.length; at += 1) {
      for (const how of ['end', 'reset'] as const) {
        const { stream, seen, attach } = collecting(wire.dialect)
        attach()
        stream.onData(plain.subarray(0, at))
        if (how === 'end') stream.onEnd()
        else stream.onFailure({ kind: 'failure', code: 'ECONNRESET', staleSocket: false })
        // A last event without its blank line is whole all the same.
        const finished = at >= plain.toString().trimEnd().length || finish.test(plain.toString('utf8', 0, at))
        if (!finished) assert.notEqual(seen.end, 'complete', `${how} at ${at}`)
        if (seen.end === 'complete') continue
        // Half an event is not passed on: the error that follows would become part of it.
        assert.ok(seen.bytes.length === 0 || seen.bytes.toString().endsWith('\n\n'))
        assert.ok(plain.subarray(0, at).includes(seen.bytes))
      }
    }
  })
}

test('a JSON array of any kind of spacing passes unchanged wherever a break falls', () => {
  const whole = Buffer.from(
    '[{"candidates":[{"content":{"parts":[{"text":"a]}"}]},"index":0}]}\r\n,\r\n {"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}]}\n]\n',
  )
  for (let at = 0; at <= whole.length; at += 1) {
    const { stream, seen, attach } = collecting('gemini', { jsonArray: true })
    attach()
    stream.onData(whole.subarray(0, at))
    stream.onData(whole.subarray(at))
    stream.onEnd()
    assert.deepEqual(seen.bytes, whole)
    assert.equal(seen.end, 'complete')
  }
})

test('random strange streams in random pieces come out as they went in', () => {
  const random = seededRandom(20261124)
  for (let round = 0; round < 200; round += 1) {
    const wire = random.pick(wires)
    const events = wire.events(Array.from({ length: random.int(6) + 1 }, () => `w${random.int(1000)} `))
    const mixed = events
      .flatMap((event) => (random.chance(0.4) ? [random.pick(strange), event] : [event]))
      .join('')
    const whole = Buffer.from(
      random.chance(0.3) ? mixed.replaceAll('\n', '\r\n').replaceAll('\r\r', '\r') : mixed,
    )
    const { stream, seen, attach } = collecting(wire.dialect)
    const pieces = random.split(whole, 1 + random.int(60))
    const attachAt = random.int(pieces.length)
    pieces.forEach((piece, index) => {
      if (index === attachAt) attach()
      stream.onData(piece)
    })
    stream.onEnd()
    assert.equal(seen.bytes.toString(), whole.toString())
    assert.equal(seen.end, 'complete')
  }
})

test('only the chunk without choices is hidden: usage beside anything else passes', () => {
  const { stream, seen, attach } = collecting('chat', { addedUsage: true })
  attach()
  const beside =
    'data: {"id":"1","choices":[{"index":0,"delta":{}}],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n'
  const events = chatWire.events(['a'])
  stream.onData(
    Buffer.from([events[0], beside, ...events.slice(1, -1), chatUsageChunk, events.at(-1)].join('')),
  )
  stream.onEnd()
  assert.equal(seen.bytes.toString(), [events[0], beside, ...events.slice(1)].join(''))
  assert.equal(seen.end, 'complete')
  assert.equal(stream.facts.usage?.classes.output, 5)
})

test('several answers in one stream are complete when the last of them has finished', () => {
  const chunk = (index: number, finish: string | null) =>
    `data: {"id":"1","choices":[{"index":${index},"delta":{"content":"x"},"finish_reason":${JSON.stringify(finish)}}]}\n\n`
  for (const [events, end] of [
    [[chunk(0, null), chunk(1, null), chunk(0, 'stop')], 'truncated'],
    [[chunk(0, null), chunk(1, null), chunk(0, 'stop'), chunk(1, 'stop')], 'complete'],
  ] as const) {
    const { stream, seen, attach } = collecting('chat')
    attach()
    stream.onData(Buffer.from(events.join('')))
    stream.onEnd()
    assert.equal(typeof seen.end === 'string' ? seen.end : seen.end.code, end)
  }
})

test('what comes after the end is passed on, and the end is not waited for longer than a second', async () => {
  const { stream, seen, attach } = collecting('chat')
  attach()
  stream.onData(Buffer.from(`${chatWire.events(['a']).join('')}data: [DONE]\n\n: bye\n\n`))
  assert.equal(seen.end, 'open')
  await new Promise((resolve) => setTimeout(resolve, 1050))
  assert.equal(seen.end, 'complete')
  assert.equal(seen.aborted, 'closed')
  assert.ok(seen.bytes.toString().endsWith('data: [DONE]\n\ndata: [DONE]\n\n: bye\n\n'))
})

test('ready waits for content where another candidate is left, and for any event where none is', async () => {
  const events = chatWire.events(['a'])
  const patient = collecting('chat')
  let isReady = false
  const pending = patient.stream.ready(true).then(() => (isReady = true))
  patient.stream.onData(Buffer.from(`: hi\n\n${events[0]}`))
  await new Promise(setImmediate)
  assert.equal(isReady, false)
  patient.stream.onData(Buffer.from(events[1] ?? ''))
  await pending
  const hasty = collecting('chat')
  const first = hasty.stream.ready(false)
  hasty.stream.onData(Buffer.from(`: hi\n\n${events[0]}`))
  assert.equal(await first, undefined)
})

test('the framer of a format is its own', () => {
  assert.equal(framerFor(formats.chat, false).push(Buffer.from('data: 1\n\n')).length, 1)
  assert.equal(framerFor(formats.gemini, true).push(Buffer.from('[{}')).length, 1)
})
