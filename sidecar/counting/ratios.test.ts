import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TokenRatios } from './ratios.ts'

test('a model that nobody has heard of makes a token of four bytes', () => {
  assert.equal(new TokenRatios().tokens('p/m', 'prompt', 401), 101)
})

test('what answers state is learned, apart by model and kind', () => {
  const ratios = new TokenRatios()
  ratios.learn('p/m', 'prompt', { size: 2000, tokens: 1000 })
  assert.equal(ratios.tokens('p/m', 'prompt', 1000), 500)
  assert.equal(ratios.tokens('p/m', 'answer', 1000), 250)
  assert.equal(ratios.tokens('p/other', 'prompt', 1000), 250)
})

test('a change is followed within some twenty answers, one odd answer is not', () => {
  const ratios = new TokenRatios()
  for (let n = 0; n < 30; n += 1) ratios.learn('p/m', 'answer', { size: 400, tokens: 100 })
  ratios.learn('p/m', 'answer', { size: 100, tokens: 100 })
  assert.ok(ratios.tokens('p/m', 'answer', 1000) < 275)
  for (let n = 0; n < 40; n += 1) ratios.learn('p/m', 'answer', { size: 200, tokens: 100 })
  assert.ok(Math.abs(ratios.tokens('p/m', 'answer', 1000) - 500) < 25)
})

test('short texts and figures that no text has are not learned', () => {
  const ratios = new TokenRatios()
  ratios.learn('p/m', 'prompt', { size: 10, tokens: 20 })
  ratios.learn('p/m', 'prompt', { size: 100, tokens: 100_000 })
  ratios.learn('p/m', 'prompt', { size: 100_000, tokens: 100 })
  assert.equal(ratios.tokens('p/m', 'prompt', 400), 100)
})

test('callers who make up models fill no memory', () => {
  const ratios = new TokenRatios()
  for (let n = 0; n < 1500; n += 1) ratios.learn(`p/${n}`, 'prompt', { size: 200, tokens: 100 })
  assert.equal(ratios.tokens('p/0', 'prompt', 400), 100, 'forgotten')
  assert.equal(ratios.tokens('p/1499', 'prompt', 400), 200)
})
