import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { seededRandom } from '../../testing/random.ts'
import {
  createEventStreamFramer,
  EventStreamError,
  encodeEventStreamEvent,
  encodeEventStreamMessage,
} from './event-stream.ts'
import type { Frame } from './frame.ts'

const fixture = Buffer.concat([
  encodeEventStreamEvent('messageStart', { role: 'assistant', p: 'abcd' }),
  encodeEventStreamEvent('contentBlockDelta', { delta: { text: 'größer 🦊' }, contentBlockIndex: 0 }),
  encodeEventStreamMessage({ ':message-type': 'event', ':event-type': 'ping' }, ''),
  encodeEventStreamMessage(
    { ':message-type': 'exception', ':exception-type': 'throttlingException' },
    '{"message":"slow down"}',
  ),
])

const frames = read([fixture])

function read(chunks: readonly Buffer[]): Frame[] {
  const framer = createEventStreamFramer()
  return [...chunks.flatMap((chunk) => framer.push(chunk)), ...framer.end()]
}

/** A message with headers written by hand, so that every value type can be there. */
function message(headers: Buffer, payload: string): Buffer {
  const total = 12 + headers.length + payload.length + 4
  const prelude = Buffer.alloc(12)
  prelude.writeUInt32BE(total, 0)
  prelude.writeUInt32BE(headers.length, 4)
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8)
  const body = Buffer.concat([prelude, headers, Buffer.from(payload)])
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(body), 0)
  return Buffer.concat([body, checksum])
}

test('messages become frames whose event says whether it is an event or an exception', () => {
  assert.deepEqual(
    frames.map(({ event, data, hasData }) => [event, data, hasData]),
    [
      ['messageStart', '{"role":"assistant","p":"abcd"}', true],
      ['contentBlockDelta', '{"delta":{"text":"größer 🦊"},"contentBlockIndex":0}', true],
      ['ping', '', false],
      ['exception:throttlingException', '{"message":"slow down"}', true],
    ],
  )
  assert.deepEqual(Buffer.concat(frames.map((frame) => frame.raw)), fixture)
})

test('every split position gives the same frames', () => {
  for (let at = 1; at < fixture.length; at += 1) {
    assert.deepEqual(read([fixture.subarray(0, at), fixture.subarray(at)]), frames, `split at ${at}`)
  }
})

test('single bytes and random pieces give the same frames', () => {
  assert.deepEqual(read([...fixture].map((byte) => Buffer.from([byte]))), frames)
  const random = seededRandom(7)
  for (let round = 0; round < 50; round += 1) assert.deepEqual(read(random.split(fixture, 40)), frames)
})

test('a flipped bit is detected wherever it is', () => {
  for (let at = 0; at < fixture.length; at += 1) {
    const broken = Buffer.from(fixture)
    broken[at] = (broken[at] ?? 0) ^ (1 << (at % 8))
    assert.throws(() => read([broken]), EventStreamError, `flipped at ${at}`)
  }
})

test('headers of every type are stepped over', () => {
  const named = (type: number, value: number[]) => Buffer.from([1, 0x61, type, ...value])
  const headers = Buffer.concat([
    named(0, []),
    named(1, []),
    named(2, [1]),
    named(3, [1, 2]),
    named(4, [1, 2, 3, 4]),
    named(5, [1, 2, 3, 4, 5, 6, 7, 8]),
    named(6, [0, 3, 7, 7, 7]),
    named(8, [1, 2, 3, 4, 5, 6, 7, 8]),
    named(
      9,
      Array.from({ length: 16 }, () => 9),
    ),
    Buffer.from([11]),
    Buffer.from(':event-type'),
    Buffer.from([7, 0, 4]),
    Buffer.from('stop'),
  ])
  assert.deepEqual(
    read([message(headers, '{}')]).map((frame) => frame.event),
    ['stop'],
  )
})

test('a header of an unknown type or beyond the headers is an error, not a wrong reading', () => {
  assert.throws(() => read([message(Buffer.from([1, 0x61, 10]), '{}')]), /header type 10/)
  assert.throws(() => read([message(Buffer.from([1, 0x61, 7, 0, 9, 1]), '{}')]), /longer than the headers/)
})

test('a message above the limit is refused at its prelude', () => {
  const framer = createEventStreamFramer({ messageBytesMax: 64 })
  const large = encodeEventStreamEvent('x', 'y'.repeat(100))
  assert.throws(() => framer.push(large.subarray(0, 12)), /too large/)
})

test('a message that was cut off is left over as a frame without data', () => {
  const cut = fixture.subarray(0, fixture.length - 1)
  const left = read([cut])
  assert.equal(left.length, frames.length)
  assert.equal(left.at(-1)?.hasData, false)
  assert.deepEqual(Buffer.concat(left.map((frame) => frame.raw)), cut)
})

test('an error without a modelled type carries its code and words', () => {
  const headers = {
    ':message-type': 'error',
    ':error-code': 'InternalError',
    ':error-message': 'broken',
  }
  const [frame] = read([encodeEventStreamMessage(headers, '')])
  assert.equal(frame?.event, 'error:InternalError')
  assert.equal(frame?.data, '{"message":"broken"}')
})
