import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Family, family, mergeFamilies, observeIn, renderFamilies, single } from './prometheus.ts'

function histogramFamily(values: readonly number[], labels: Record<string, string> = {}): Family {
  const made = family('x_seconds', 'histogram', 'Seconds.')
  const histogram = { buckets: [0.1, 1], counts: [0, 0], sum: 0, count: 0 }
  made.series.set('', { labels, value: 0, histogram })
  for (const value of values) observeIn(histogram, value)
  return made
}

test('a family has its help and type once, then its series', () => {
  const made = family('x_total', 'counter', 'Things.')
  made.series.set('a', { labels: { name: 'a', kind: '' }, value: 1 })
  made.series.set('b', { labels: { name: 'b', kind: 'k' }, value: 2.5 })
  assert.equal(
    renderFamilies([made]),
    '# HELP x_total Things.\n# TYPE x_total counter\nx_total{name="a",kind=""} 1\nx_total{name="b",kind="k"} 2.5\n',
  )
})

test('label values are escaped, help texts too, and broken surrogates replaced', () => {
  const made = family('x', 'gauge', 'back\\slash\nline')
  made.series.set('', { labels: { a: 'say "hi"\\\n\ud800' }, value: 1 })
  assert.equal(
    renderFamilies([made]),
    '# HELP x back\\\\slash\\nline\n# TYPE x gauge\nx{a="say \\"hi\\"\\\\\\n\ufffd"} 1\n',
  )
})

test('buckets are cumulative, bounds belong to their bucket, and +Inf equals the count', () => {
  assert.equal(
    renderFamilies([histogramFamily([0.1, 0.05, 0.5, 7], { route: 'r' })]),
    `# HELP x_seconds Seconds.
# TYPE x_seconds histogram
x_seconds_bucket{route="r",le="0.1"} 2
x_seconds_bucket{route="r",le="1"} 3
x_seconds_bucket{route="r",le="+Inf"} 4
x_seconds_sum{route="r"} 7.65
x_seconds_count{route="r"} 4
`,
  )
})

test('a value that is no number is not observed', () => {
  const made = histogramFamily([Number.NaN, Number.POSITIVE_INFINITY, 0.5])
  assert.match(renderFamilies([made]), /x_seconds_sum 0.5\nx_seconds_count 1\n/)
})

test('infinities are written as Prometheus reads them', () => {
  const text = renderFamilies([
    single('a', 'gauge', '', Infinity),
    single('b', 'gauge', '', -Infinity),
    single('c', 'gauge', '', NaN),
  ])
  assert.match(text, /^a \+Inf$/m)
  assert.match(text, /^b -Inf$/m)
  assert.match(text, /^c NaN$/m)
})

test('merging adds series of the same labels, keeps the others, and changes neither source', () => {
  const one = [single('a', 'counter', 'A.', 1), histogramFamily([0.05])]
  const two = [single('a', 'counter', 'A.', 2), histogramFamily([0.5, 9]), single('b', 'gauge', 'B.', 3)]
  const text = renderFamilies(mergeFamilies([...one, ...two]))
  assert.match(text, /^a 3$/m)
  assert.match(text, /^b 3$/m)
  assert.match(text, /^x_seconds_bucket\{le="1"\} 2$/m)
  assert.match(text, /^x_seconds_count 3$/m)
  assert.equal(text.match(/# TYPE a /g)?.length, 1)
  assert.match(renderFamilies(one), /^x_seconds_count 1$/m)
  assert.match(renderFamilies(two), /^a 2$/m)
})

test('a name that two sources use for different types keeps the first', () => {
  const text = renderFamilies(mergeFamilies([single('a', 'counter', 'A.', 1), single('a', 'gauge', 'A.', 5)]))
  assert.equal(text, '# HELP a A.\n# TYPE a counter\na 1\n')
})
