import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../testing/random.ts'
import type { Frame } from './frame.ts'
import { createSseFramer } from './sse.ts'

const options = { eventBytesMax: 1 << 20 }

function frames(pieces: readonly Buffer[], eventBytesMax = options.eventBytesMax): Frame[] {
  const framer = createSseFramer({ eventBytesMax })
  const found = pieces.flatMap((piece) => framer.push(piece))
  return [...found, ...framer.end()]
}

function cut(bytes: Buffer, ...positions: number[]): Buffer[] {
  const edges = [0, ...positions, bytes.length]
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge))
}

const plain = (found: readonly Frame[]) =>
  found.map(({ event, data, hasData, raw }) => ({ event, data, hasData, raw: raw.toString('latin1') }))

const brief = (found: readonly Frame[]) =>
  found
    .filter((frame) => frame.hasData || frame.event !== '')
    .map(({ event, data, hasData }) => ({ event, data, hasData }))

/** The standard's algorithm over a whole stream: what the framer must agree with however it was chunked. */
function reference(bytes: Buffer): { event: string; data: string; hasData: boolean }[] {
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '')
  const found: { event: string; data: string; hasData: boolean }[] = []
  let event = ''
  let data: string[] = []
  const dispatch = () => {
    if (data.length > 0 || event !== '') {
      found.push({ event, data: data.join('\n'), hasData: data.length > 0 })
    }
    event = ''
    data = []
  }
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line === '') dispatch()
    const parts = /^(data|event)(?::[ ]?(.*))?$/s.exec(line)
    if (parts?.[1] === 'data') data.push(parts[2] ?? '')
    if (parts?.[1] === 'event') event = parts[2] ?? ''
  }
  dispatch()
  return found
}

const shortFixtures = [
  'data: a\n\ndata: b\n\n',
  'data: a\r\n\r\ndata:b\r\n\r\n',
  'data: a\r\rdata: b\r\r',
  ': ping\n\ndata: é€😀\n\n',
  '\uFEFFdata: a\n\n\n\ndata: b',
  'event: x\ndata: 1\ndata:  2\ndata\n\nid: 3\nretry: 4\n\n',
  'event: only\n\n\r\n\rdata: a\r\n\ndata: b\n\r\n',
  'data: a\r\r\ndata: b\r\r\n\r\n',
  '\n\r\r\n\ndatax: a\ndat: b\n:\n\n',
  'data: a\r\n\r',
  '\uFEFF\n\uFEFFdata: a\n\n',
  'data:\n\n',
]

test('short streams give the same frames wherever two breaks fall', () => {
  for (const fixture of shortFixtures) {
    const bytes = Buffer.from(fixture)
    const whole = plain(frames([bytes]))
    assert.deepEqual(brief(frames([bytes])), reference(bytes), JSON.stringify(fixture))
    assert.equal(whole.map((frame) => frame.raw).join(''), bytes.toString('latin1'))
    for (let first = 0; first <= bytes.length; first += 1) {
      for (let second = first; second <= bytes.length; second += 1) {
        const split = plain(frames(cut(bytes, first, second)))
        assert.deepEqual(split, whole, `${JSON.stringify(fixture)} at ${first}, ${second}`)
      }
    }
  }
})

test('a long stream gives the same frames at every split position and byte by byte', () => {
  const delta = JSON.stringify({ choices: [{ index: 0, delta: { content: 'wörd 😀 '.repeat(4) } }] })
  const bytes = Buffer.from(
    `: OPENROUTER PROCESSING\n\n${`event: delta\ndata: ${delta}\n\n`.repeat(4)}data: [DONE]\r\n\r\n`,
  )
  const whole = plain(frames([bytes]))
  for (let at = 0; at <= bytes.length; at += 1) assert.deepEqual(plain(frames(cut(bytes, at))), whole)
  assert.deepEqual(plain(frames(Array.from(bytes, (byte) => Buffer.of(byte)))), whole)
})

test('random streams in random chunks agree with the standard', () => {
  const tokens = [
    'data',
    'event',
    ':',
    ' ',
    'x',
    '€',
    '\n',
    '\n',
    '\r',
    '\r\n',
    '\n\n',
    'data: y',
    ': c',
    'id: 1',
  ]
  for (let seed = 1; seed <= 3000; seed += 1) {
    const random = seededRandom(seed)
    const text = Array.from({ length: random.int(24) }, () => random.pick(tokens)).join('')
    const bytes = Buffer.from(text)
    const positions = Array.from({ length: random.int(5) }, () => random.int(bytes.length + 1)).sort(
      (a, b) => a - b,
    )
    const split = frames(cut(bytes, ...positions))
    assert.deepEqual(brief(split), reference(bytes), `seed ${seed}`)
    assert.deepEqual(plain(split), plain(frames([bytes])), `seed ${seed}`)
    assert.ok(Buffer.concat(split.map((frame) => frame.raw)).equals(bytes), `seed ${seed}`)
  }
})

test('an event ending in two lone \\r is given out without waiting for what follows', () => {
  const framer = createSseFramer()
  assert.equal(framer.push(Buffer.from('data: a\r\r'))[0]?.data, 'a')
  const next = framer.push(Buffer.from('\ndata: b\r\n\r\n'))
  assert.equal(next[0]?.raw.toString(), '\ndata: b\r\n\r\n')
})

test('a \\r\\n\\r\\n broken before its last byte stays one frame', () => {
  const framer = createSseFramer()
  assert.deepEqual(framer.push(Buffer.from('data: a\r\n\r')), [])
  assert.equal(framer.push(Buffer.from('\n'))[0]?.raw.toString(), 'data: a\r\n\r\n')
})

test('a chunk that is one whole event is passed on as it is, without a copy', () => {
  const chunk = Buffer.from('data: a\n\n')
  assert.equal(createSseFramer().push(chunk)[0]?.raw, chunk)
})

test('an event above the limit is passed on in pieces, unread, and the next one is read again', () => {
  const bytes = Buffer.from(`data: a\n\nevent: big\ndata: ${'x'.repeat(500)}\r\ndata: y\r\n\r\ndata: b\n\n`)
  for (let size = 1; size < 120; size += 1) {
    const pieces = []
    for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
    const found = frames(pieces, 100)
    assert.deepEqual(
      found.filter((frame) => frame.hasData).map((frame) => frame.data),
      ['a', 'b'],
    )
    assert.ok(found.every((frame) => frame.oversize !== true || !frame.hasData))
    assert.ok(found.every((frame) => frame.raw.length <= 100 + size))
    assert.ok(Buffer.concat(found.map((frame) => frame.raw)).equals(bytes))
  }
  assert.deepEqual(
    frames([bytes], 100).map((frame) => frame.oversize ?? false),
    [false, true, false],
  )
})

test('a 10 MB event in small pieces costs linear time', () => {
  const framer = createSseFramer()
  const piece = Buffer.alloc(4096, 'x')
  const started = performance.now()
  framer.push(Buffer.from('data: '))
  for (let count = 0; count < 2560; count += 1) assert.equal(framer.push(piece).length, 0)
  const found = framer.push(Buffer.from('\n\n'))
  assert.equal(found[0]?.data.length, 2560 * 4096)
  assert.ok(performance.now() - started < 1000)
})
