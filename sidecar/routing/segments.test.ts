import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chatBody, factsOf, policyOf } from '../../testing/routing.ts'
import type { Circumstances } from './facts.ts'
import { segmentOf, segmentUnder } from './segments.ts'

const of = (keys: readonly string[], own: Partial<Circumstances> = {}, body = chatBody('Hi')) =>
  segmentOf(keys, factsOf(body, own))

test('a segment is the values of its keys; what is empty at the end is left off', () => {
  const keys = ['feature', 'prompt']
  assert.equal(of(keys, { feature: 'faq', prompt: 'v3' }), 'faq|v3')
  assert.equal(of(keys, { feature: 'faq' }), 'faq')
  assert.equal(of(keys, { prompt: 'v3' }), '|v3')
  assert.equal(of(keys), '')
  assert.equal(of([]), '')
  assert.equal(of(['feature', 'prompt', 'tier'], { feature: 'faq', tier: 'free' }), 'faq||free')
})

test('a value cannot pretend to be two', () => {
  assert.equal(of(['feature', 'prompt'], { feature: 'a|b' }), 'a/b')
  assert.notEqual(
    of(['feature', 'prompt'], { feature: 'a|b' }),
    of(['feature', 'prompt'], { feature: 'a', prompt: 'b' }),
  )
})

test('every key reads its fact', () => {
  const schema = { ...chatBody('Hi'), response_format: { type: 'json_schema' } }
  assert.equal(of(['hasSchema'], {}, schema), 'schema')
  assert.equal(of(['hasSchema']), '')
  assert.equal(of(['hasTools'], {}, { ...chatBody('Hi'), tools: [{}] }), 'tools')
  assert.equal(of(['language'], {}, chatBody('Wie kann ich das machen?')), 'de')
  assert.equal(of(['tier'], { tier: 'gold' }), 'gold')
  assert.equal(of(['tags.team'], { tags: { team: 'x' } }), 'x')
})

test('tokens fall into four classes, each bound in the larger one', () => {
  const classes = [0, 999, 1000, 7999, 8000, 31_999, 32_000, 1e9].map((inputTokens) =>
    of(['tokens'], { inputTokens }),
  )
  assert.deepEqual(classes, ['<1k', '<1k', '<8k', '<8k', '<32k', '<32k', '32k+', '32k+'])
})

test('tags and keys called like members of objects are no values', () => {
  for (const name of ['constructor', '__proto__', 'toString']) {
    assert.equal(of([`tags.${name}`]), '', name)
    assert.equal(of([name]), '', name)
  }
})

test('a policy splits by its own keys and counts small segments with larger ones', () => {
  const facts = factsOf(chatBody('Hi'), { feature: 'faq', prompt: 'v3', tier: 'free' })
  assert.equal(segmentUnder(undefined, ['tier'], facts), 'free')
  assert.equal(segmentUnder(policyOf({ segment_by: ['feature', 'prompt'] }), ['tier'], facts), 'faq|v3')
  const merging = policyOf({ segment_by: ['feature', 'prompt'], merge: { 'faq|v3': 'faq' } })
  assert.equal(segmentUnder(merging, [], facts), 'faq')
  const odd = factsOf(chatBody('Hi'), { feature: 'constructor' })
  assert.equal(segmentUnder(policyOf({ segment_by: ['feature'] }), [], odd), 'constructor')
})
