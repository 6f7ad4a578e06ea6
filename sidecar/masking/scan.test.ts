import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../testing/random.ts'
import { canonicalType, types } from './detectors/registry.ts'
import { createScanner } from './scan.ts'
import { withoutOverlaps } from './span.ts'

const pieces = [
  '4111 1111 1111 1111',
  'SSN',
  '294-47-3879',
  'a@b.io',
  '::',
  '10.0.0.1',
  '😀',
  '\ud800',
  'Dear',
  'Jane',
  'Doe',
  '身份证',
  '\u0000',
  '-',
  '1',
  '12',
  'password=',
  'aB3xK9qL2w',
  '\n',
  'eyJ',
  '+44 20 7946 0018',
  'born',
  '01.02.1990',
  'é',
  '(',
  ')',
]
const random = seededRandom(20)
const anything = () =>
  Array.from({ length: 1 + random.int(20) }, () =>
    random.chance(0.2) ? String.fromCharCode(random.int(0xffff)) : random.pick(pieces),
  ).join(random.chance(0.5) ? ' ' : '')

test('spans of any text lie inside it, in order and apart', () => {
  const scanner = createScanner({ memoBytes: 0 })
  for (let round = 0; round < 1500; round += 1) {
    const text = anything()
    let last = 0
    for (const { start, end, score } of scanner.scan(text)) {
      assert.ok(start >= last && end > start && end <= text.length && score >= 0.5, JSON.stringify(text))
      last = end
    }
  }
})

test('blank lines around a text change nothing but offsets', () => {
  const scanner = createScanner({ memoBytes: 0 })
  const texts = [
    'her SSN 294473879',
    'Dear Jane Doe, call +44 20 7946 0018',
    'IBAN GB82 WEST 1234 5698 7654 32',
  ]
  for (const text of texts) {
    const plain = scanner.scan(text)
    assert.ok(plain.length > 0)
    const shifted = scanner.scan(`\n\n\n${text}\n\n`)
    assert.deepEqual(
      shifted,
      plain.map((span) => ({ ...span, start: span.start + 3, end: span.end + 3 })),
    )
  }
})

test('of overlapping finds the surer stands, then the longer', () => {
  const span = (start: number, end: number, score: number) => ({ start, end, score, type: 'X' })
  assert.deepEqual(withoutOverlaps([span(0, 5, 0.5), span(3, 9, 0.9), span(8, 12, 0.6)]), [span(3, 9, 0.9)])
  assert.deepEqual(withoutOverlaps([span(0, 3, 1), span(0, 6, 1)]), [span(0, 6, 1)])
})

test('what a surer find drives out leaves room for its neighbours', () => {
  const span = (start: number, end: number, score: number) => ({ start, end, score, type: 'X' })
  const [a, b, c] = [span(0, 10, 0.6), span(8, 12, 0.9), span(0, 7, 0.5)]
  assert.deepEqual(withoutOverlaps([a, b, c]), [c, b])
})

test('types have names of at most three words, each once, and aliases lead to them', () => {
  const names = types.flatMap(({ type, aliases = [] }) => [type, ...aliases])
  assert.equal(new Set(names).size, names.length)
  for (const { type } of types) assert.match(type, /^[A-Z]{2,16}(_[A-Z]{2,16}){0,2}$/)
  assert.equal(canonicalType('FI_PERSONAL_IDENTITY_CODE'), 'FI_HETU')
  assert.equal(canonicalType('ORDER_NO'), 'ORDER_NO')
})
