import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../testing/random.ts'
import { pieces } from './pieces.ts'

const seed = 20261128
const alphabet = ['a', 'word', ' ', '\n', '  ', 'é', '😀', '中', '"k":1,', '\u3000', '<|endoftext|>']

test(`pieces are the text, in pieces of bounded length and without long runs (seed ${seed})`, () => {
  const random = seededRandom(seed)
  for (let n = 0; n < 60; n += 1) {
    const kinds = 1 + random.int(alphabet.length)
    let text = ''
    while (text.length < random.int(20_000))
      text += (alphabet[random.int(kinds)] ?? '').repeat(1 + random.int(random.chance(0.02) ? 900 : 3))
    const cut = [...pieces(text)]
    assert.equal(cut.join(''), text)
    for (const piece of cut) {
      assert.ok(piece.length > 0 && piece.length <= 4097)
      assert.doesNotMatch(piece, /\S{514}/)
      assert.ok(piece.isWellFormed(), 'no character is cut in two')
    }
  }
})

test('a text is cut before a blank, because tokens begin with theirs', () => {
  const cut = [...pieces('word '.repeat(2000))]
  assert.ok(cut.length > 1)
  for (const piece of cut.slice(1)) assert.match(piece, /^ word/)
})

test('one run of a million characters comes in pieces of 256', () => {
  const cut = [...pieces('a'.repeat(1_000_000))]
  assert.ok(cut.every((piece) => piece.length <= 256))
})
