import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guardTexts } from '../../testing/guard-texts.ts'
import { createScorer } from './scorer.ts'

const scorer = createScorer()

test('twice the text takes twice the time, whatever it is', () => {
  for (const [name, text] of guardTexts(400_000)) {
    const half = fastest(text.slice(0, 200_000))
    assert.ok(fastest(text) < half * 4 + 10, name)
  }
})

function fastest(text: string): number {
  const times = [1, 2, 3].map(() => {
    const startedAt = performance.now()
    scorer.score(text)
    return performance.now() - startedAt
  })
  return Math.min(...times)
}
