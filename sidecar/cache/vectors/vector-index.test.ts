import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../../testing/random.ts'
import { quantised } from './quantise.ts'
import { VectorIndex } from './vector-index.ts'

const dimensions = 64

function vectors(count: number, seed: number): Int8Array[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () =>
    quantised(Array.from({ length: dimensions }, () => random.next() - 0.5)),
  )
}

function moved(vector: Int8Array, by: number, seed: number): Int8Array {
  const random = seededRandom(seed)
  return quantised(Array.from(vector, (value) => value + (random.next() - 0.5) * by))
}

test('the nearest come first, those that were removed no more, and their places are used again', () => {
  const index = new VectorIndex<number>(dimensions)
  const all = vectors(500, 1)
  const places = all.map((vector, n) => index.add(vector, n))
  const own = all[77] as Int8Array
  assert.equal(index.nearest(moved(own, 20, 2), 5)[0]?.entry, 77)
  index.remove(places[77] ?? -1)
  assert.notEqual(index.nearest(own, 5)[0]?.entry, 77)
  assert.equal(index.size, 499)
  assert.equal(index.add(own, 1077), places[77])
  const [first, second] = index.nearest(own, 2)
  assert.equal(first?.entry, 1077)
  assert.ok((first?.cosine ?? 0) > 0.999 && (first?.cosine ?? 0) >= (second?.cosine ?? 0))
})

test('above the size of a scan, near neighbours are still found by their hashes', () => {
  const index = new VectorIndex<number>(dimensions)
  const all = vectors(21_000, 5)
  all.forEach((vector, n) => {
    index.add(vector, n)
  })
  let found = 0
  for (let n = 0; n < 100; n += 1)
    if (index.nearest(moved(all[n * 200] as Int8Array, 40, n), 5)[0]?.entry === n * 200) found += 1
  assert.ok(found >= 98, `${found} of 100`)
})

test('a vector of another size or of nothing has no neighbours', () => {
  const index = new VectorIndex<number>(dimensions)
  index.add(vectors(1, 1)[0] as Int8Array, 1)
  assert.deepEqual(index.nearest(new Int8Array(dimensions), 5), [])
  assert.deepEqual(index.nearest(new Int8Array(3).fill(1), 5), [])
})
