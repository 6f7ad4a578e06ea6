import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Random, seededRandom } from '../../testing/random.ts'
import { showable } from './delivered.ts'
import { overlapCharsMax, overlapOf } from './overlap.ts'
import { isPeriodic } from './periodic.ts'
import { PrefilledSeam } from './prefilled-seam.ts'
import { AskedSeam, type Seam } from './seam.ts'
import { resemblesBeginning } from './start-over.ts'

const seed = 20_261_128
const rounds = 2000

/** What comes out of the seam; undefined where it gave up. */
function joined(seam: Seam, text: string, random: Random): string | undefined {
  let out = ''
  for (let at = 0; at < text.length; ) {
    const length = 1 + random.int(7)
    const piece = seam.push(text.slice(at, at + length))
    if (piece === undefined) return undefined
    out += piece
    at += length
  }
  const rest = seam.end()
  return rest === undefined ? undefined : out + rest
}

const letters = 'abcdefghijklmnopqrstuvwxyz ,.\n'

/** No two places of it look alike for long. */
function prose(random: Random, length: number): string {
  let text = ''
  while (text.length < length)
    text += random.chance(0.03) ? '\ud83d\ude3a' : letters[random.int(letters.length)]
  return text
}

/** A cut between two letters. */
function cutOf(text: string, random: Random): number {
  const at = 1 + random.int(text.length - 1)
  const code = text.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at
}

test('a model that goes back a few words is joined to the letter, however its pieces fall', () => {
  const random = seededRandom(seed)
  for (let round = 0; round < rounds; round += 1) {
    const text = prose(random, 100 + random.int(600))
    const cut = Math.max(60, cutOf(text, random))
    const back = 12 + random.int(Math.min(overlapCharsMax, cut) - 12)
    const out = joined(new AskedSeam(text.slice(0, cut)), text.slice(cut - back), random)
    assert.equal(text.slice(0, cut) + out, text, `seed ${seed}, round ${round}`)
  }
})

test('a model that starts over is passed on from where it says something new', () => {
  const random = seededRandom(seed + 1)
  for (let round = 0; round < rounds; round += 1) {
    const text = prose(random, 100 + random.int(600))
    const told = text.slice(0, Math.max(8, cutOf(text, random)))
    assert.equal(told + joined(new AskedSeam(told), text, random), text, `seed ${seed + 1}, round ${round}`)
  }
})

test('a model that starts over and says another letter is given up at that letter', () => {
  const random = seededRandom(seed + 2)
  for (let round = 0; round < rounds; round += 1) {
    const told = prose(random, 300)
    const at = 20 + random.int(260)
    const other = `${told.slice(0, at)}#${told.slice(at + 1)} and on`
    assert.equal(joined(new AskedSeam(told), other, random), undefined, `seed ${seed + 2}, round ${round}`)
  }
  assert.equal(joined(new AskedSeam(prose(random, 300)), '', random), '')
})

test('a model that repeats only a part and ends has not ended this answer', () => {
  const random = seededRandom(seed + 3)
  const told = prose(random, 300)
  assert.equal(joined(new AskedSeam(told), told.slice(0, 200), random), undefined)
})

test('a prefilled answer is joined to the letter wherever it was cut, blanks and half letters too', () => {
  const random = seededRandom(seed + 4)
  for (let round = 0; round < rounds; round += 1) {
    const words = Array.from({ length: 30 }, () =>
      random.pick(['la', ' ', '\n', 'a', 'the cat', '  ', '\ud83d\ude3a']),
    )
    const text = words.join('')
    // Anywhere, in the middle of a letter as well.
    const told = text.slice(0, 1 + random.int(text.length - 1))
    const { shown, kept } = showable(told, true)
    assert.equal(shown + kept, told)
    assert.doesNotMatch(shown, /[\ud800-\udbff]$|\s$/)
    const out = joined(new PrefilledSeam(told, kept), text.slice(shown.length), random)
    assert.equal(told + out, text, `seed ${seed + 4}, round ${round}`)
  }
})

test('a host that begins anew in spite of a prefill is not told twice', () => {
  const random = seededRandom(seed + 5)
  for (let round = 0; round < rounds; round += 1) {
    const text = prose(random, 60 + random.int(300))
    const told = text.slice(0, Math.max(16, cutOf(text, random)))
    const { kept } = showable(told, true)
    assert.equal(told + joined(new PrefilledSeam(told, kept), text, random), text)
  }
})

test('an overlap is the longest there is, up to its limit', () => {
  assert.equal(overlapOf('the cat sat', 'sat on'), 3)
  assert.equal(overlapOf('abab', 'abab'), 4)
  assert.equal(overlapOf('abc', 'xyz'), 0)
  assert.equal(overlapOf('', 'xyz'), 0)
  assert.equal(overlapOf('a'.repeat(500), 'a'.repeat(500)), overlapCharsMax)
})

test('an overlap that ends inside a letter drops the half the reader has', () => {
  const told = 'a cat \ud83d'
  assert.equal(showable(told, false).shown, 'a cat ')
  assert.equal(
    told + new AskedSeam(told).push('\ud83d\ude3a and a dog, and more than forty letters'),
    'a cat \ud83d\ude3a and a dog, and more than forty letters',
  )
})

test('beginnings resemble each other when one letter of five may differ', () => {
  const told = 'The quick brown fox jumps over the lazy dog.'
  assert.equal(resemblesBeginning(told, 'The quick brown fix jumps over the lazy cat.'), true)
  assert.equal(resemblesBeginning(told, 'Then it went on and on, as foxes will do.'), false)
  assert.equal(resemblesBeginning('ha', 'ha'), false)
})

test('a text that is a shorter one over and over is told from one that is not', () => {
  for (const text of ['abab', 'ababa', 'la la la la ', 'x'.repeat(9000)]) assert.equal(isPeriodic(text), true)
  for (const text of ['abc', 'abcab', 'the cat sat on the mat']) assert.equal(isPeriodic(text), false)
})

test('a long answer that starts over costs linear time', () => {
  const told = `x${'the cat sat on the mat '.repeat(20_000)}end`
  const seam = new PrefilledSeam(told, '')
  const startedAt = performance.now()
  let out = ''
  for (let at = 0; at < told.length; at += 4) out += seam.push(told.slice(at, at + 4))
  assert.equal(out + seam.end(), '')
  assert.ok(performance.now() - startedAt < 5000)
})
