import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../testing/random.ts'
import { randomDocument } from '../../testing/random-json.ts'
import type { Frame } from './frame.ts'
import { createJsonArrayFramer } from './json-array.ts'

function frames(pieces: readonly Buffer[], elementBytesMax = 1 << 20): Frame[] {
  const framer = createJsonArrayFramer({ elementBytesMax })
  const found = pieces.flatMap((piece) => framer.push(piece))
  return [...found, ...framer.end()]
}

const plain = (found: readonly Frame[]) =>
  found.map(({ data, hasData, raw }) => ({ data, hasData, raw: raw.toString('latin1') }))

const dataOf = (found: readonly Frame[]) => found.filter((frame) => frame.hasData).map((frame) => frame.data)

const raw = (found: readonly Frame[]) => Buffer.concat(found.map((frame) => frame.raw))

test('each object of the array is a frame, given out with its last byte', () => {
  const framer = createJsonArrayFramer()
  assert.equal(framer.push(Buffer.from('[{"a":1}'))[0]?.data, '{"a":1}')
  assert.deepEqual(framer.push(Buffer.from('\n,\r\n{"b":')), [])
  const next = framer.push(Buffer.from('{}}\n]'))
  assert.deepEqual(
    next.map((frame) => [frame.data, frame.hasData, frame.raw.toString()]),
    [
      ['{"b":{}}', true, '\n,\r\n{"b":{}}'],
      ['', false, '\n]'],
    ],
  )
  assert.deepEqual(framer.end(), [])
})

test('brackets, quotes and escapes inside strings do not end an element', () => {
  const elements = ['{"t":"}]{[\\"}"}', '{"t":"\\\\","u":["]"]}', '{"é😀":"\\u005d"}']
  assert.deepEqual(dataOf(frames([Buffer.from(`[${elements.join(',')}]`)])), elements)
})

test('an error that stands alone instead of in an array is one frame', () => {
  const text = '{"error":{"code":429,"details":[{"x":1}]}}\n'
  const found = frames([Buffer.from(text)])
  assert.deepEqual(dataOf(found), [text.trim()])
  assert.equal(raw(found).toString(), text)
})

test('two breaks at any position give the same frames', () => {
  for (const text of ['[{"a":"\\"é"}\n,\r\n{"b":[{}]}\n]\n', ' [ ] ', '{"a":{}} ', '[1,"x",{"a":1},[2]]']) {
    const bytes = Buffer.from(text)
    const whole = plain(frames([bytes]))
    assert.equal(raw(frames([bytes])).toString(), text)
    for (let first = 0; first <= bytes.length; first += 1) {
      for (let second = first; second <= bytes.length; second += 1) {
        const pieces = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)]
        assert.deepEqual(plain(frames(pieces)), whole, `${text} at ${first}, ${second}`)
      }
    }
  }
})

test('random arrays in random pieces come out as their elements', () => {
  for (let seed = 1; seed <= 1000; seed += 1) {
    const random = seededRandom(seed)
    const elements = Array.from({ length: random.int(5) }, () => randomDocument(random).trim())
    const bytes = Buffer.from(`[${elements.join(' ,\r\n')}]\n`)
    const found = frames(random.split(bytes, 1 + random.int(60)))
    assert.deepEqual(dataOf(found), elements, `seed ${seed}`)
    assert.ok(raw(found).equals(bytes), `seed ${seed}`)
  }
})

test('damaged streams lose no byte and raise no error', () => {
  for (let seed = 1; seed <= 1000; seed += 1) {
    const random = seededRandom(seed)
    const text = Array.from({ length: random.int(30) }, () => random.pick([...'[]{}",:\\x '])).join('')
    const found = frames(random.split(Buffer.from(text), 5))
    assert.equal(raw(found).toString(), text, `seed ${seed}`)
  }
})

test('an element above the limit is passed on in pieces, unread, and the next one is read again', () => {
  const bytes = Buffer.from(`[{"a":1},{"b":"${'x\\"'.repeat(200)}"},{"c":3}]`)
  for (let size = 1; size < 120; size += 1) {
    const pieces: Buffer[] = []
    for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
    const found = frames(pieces, 100)
    assert.deepEqual(dataOf(found), ['{"a":1}', '{"c":3}'], `pieces of ${size}`)
    assert.ok(found.some((frame) => frame.oversize === true))
    assert.ok(found.every((frame) => frame.raw.length <= 100 + size))
    assert.ok(raw(found).equals(bytes))
  }
})
