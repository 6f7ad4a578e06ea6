import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../testing/random.ts'
import { Hash128 } from './hash128.ts'

function hashOf(...pieces: readonly string[]): string {
  const hash = new Hash128(1)
  for (const piece of pieces) {
    const bytes = Buffer.from(piece)
    hash.add(bytes, 0, bytes.length)
  }
  return hash.hex()
}

test('a hash is 32 hex digits, the same for the same bytes wherever they lie', () => {
  assert.match(hashOf(''), /^[0-9a-f]{32}$/)
  for (const length of [0, 1, 15, 16, 17, 33, 1000]) {
    const text = 'abcdefghij'.repeat(100).slice(0, length)
    const shifted = Buffer.from(`xyz${text}xyz`)
    const hash = new Hash128(1)
    hash.add(shifted, 3, 3 + length)
    assert.equal(hash.hex(), hashOf(text), `${length} bytes`)
  }
})

test('every bit of the input turns about half of the output', () => {
  const random = seededRandom(7)
  for (const length of [1, 4, 15, 16, 31, 64]) {
    const bytes = Buffer.from(Array.from({ length }, () => random.int(256)))
    const plain = BigInt(`0x${hashBytes(bytes)}`)
    let turned = 0
    for (let bit = 0; bit < length * 8; bit += 1) {
      const other = Buffer.from(bytes)
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      turned += bitsOf(BigInt(`0x${hashBytes(other)}`) ^ plain)
    }
    const mean = turned / (length * 8)
    assert.ok(mean > 54 && mean < 74, `${length} bytes: ${mean} of 128 bits`)
  }
})

function hashBytes(bytes: Buffer): string {
  const hash = new Hash128(1)
  hash.add(bytes, 0, bytes.length)
  return hash.hex()
}

function bitsOf(value: bigint): number {
  return value.toString(2).replaceAll('0', '').length
}

test('a hundred thousand short texts, numbers and near doubles have as many hashes, and as many halves of them', () => {
  const seen = new Set<string>()
  const halves = new Set<string>()
  for (let index = 0; index < 50_000; index += 1) {
    for (const text of [String(index), `{"role":"user","content":"${index} times"}`]) {
      const hash = hashOf(text)
      seen.add(hash)
      halves.add(hash.slice(0, 16))
    }
  }
  assert.equal(seen.size, 100_000)
  assert.equal(halves.size, 100_000)
})

test('bytes cannot move from one piece to the next', () => {
  assert.notEqual(hashOf('ab', 'c'), hashOf('a', 'bc'))
  assert.notEqual(hashOf('ab', ''), hashOf('ab'))
  assert.notEqual(hashOf('', 'ab'), hashOf('ab', ''))
})
