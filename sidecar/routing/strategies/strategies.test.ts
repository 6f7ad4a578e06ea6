import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Weights } from '../../../contract/policy.ts'
import { candidateOf, outlookOf, routeOf } from '../../../testing/routing.ts'
import type { Candidate, Route } from '../route.ts'
import type { Outlook, Plan } from '../strategy.ts'
import { best } from './best.ts'
import { cheapest } from './cheapest.ts'
import { fastest } from './fastest.ts'
import { ordered } from './ordered.ts'
import { weighted } from './weighted.ts'

const [a, b, c] = ['a', 'b', 'c'].map((id) => candidateOf(id)) as [Candidate, Candidate, Candidate]
const all = [a, b, c]

/** A figure by id; who is not named has none. */
const by =
  (figures: Readonly<Record<string, number>>) =>
  ({ id }: Candidate) =>
    figures[id]

function evidence(
  bounds: Readonly<Record<string, readonly [lower: number, upper: number]>>,
): Outlook['evidenceOf'] {
  return ({ id }) => {
    const bound = bounds[id]
    return bound && { n: 100, quality: (bound[0] + bound[1]) / 2, lower: bound[0], upper: bound[1] }
  }
}

const winnerOf = ({ eligible, probabilities }: Plan) => eligible[probabilities.indexOf(1)]?.id

const cheap = (
  costs: Readonly<Record<string, number>>,
  own: Partial<Route> = {},
  more: Partial<Outlook> = {},
) => {
  const route = routeOf(all, { strategy: 'cheapest', ...own })
  return cheapest(all, outlookOf(route, { costOf: by(costs), ...more }))
}

test('cheapest: the lowest expected cost; who has no known price is no cheap one', () => {
  const plan = cheap({ a: 3, b: 2 })
  assert.equal(winnerOf(plan), 'b')
  assert.deepEqual(plan.excluded, { c: 'no_price' })
  assert.deepEqual(plan.probabilities, [0, 1])
  assert.equal(winnerOf(cheap({ a: 3, b: 2, c: 0 })), 'c')
})

test('cheapest: nobody with a price, nobody left', () => {
  const plan = cheap({})
  assert.deepEqual(plan.eligible, [])
  assert.deepEqual(plan.excluded, { a: 'no_price', b: 'no_price', c: 'no_price' })
})

test('cheapest: of equal costs the one that is configured first', () => {
  assert.equal(winnerOf(cheap({ a: 1, b: 1, c: 1 })), 'a')
  assert.equal(winnerOf(cheap({ a: 1, b: 1, c: 1 }, { candidates: [c, b, a] })), 'c')
  assert.equal(winnerOf(cheap({ a: 2, b: 1, c: 1 }, { candidates: [a, c, b] })), 'c')
})

test('cheapest: below the floor by its upper bound is out; unknown quality and overlap stay', () => {
  const floor = { baseline: a, maxLoss: 0.02 }
  const costs = { a: 9, b: 1, c: 2 }
  const bad = cheap(costs, floor, { evidenceOf: evidence({ a: [0.88, 0.92], b: [0.7, 0.88] }) })
  assert.equal(winnerOf(bad), 'c')
  assert.deepEqual(bad.excluded, { b: 'below_quality_floor' })
  const overlapping = cheap(costs, floor, { evidenceOf: evidence({ a: [0.88, 0.92], b: [0.7, 0.883] }) })
  assert.equal(winnerOf(overlapping), 'b')
  assert.equal(winnerOf(cheap(costs, floor, { evidenceOf: evidence({ b: [0, 0.1] }) })), 'b')
  assert.equal(
    winnerOf(cheap(costs, { baseline: a }, { evidenceOf: evidence({ a: [0.9, 0.9], b: [0, 0.1] }) })),
    'b',
  )
})

test('cheapest: the baseline itself is never below its floor', () => {
  const plan = cheap({ a: 1 }, { baseline: a, maxLoss: 0 }, { evidenceOf: evidence({ a: [0.1, 0.2] }) })
  assert.equal(winnerOf(plan), 'a')
})

const fast = (
  waits: Readonly<Record<string, number>>,
  more: Partial<Outlook> = {},
  own: Partial<Route> = {},
) => fastest(all, outlookOf(routeOf(all, own), { waitOf: by(waits), samplesOf: () => 20, ...more }))

test('fastest: the shortest wait; within ten percent the cheaper, of equal cost the shorter', () => {
  assert.equal(winnerOf(fast({ a: 300, b: 200, c: 400 })), 'b')
  assert.equal(winnerOf(fast({ a: 219, b: 200, c: 400 }, { costOf: by({ a: 1, b: 2, c: 0 }) })), 'a')
  assert.equal(winnerOf(fast({ a: 221, b: 200, c: 400 }, { costOf: by({ a: 1, b: 2, c: 0 }) })), 'b')
  assert.equal(winnerOf(fast({ a: 210, b: 200, c: 400 }, { costOf: by({ a: 1, b: 1, c: 1 }) })), 'b')
  assert.equal(winnerOf(fast({ a: 200, b: 210, c: 400 }, { costOf: by({ b: 1 }) })), 'b')
})

test('fastest: fewer than 20 answers count as the median of the others, however fast they were', () => {
  const samplesOf = ({ id }: Candidate) => (id === 'a' ? 19 : 20)
  assert.equal(winnerOf(fast({ a: 1, b: 300, c: 200 }, { samplesOf })), 'c')
  assert.equal(winnerOf(fast({ a: 1, b: 300, c: 200 })), 'a')
})

test('fastest: nobody measured, the first of the configuration', () => {
  const plan = fast({ a: 3, b: 2, c: 1 }, { samplesOf: () => 0 }, { candidates: [b, a, c] })
  assert.equal(winnerOf(plan), 'b')
})

test('fastest spreads two percent unless the route says otherwise', () => {
  assert.equal(fast({ a: 1, b: 2, c: 3 }).explore, 0.02)
  assert.equal(fast({ a: 1, b: 2, c: 3 }, {}, { explore: 0 }).explore, 0)
  assert.equal(fast({ a: 1 }, { samplesOf: () => 0 }, { explore: 0.1 }).explore, 0.1)
})

const bestOf = (more: Partial<Outlook>, own: Partial<Route> = {}, eligible = all) =>
  best(eligible, outlookOf(routeOf(all, own), more))

test('best: the highest lower bound, not the highest estimate; of equals the first by id', () => {
  assert.equal(
    winnerOf(bestOf({ evidenceOf: evidence({ a: [0.5, 0.99], b: [0.7, 0.72], c: [0.6, 0.7] }) })),
    'b',
  )
  assert.equal(winnerOf(bestOf({ evidenceOf: evidence({ a: [0.7, 0.8], b: [0.7, 0.9] }) })), 'a')
  assert.equal(winnerOf(bestOf({ evidenceOf: evidence({ a: [-0.3, 0], b: [-0.1, 0] }) })), 'b')
})

test('best: without evidence the baseline, without one the dearest, without prices the first', () => {
  assert.equal(winnerOf(bestOf({ listPriceOf: by({ a: 1, b: 5 }) }, { baseline: a })), 'a')
  assert.equal(winnerOf(bestOf({ listPriceOf: by({ a: 1, b: 5 }) })), 'b')
  assert.equal(winnerOf(bestOf({ listPriceOf: by({ a: 1, b: 5 }) }, { baseline: c }, [a, b])), 'b')
  assert.equal(winnerOf(bestOf({}, { candidates: [c, a, b] })), 'c')
})

test('best says what decided', () => {
  const notes = [
    bestOf({ evidenceOf: evidence({ a: [0.5, 0.6] }) }),
    bestOf({}, { baseline: a }),
    bestOf({ listPriceOf: by({ a: 1 }) }),
    bestOf({}),
  ].map((plan) => plan.notes?.[0])
  assert.equal(new Set(notes).size, 4)
  assert.match(notes[1] ?? '', /baseline/)
})

test('ordered: the first of the configuration that is left', () => {
  const route = routeOf([c, a, b])
  assert.equal(winnerOf(ordered(all, outlookOf(route))), 'c')
  assert.equal(winnerOf(ordered([a, b], outlookOf(route))), 'a')
})

const weigh = (candidates: readonly Candidate[], weights?: Weights) =>
  weighted(candidates, outlookOf(routeOf(candidates)), weights).probabilities

test('weighted: the policy’s weights renormalised over who is left', () => {
  assert.deepEqual(weigh(all, { a: 0.2, b: 0.3, c: 0.5 }), [0.2, 0.3, 0.5])
  assert.deepEqual(weigh([a, b], { a: 0.2, b: 0.2, c: 0.6 }), [0.5, 0.5])
  assert.deepEqual(weigh([a, b], { a: 1, stranger: 3 }), [1, 0])
})

test('weighted: where the policy gives those who are left nothing, the configured weights hold, then equal shares', () => {
  assert.deepEqual(weigh([candidateOf('a', 3), candidateOf('b', 1)], { c: 1 }), [0.75, 0.25])
  assert.deepEqual(weigh([candidateOf('a', 0), candidateOf('b', 0)], { c: 1 }), [0.5, 0.5])
  assert.deepEqual(weigh([candidateOf('a', 0), candidateOf('b', 2)]), [0, 1])
  assert.deepEqual(weigh(all, {}), [1 / 3, 1 / 3, 1 / 3])
})

test('weighted: ids that objects know without being told weigh nothing of their own', () => {
  const odd = ['__proto__', 'constructor', 'toString'].map((id) => candidateOf(id))
  assert.deepEqual(weigh([...odd, a], { a: 1 }), [0, 0, 0, 1])
  const told = JSON.parse('{"__proto__": 0.25, "constructor": 0.75}') as Record<string, number>
  assert.deepEqual(weigh(odd, told), [0.25, 0.75, 0])
})
