import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PatternSettings } from '../settings.ts'
import type { Span } from '../span.ts'
import { createPatterns } from './compile.ts'
import { isLinear, withoutCounts } from './linear.ts'

async function found(text: string, pattern: Partial<PatternSettings> & { readonly regex: string }) {
  const patterns = createPatterns([{ type: 'OWN', ...pattern }])
  const spans: Span[] = []
  try {
    patterns.find(text, spans)
  } finally {
    await patterns.close()
  }
  return spans.map(({ start, end }) => text.slice(start, end))
}

test('own patterns are found, with their context words when they have any', async () => {
  assert.deepEqual(await found('see ORD-12345678.', { regex: 'ORD-\\d{8}' }), ['ORD-12345678'])
  const pattern = { regex: '\\b\\d{6}\\b', context: ['badge'] }
  assert.deepEqual(await found('badge 123456', pattern), ['123456'])
  assert.deepEqual(await found('price 123456', pattern), [])
})

test('a pattern that would never end in the usual engine ends at once', async () => {
  const startedMs = performance.now()
  await found(`${'a'.repeat(60)}!`, { regex: '^(\\w+\\s?)*$' })
  assert.ok(performance.now() - startedMs < 2000)
})

test('what the linear engine does not take runs elsewhere, within a deadline', async () => {
  assert.deepEqual(await found('id 55x', { regex: '(?<=id )\\d+x' }), ['55x'])
  await assert.rejects(found(`${'a'.repeat(60)}!`, { regex: '(?=a)(a+)+$' }), { name: 'PatternTimeout' })
})

test('back-references and mistakes are problems of the configuration', () => {
  for (const regex of ['(a)\\1', '(?<x>a)\\k<x>', '('])
    assert.throws(() => createPatterns([{ type: 'OWN', regex }]), { name: 'PatternProblem' })
  assert.doesNotThrow(() => createPatterns([{ type: 'OWN', regex: '\\\\1[\\1]' }]))
})

test('counted repetitions are written out for the linear engine', () => {
  assert.equal(withoutCounts('A-\\d{3}[a-c]{1,2}x{2,}'), 'A-\\d\\d\\d[a-c][a-c]?xxx*')
  assert.equal(withoutCounts('(ab){2}'), undefined)
  assert.equal(withoutCounts('a{500}'), undefined)
  assert.ok(isLinear('\\d\\d'))
})
