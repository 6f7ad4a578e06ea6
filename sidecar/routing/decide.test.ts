import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canaryNumber, drawNumber, unitHash } from '../../contract/draw.ts'
import { candidateOf, decisionAsk, outlookOf, policyOf, routeOf } from '../../testing/routing.ts'
import { type Decided, type DecisionAsk, decide } from './decide.ts'
import type { Candidate } from './route.ts'
import { StickyUnits } from './sticky.ts'
import { onceFor, type Unit } from './units.ts'

const [a, b, c] = ['a', 'b', 'c'].map((id) => candidateOf(id)) as [Candidate, Candidate, Candidate]
const route = routeOf([a, b, c], { baseline: a })

function conversation(id: string): Unit {
  return { kind: 'conversation', id, hash: unitHash(id), isLasting: true }
}

function decided(ask: DecisionAsk, sticky = new StickyUnits(10)): Decided {
  const decision = decide(ask, sticky)
  assert.ok(decision.kind === 'decided')
  return decision
}

const count = 10_000
const units = Array.from({ length: count }, (_, index) => conversation(`unit-${index}`))

/** Shares by id, within `points` of what is expected. */
function assertShares(
  ids: readonly string[],
  expected: Readonly<Record<string, number>>,
  points: number,
): void {
  for (const [id, share] of Object.entries(expected)) {
    const seen = ids.filter((own) => own === id).length / ids.length
    assert.ok(Math.abs(seen - share) <= points / 100, `${id}: ${seen} for ${share}`)
  }
}

const policy = policyOf({ default: { a: 0.5, b: 0.3, c: 0.2 } })

test('under a policy the first 5 % of units are the baseline’s, whatever the weights, and are logged as held out', () => {
  for (const weights of [{ a: 0.5, b: 0.3, c: 0.2 }, { b: 1 }, { a: 1 }]) {
    for (const unit of units.slice(0, 2000)) {
      const { drawn, assigned } = decided(
        decisionAsk(route, { policy: policyOf({ default: weights }), unit }),
      )
      assert.equal(drawn.policyRole, drawn.drawU < 0.05 ? 'holdout' : 'active')
      if (drawn.policyRole === 'holdout') assert.equal(assigned, a)
      const total = drawn.probabilities[drawn.candidates.indexOf('a')] ?? 0
      assert.ok(
        total >= 0.05 && drawn.propensity === drawn.probabilities[drawn.candidates.indexOf(assigned.id)],
      )
      assert.ok(Math.abs(drawn.probabilities.reduce((sum, own) => sum + own, 0) - 1) < 1e-12)
    }
  }
})

test('the units follow the probabilities that are logged, the holdout in them', () => {
  const drawn = units.map((unit) => decided(decisionAsk(route, { policy, unit })).drawn)
  assertShares(
    drawn.map((own) => own.assigned),
    { a: 0.525, b: 0.285, c: 0.19 },
    1.5,
  )
  assert.deepEqual(
    drawn[0]?.probabilities.map((own) => Math.round(own * 1e9) / 1e9),
    [0.525, 0.285, 0.19],
  )
})

test('who is held out stays so when weights change', () => {
  const heldOut = (default_: Record<string, number>) =>
    units
      .filter(
        (unit) =>
          decided(decisionAsk(route, { policy: policyOf({ default: default_ }), unit })).drawn.policyRole ===
          'holdout',
      )
      .map(({ id }) => id)
  const before = heldOut({ a: 0.1, b: 0.9 })
  assert.ok(before.length > count * 0.04 && before.length < count * 0.06)
  assert.deepEqual(heldOut({ c: 1 }), before)
})

test('without a policy, without a baseline or without it among the eligible there is no holdout', () => {
  const asks = (unit: Unit): readonly DecisionAsk[] => [
    decisionAsk(route, { unit }),
    decisionAsk(routeOf([a, b, c]), { policy, unit }),
    decisionAsk(route, { policy, unit, eligible: [b, c] }),
  ]
  for (const unit of units.slice(0, 1000))
    for (const ask of asks(unit)) assert.equal(decided(ask).drawn.policyRole, 'active')
  const shares = units.map(
    (unit) => decided(decisionAsk(route, { policy, unit, eligible: [b, c] })).drawn.assigned,
  )
  assertShares(shares, { a: 0, b: 0.6, c: 0.4 }, 1.5)
})

test('a unit that was held out while its baseline was there is drawn again as active when it leaves', () => {
  const sticky = new StickyUnits(3 * count)
  const held = units.filter(
    (unit) => decided(decisionAsk(route, { policy, unit }), sticky).drawn.policyRole === 'holdout',
  )
  const again = held.map(
    (unit) => decided(decisionAsk(route, { policy, unit, eligible: [b, c] }), sticky).drawn,
  )
  assert.ok(again.every((own) => own.policyRole === 'active' && own.drawN === 1))
})

const canary = {
  fraction: 0.1,
  salt: 'c2',
  control: { version: 1, segments: {}, default: { a: 1 } },
}

test('a canary gives its share the new weights and the others the old ones, each under its version', () => {
  const noBaseline = routeOf([a, b, c])
  const drawn = units.map((unit) => ({
    unit,
    drawn: decided(decisionAsk(noBaseline, { policy: policyOf({ default: { b: 1 }, canary }), unit })).drawn,
  }))
  for (const { unit, drawn: own } of drawn) {
    const isNew = canaryNumber('c2', unit.id) < 0.1
    const { policyRole, policyVersion, assigned } = own
    const expected = isNew ? ['candidate', 2, 'b'] : ['control', 1, 'a']
    assert.deepEqual([policyRole, policyVersion, assigned], expected)
  }
  assertShares(
    drawn.map(({ drawn: own }) => own.policyRole),
    { candidate: 0.1, control: 0.9 },
    1,
  )
})

test('the holdout is the same on both sides of a canary', () => {
  const both = policyOf({ default: { b: 1 }, canary })
  for (const unit of units.slice(0, 2000)) {
    const { drawn } = decided(decisionAsk(route, { policy: both, unit }))
    const plain = decided(decisionAsk(route, { policy, unit }))
    assert.equal(drawn.policyRole === 'holdout', plain.drawn.policyRole === 'holdout')
  }
})

test('weights are those of the segment, else the default; names of objects are no segments', () => {
  const segmented = policyOf({ default: { a: 1 }, segments: { faq: { b: 1 } } })
  const plain = routeOf([a, b, c])
  const winner = (segment: string) => decided(decisionAsk(plain, { policy: segmented, segment })).assigned.id
  assert.deepEqual(['faq', 'other', '', 'constructor', '__proto__'].map(winner), ['b', 'a', 'a', 'a', 'a'])
})

test('a candidate leaves: its units split over the others by weight, the other units stay', () => {
  const sticky = new StickyUnits(3 * count)
  const weighted = routeOf([candidateOf('a', 0.5), candidateOf('b', 0.3), candidateOf('c', 0.2)])
  const [, second, third] = weighted.byId as [Candidate, Candidate, Candidate]
  const first = units.map((unit) => decided(decisionAsk(weighted, { unit }), sticky).drawn.assigned)
  const after = units.map((unit) =>
    decided(decisionAsk(weighted, { unit, eligible: [second, third] }), sticky),
  )
  const moved = after.filter((_, index) => first[index] === 'a')
  assert.ok(moved.length > count * 0.48)
  assertShares(
    moved.map((own) => own.drawn.assigned),
    { b: 0.6, c: 0.4 },
    2,
  )
  assert.ok(moved.every((own) => own.drawn.drawN === 1 && !own.isKept))
  for (const [index, own] of after.entries()) {
    if (first[index] === 'a') continue
    assert.ok(own.isKept && own.drawn.assigned === first[index] && own.drawn.drawN === 0)
  }
  const back = units.map((unit) => decided(decisionAsk(weighted, { unit }), sticky))
  assert.ok(back.every((own, index) => own.isKept && own.drawn.assigned === after[index]?.drawn.assigned))
})

test('a conversation keeps its candidate across policies, with the version and the propensity of its draw', () => {
  const sticky = new StickyUnits(3 * count)
  const first = units.slice(0, 500).map((unit) => decided(decisionAsk(route, { policy, unit }), sticky).drawn)
  const next = policyOf({ version: 3, id: 'policy-3', default: { c: 1 } })
  for (const [index, own] of first.entries()) {
    const unit = units[index] as Unit
    const { drawn, isKept } = decided(decisionAsk(route, { policy: next, unit }), sticky)
    assert.ok(isKept)
    assert.deepEqual(drawn, own)
  }
})

test('a pause of more than half an hour ends it, shorter ones add up to nothing', () => {
  const sticky = new StickyUnits(10)
  const unit = conversation('u')
  const minute = 60_000
  const at = (nowAt: number) => decided(decisionAsk(route, { unit, nowAt }), sticky).isKept
  assert.deepEqual(
    [0, 29, 58, 88, 119].map((minutes) => at(minutes * minute)),
    [false, true, true, true, false],
  )
})

test('a request that nothing follows is drawn for itself and not kept', () => {
  const sticky = new StickyUnits(10)
  for (let index = 0; index < 100; index += 1) {
    const own = decided(decisionAsk(route, { unit: onceFor(`request-${index}`) }), sticky)
    assert.equal(own.isKept, false)
  }
  assert.equal(sticky.size, 0)
})

test('equal units get equal candidates on every sidecar, without talking', () => {
  for (const unit of units.slice(0, 200)) {
    const here = decided(decisionAsk(route, { policy, unit })).drawn
    assert.deepEqual(decided(decisionAsk(route, { policy, unit })).drawn, here)
    assert.equal(here.drawU, drawNumber({ salt: 's1', route: 'r', unit: unit.id, n: 0 }))
  }
})

test('what is explored is in the probabilities', () => {
  const cheap = routeOf([a, b, c], { strategy: 'cheapest', explore: 0.04 })
  const outlook = outlookOf(cheap, { costOf: ({ id }) => (id === 'b' ? 1 : 2) })
  const { drawn } = decided(decisionAsk(cheap, { outlook }))
  assert.deepEqual(drawn.probabilities, [0.02, 0.96, 0.02])
  const even = routeOf([a, b, c], { explore: 0.3 })
  const spread = decided(
    decisionAsk(even, { policy: policyOf({ default: { a: 0.5, b: 0.5 } }), outlook: outlookOf(even) }),
  )
  assert.deepEqual(
    spread.drawn.probabilities.map((own) => Math.round(own * 1e9) / 1e9),
    [0.45, 0.45, 0.1],
  )
  const only = decided(decisionAsk(routeOf([a], { explore: 0.3 })))
  assert.deepEqual(only.drawn.probabilities, [1])
})

test('whom the strategy left out is told with the reason, also where nobody is left', () => {
  const cheap = routeOf([a, b, c], { strategy: 'cheapest' })
  const outlook = outlookOf(cheap, { costOf: ({ id }) => (id === 'b' ? 1 : undefined) })
  assert.deepEqual(decided(decisionAsk(cheap, { outlook })).excluded, { a: 'no_price', c: 'no_price' })
  const nobody = decide(decisionAsk(cheap), new StickyUnits(10))
  assert.deepEqual(nobody, { kind: 'nobody', excluded: { a: 'no_price', b: 'no_price', c: 'no_price' } })
})

test('escalated, a unit is drawn again among the stronger, is logged as override, and stays there', () => {
  const sticky = new StickyUnits(10)
  const unit = conversation('u')
  decided(decisionAsk(route, { policy, unit }), sticky)
  const first = decided(decisionAsk(route, { policy, unit, eligible: [c], isEscalated: true }), sticky)
  assert.deepEqual([first.drawn.policyRole, first.assigned, first.drawn.drawN], ['override', c, 1])
  const second = decided(decisionAsk(route, { policy, unit, eligible: [b, c], isEscalated: true }), sticky)
  assert.deepEqual([second.isKept, second.assigned], [true, c])
})
