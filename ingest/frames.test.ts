import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeFrames, FrameBatch, headerBytes, payloadBytesMax, scanFrames } from './frames.ts'

const payloads = ['{"a":1}', 'é€😀', 'third']

function framed(texts: readonly string[]): Buffer {
  const batch = new FrameBatch()
  for (const text of texts) assert.ok(batch.add(text))
  return Buffer.from(batch.bytes)
}

/** Where each frame of `payloads` ends. */
const ends = payloads.map((_, index) => framed(payloads.slice(0, index + 1)).length)

test('frames come back as they were written', () => {
  const bytes = framed(payloads)
  assert.deepEqual(decodeFrames(bytes), { payloads, goodBytes: bytes.length })
})

test('a tail torn at any byte loses only the frame it tears', () => {
  const bytes = framed(payloads)
  for (let length = 0; length <= bytes.length; length += 1) {
    const whole = ends.filter((end) => end <= length)
    const { payloads: found, goodBytes } = decodeFrames(bytes.subarray(0, length))
    assert.deepEqual(found, payloads.slice(0, whole.length), `torn at ${length}`)
    assert.equal(goodBytes, whole.at(-1) ?? 0, `torn at ${length}`)
  }
})

test('a flipped bit anywhere ends the good part before its frame', () => {
  const bytes = framed(payloads)
  for (let at = 0; at < bytes.length * 8; at += 1) {
    const flipped = Buffer.from(bytes)
    flipped.writeUInt8(flipped.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3)
    const good = ends.filter((end) => end <= at >> 3).length
    assert.deepEqual(decodeFrames(flipped).payloads, payloads.slice(0, good), `flipped bit ${at}`)
  }
})

test('zeros at the end, as a power cut leaves them, are no frames', () => {
  const bytes = framed(payloads)
  const { frames, goodBytes } = scanFrames(Buffer.concat([bytes, Buffer.alloc(64)]))
  assert.deepEqual({ frames, goodBytes }, { frames: payloads.length, goodBytes: bytes.length })
})

test('a payload too large for a frame, or empty, is refused and leaves the batch as it was', () => {
  const batch = new FrameBatch()
  batch.add('kept')
  assert.equal(batch.add(''), false)
  assert.equal(batch.add('x'.repeat(payloadBytesMax / 2)), false)
  assert.equal(batch.count, 1)
  assert.deepEqual(decodeFrames(batch.bytes).payloads, ['kept'])
})

test('a batch grows with what is put in, and a cleared one starts anew', () => {
  const batch = new FrameBatch()
  const long = '€'.repeat(50_000)
  for (let round = 0; round < 3; round += 1) {
    batch.clear()
    for (let index = 0; index < 4; index += 1) batch.add(long)
    assert.equal(batch.bytes.length, 4 * (headerBytes + 150_000))
    assert.deepEqual(decodeFrames(batch.bytes).payloads, [long, long, long, long])
  }
})
