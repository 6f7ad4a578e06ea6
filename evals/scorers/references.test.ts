import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exact, jsonEqual, jsonIn, levenshteinSimilarity, numeric } from './references.ts'

test('what people would call the same answer is the same', () => {
  assert.equal(exact(' Paris. ', 'paris'), 1)
  assert.equal(exact('Paris, France', 'Paris'), 0)
})

test('the last number counts, with separators and within what is allowed', () => {
  assert.equal(numeric('3 × 400 = 1,200', '1200'), 1)
  assert.equal(numeric('about 104', '100', 0.05), 1)
  assert.equal(numeric('about 106', '100', 0.05), 0)
  assert.equal(numeric('none', '5'), 0)
  assert.equal(numeric('5', 'five'), null)
})

test('JSON is found within words and fences, and compared by value at a path', () => {
  assert.deepEqual(jsonIn('Sure:\n```json\n{"a": [1, 2]}\n```'), { a: [1, 2] })
  assert.deepEqual(jsonIn('the answer is {"a": 1} as asked'), { a: 1 })
  assert.equal(jsonIn('no'), undefined)
  assert.equal(jsonEqual('{"b": 2, "a": {"c": 1}}', { a: { c: 1 }, b: 2 }), 1)
  assert.equal(jsonEqual('{"a": {"c": 1}}', 1, 'a.c'), 1)
  assert.equal(jsonEqual('{"a": {"c": 1}}', 1, 'a.d'), 0)
})

test('similarity is a share of the longer one, and long texts take no time', () => {
  assert.equal(levenshteinSimilarity('', ''), 1)
  assert.equal(levenshteinSimilarity('abcd', 'abce'), 0.75)
  assert.ok(levenshteinSimilarity('a'.repeat(1e6), 'b'.repeat(1e6)) === 0)
})
