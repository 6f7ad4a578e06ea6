import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { drawNumber, pick } from '../../contract/draw.ts'
import { seededRandom } from '../../testing/random.ts'
import type { Candidate } from './route.ts'
import { weighted } from './strategies/weighted.ts'
import type { Outlook } from './strategy.ts'

const count = 100_000

const weighing = (...weights: number[]) =>
  weights.map((weight, index) => ({ id: `c${index}`, weight })) as unknown as Candidate[]
const plain = { route: {} } as unknown as Outlook

/** Above this the chance that the draws follow the weights is below one in a thousand. */
const critical: Readonly<Record<number, number>> = { 1: 10.83, 2: 13.82, 3: 16.27 }

function chiSquare(probabilities: readonly number[]): number {
  const seen = probabilities.map(() => 0)
  for (let index = 0; index < count; index += 1) {
    const at = pick(probabilities, drawNumber({ salt: 's1', route: 'r', unit: `unit-${index}`, n: 0 }))
    seen[at] = (seen[at] ?? 0) + 1
  }
  return seen.reduce((sum, times, at) => {
    const expected = (probabilities[at] ?? 0) * count
    return expected === 0
      ? sum + (times === 0 ? 0 : Number.POSITIVE_INFINITY)
      : sum + (times - expected) ** 2 / expected
  }, 0)
}

test('100,000 draws follow the weights, also those of a vector that was renormalised', () => {
  const three = [0.2, 0.5, 0.3]
  assert.ok(chiSquare(three) < (critical[2] ?? 0))
  assert.ok(chiSquare(weighted(weighing(0.2, 0.3), plain, undefined).probabilities) < (critical[1] ?? 0))
  assert.ok(chiSquare([0.01, 0, 0.99]) < (critical[1] ?? 0))
})

test('the number is what the design says: 53 bits of a hash over salt, route, unit and n', () => {
  const digest = createHash('sha256').update('s1\u001fsupport\u001fcustomer-7\u001f0').digest('hex')
  const expected = Number(BigInt(`0x${digest}`) >> (256n - 53n)) / 2 ** 53
  assert.equal(drawNumber({ salt: 's1', route: 'support', unit: 'customer-7', n: 0 }), expected)
})

test('the draw stays in its interval, and rounding leaves no gap behind the last candidate', () => {
  const random = seededRandom(5)
  for (let round = 0; round < 2000; round += 1) {
    const u = drawNumber({ salt: 's1', route: 'r', unit: String(random.next()), n: round })
    assert.ok(u >= 0 && u < 1)
  }
  assert.equal(pick([0.3, 0.7 - 1e-10, 0], 1 - 2 ** -53), 1)
  assert.equal(pick([0, 1], 0), 1)
  assert.equal(pick([1], 0.999), 0)
})

test('weights that are all zero give equal shares', () => {
  assert.deepEqual(weighted(weighing(0, 0), plain, undefined).probabilities, [0.5, 0.5])
})
