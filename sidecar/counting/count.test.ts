import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countTexts } from './count.ts'

const perCharacter = (text: string) => text.length

test('all pieces of all texts are added up', () => {
  const texts = ['a b '.repeat(3000), 'c'.repeat(700), '']
  assert.deepEqual(
    countTexts(texts, perCharacter, () => false),
    { tokens: 12_700, isExact: true },
  )
})

test('when the budget is over the rest is taken to be like what was counted', () => {
  let asked = 0
  const isOver = () => {
    asked += 1
    return asked > 1
  }
  const counted = countTexts(['word '.repeat(10_000)], () => 1000, isOver)
  assert.equal(counted.isExact, false)
  // Two pieces of nearly 4096 characters, 1000 tokens each.
  assert.ok(Math.abs(counted.tokens - 12_200) < 30, `${counted.tokens}`)
})

test('something is counted even with no budget at all', () => {
  assert.deepEqual(
    countTexts(['short'], perCharacter, () => true),
    { tokens: 5, isExact: true },
  )
})
