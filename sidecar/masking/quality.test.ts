import assert from 'node:assert/strict'
import { test } from 'node:test'
import { negativeLines } from '../../testing/masking-negatives.ts'
import { idQuality, percent, personQuality, secretQuality } from '../../testing/masking-quality.ts'
import { seededRandom } from '../../testing/random.ts'
import { createScanner } from './scan.ts'

const scanner = createScanner({})

test('ids of the examples are found, and what only looks like one is left', () => {
  const { ctxMasked, ctxTyped, formatted, invalidFlagged, negativesMasked } = idQuality(scanner)
  assert.ok(percent(ctxMasked) >= 99)
  assert.ok(percent(ctxTyped) >= 97)
  assert.ok(percent(formatted) >= 95)
  assert.ok(percent(invalidFlagged) <= 2)
  assert.ok(percent(negativesMasked) <= 1)
})

test('half of the names of the examples and more are found, and four of five finds are names', () => {
  const { recall, precision } = personQuality(scanner)
  assert.ok(percent(recall) >= 50)
  assert.ok(percent(precision) >= 80)
})

test('secrets of the examples are found, and stand-ins are left', () => {
  const { found, wrong } = secretQuality(scanner)
  assert.ok(percent(found) >= 95)
  assert.ok(percent(wrong) <= 10)
})

test('of lines that hold nothing personal hardly any is touched', () => {
  const lines = negativeLines(seededRandom(7), 1800)
  const masked = lines.filter((line) => scanner.scan(line).length > 0)
  assert.ok(masked.length <= lines.length / 100, masked.slice(0, 20).join('\n'))
})
