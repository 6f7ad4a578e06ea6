import assert from 'node:assert/strict'
import { test } from 'node:test'
import { languageCases } from '../../testing/masking-languages.ts'
import { ownNames } from '../../testing/masking-names.ts'
import { percent } from '../../testing/masking-quality.ts'
import { seededRandom } from '../../testing/random.ts'
import { createScanner } from './scan.ts'

const scanner = createScanner({ memoBytes: 0 })
const rounds = 10

test('made ids in sentences of fourteen languages are masked, nearly all with their type', () => {
  const cases = languageCases(seededRandom(3), rounds, false)
  const covering = cases.map(({ text, start, end }) =>
    scanner.scan(text).find((span) => span.start <= start && span.end >= end),
  )
  const missed = cases.filter((_, index) => covering[index] === undefined)
  const typed = cases.filter(({ type }, index) => covering[index]?.type === type)
  assert.ok(missed.length <= cases.length / 100, missed.map(({ text }) => text).join('\n'))
  assert.ok(typed.length >= cases.length * 0.97, `${typed.length} of ${cases.length}`)
})

test('with a wrong check digit hardly any is taken for its kind', () => {
  const cases = languageCases(seededRandom(4), rounds, true)
  const wrong = cases.filter(({ text, type }) => scanner.scan(text).some((span) => span.type === type))
  assert.ok(wrong.length <= cases.length / 50, wrong.map(({ text }) => text).join('\n'))
})

test('names in a hundred sentences written after the cues', () => {
  const { recall, precision } = ownNames(scanner)
  assert.ok(percent(recall) >= 50, `found ${recall.right} of ${recall.rows}`)
  assert.ok(percent(precision) >= 80, `right ${precision.right} of ${precision.rows}`)
})
