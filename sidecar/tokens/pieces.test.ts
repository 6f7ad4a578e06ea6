import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../testing/random.ts'
import { piecesOf } from './pieces.ts'

test('pieces are the whole text, none longer than what is cheap, no character in two', () => {
  const random = seededRandom(7)
  const makers = [
    () => 'word '.repeat(random.int(3000)),
    () => 'a'.repeat(random.int(20_000)),
    () => '🌤é\n'.repeat(random.int(5000)),
    () => '{"k":"v","n":1},'.repeat(random.int(2000)),
    () => ' '.repeat(random.int(9000)),
  ]
  for (let round = 0; round < 60; round += 1) {
    const text = Array.from({ length: 1 + random.int(4) }, () => makers[random.int(makers.length)]?.()).join(
      '',
    )
    const pieces = [...piecesOf(text)]
    assert.equal(pieces.join(''), text)
    for (const piece of pieces) {
      assert.ok(piece.length > 0 && piece.length <= 4096)
      assert.ok(piece.isWellFormed())
    }
  }
})

test('words longer than any language has come in short pieces', () => {
  assert.ok([...piecesOf('x'.repeat(100_000))].every((piece) => piece.length <= 256))
  assert.deepEqual([...piecesOf('a few words')], ['a few words'])
  assert.deepEqual([...piecesOf('')], [])
})

test('text is cut before white space, where words begin', () => {
  const pieces = [...piecesOf('sixteen letters. '.repeat(1000))]
  assert.ok(pieces.length > 2)
  for (const piece of pieces.slice(1)) assert.match(piece, /^ /)
})
