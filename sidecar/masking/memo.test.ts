import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemo } from './memo.ts'

const text = (letter: string) => letter.repeat(100)

test('what was found is remembered by text and key, and the longest unused goes first', () => {
  const memo = createMemo(500)
  memo.set(text('a'), undefined, [])
  memo.set(text('b'), 'name', [])
  assert.deepEqual(memo.get(text('a'), undefined), [])
  assert.equal(memo.get(text('b'), undefined), undefined)
  memo.set(text('c'), undefined, [])
  assert.equal(memo.get(text('b'), 'name'), undefined)
  assert.deepEqual(memo.get(text('a'), undefined), [])
})

test('with no room nothing is kept', () => {
  const memo = createMemo(0)
  memo.set(text('a'), undefined, [])
  assert.equal(memo.get(text('a'), undefined), undefined)
})
