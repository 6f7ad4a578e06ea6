import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderFamilies } from './prometheus.ts'
import { BoundedNames, SeriesIndex } from './series.ts'

const shape = { name: 'x_total', type: 'counter', help: 'X.', labels: ['a', 'b'] } as const

test('the same values find the same series, others another', () => {
  const index = new SeriesIndex(shape)
  const series = index.at('p', 200)
  assert.equal(index.at('p', 200), series)
  assert.notEqual(index.at('p', 404), series)
  assert.notEqual(index.at('q', 200), series)
  assert.deepEqual(series.labels, { a: 'p', b: '200' })
  assert.equal(index.family.series.size, 3)
})

test('names that only differ in where they are split are different series', () => {
  const index = new SeriesIndex(shape)
  assert.notEqual(index.at('ab', ''), index.at('a', 'b'))
  assert.notEqual(index.at('', 'ab'), index.at('ab', ''))
  assert.equal(index.family.series.size, 3)
})

test('past the bound everything new is counted in one series', () => {
  const index = new SeriesIndex({ ...shape, seriesMax: 3 })
  for (let n = 0; n < 100; n += 1) index.at('p', n).value += 1
  index.at('p', 1).value += 1
  assert.equal(index.family.series.size, 4)
  assert.match(renderFamilies([index.family]), /^x_total\{a="other",b="other"\} 97$/m)
  assert.match(renderFamilies([index.family]), /^x_total\{a="p",b="1"\} 2$/m)
})

test('each series of a histogram has counts of its own', () => {
  const index = new SeriesIndex({ ...shape, type: 'histogram', buckets: [1, 2] })
  const first = index.at('a', 'b').histogram!
  first.counts[0] = 5
  assert.deepEqual(index.at('a', 'c').histogram?.counts, [0, 0])
})

test('the first names keep theirs; later and overlong ones are called other', () => {
  const names = new BoundedNames(2)
  assert.equal(names.of('x'.repeat(161)), 'other')
  assert.deepEqual(
    ['a', 'b', 'c', 'a', 'd', 'b'].map((name) => names.of(name)),
    ['a', 'b', 'other', 'a', 'other', 'b'],
  )
})
