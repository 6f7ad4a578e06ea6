import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../testing/random.ts'
import { type Span, withoutOverlaps } from './span.ts'

/** The rule as it is told, pair by pair. */
function byPairs(found: readonly Span[]): readonly Span[] {
  const kept: Span[] = []
  const sorted = found.toSorted(
    (a, b) => b.score - a.score || b.end - b.start - (a.end - a.start) || a.start - b.start,
  )
  for (const span of sorted)
    if (!kept.some((other) => other.start < span.end && span.start < other.end)) kept.push(span)
  return kept.toSorted((a, b) => a.start - b.start)
}

test('higher score, then longer, then earlier, whatever hangs together', () => {
  const random = seededRandom(11)
  for (let round = 0; round < 2000; round += 1) {
    const found = Array.from({ length: random.int(12) }, (_, index) => {
      const start = random.int(60)
      // A type for each, so that finds that are as good as each other are told apart.
      return { start, end: start + 1 + random.int(14), type: `T${index}`, score: random.int(4) / 4 }
    })
    const places = (spans: readonly Span[]) => spans.map(({ start, end, score }) => [start, end, score])
    assert.deepEqual(places(withoutOverlaps(found)), places(byPairs(found)), `round ${round}`)
  }
})
