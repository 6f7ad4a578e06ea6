import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Drawn } from './decide.ts'
import { Lru } from './lru.ts'
import { StickyUnits } from './sticky.ts'

function drawn(assigned: string, own: Partial<Drawn> = {}): Drawn {
  return {
    candidates: ['a', 'b'],
    probabilities: [0.4, 0.6],
    drawU: 0.5,
    drawN: 0,
    unitKind: 'conversation',
    unitHash: 'u',
    saltId: 's1',
    assigned,
    propensity: 0.6,
    policyId: '',
    policyVersion: 0,
    policyRole: 'active',
    ...own,
  }
}

const keep = (sticky: StickyUnits, route: string, unit: string, own: Drawn, nowAt = 0) =>
  sticky.keep(route, unit, { drawn: own, nowAt, isEscalated: false })

test('a unit keeps its draw on its route alone', () => {
  const sticky = new StickyUnits(10)
  keep(sticky, 'r', 'u', drawn('a'))
  assert.equal(sticky.find('r', 'u', 0)?.drawn.assigned, 'a')
  assert.equal(sticky.find('other', 'u', 0), undefined)
  assert.equal(sticky.find('r', 'v', 0), undefined)
})

test('after half an hour without a request it is found no more', () => {
  const sticky = new StickyUnits(10)
  keep(sticky, 'r', 'u', drawn('a'), 1000)
  assert.ok(sticky.find('r', 'u', 1000 + 30 * 60_000))
  assert.equal(sticky.find('r', 'u', 1001 + 30 * 60_000), undefined)
})

test('forgotten is gone', () => {
  const sticky = new StickyUnits(10)
  keep(sticky, 'r', 'u', drawn('a'))
  sticky.forget('r', 'u')
  assert.equal(sticky.find('r', 'u', 0), undefined)
  assert.equal(sticky.size, 0)
})

test('equal numbers are kept once, other numbers and other assignments as they are', () => {
  const sticky = new StickyUnits(10)
  keep(sticky, 'r', 'u', drawn('a'))
  keep(sticky, 'r', 'v', drawn('b'))
  keep(sticky, 'r', 'w', drawn('a', { probabilities: [0.5, 0.5], propensity: 0.5 }))
  keep(sticky, 'r', 'x', drawn('a', { candidates: ['a', 'c'] }))
  const [u, v, w, x] = ['u', 'v', 'w', 'x'].map((unit) => sticky.find('r', unit, 0)?.drawn)
  assert.equal(v?.probabilities, u?.probabilities)
  assert.equal(v?.candidates, u?.candidates)
  assert.deepEqual([v?.assigned, w?.probabilities, x?.candidates], ['b', [0.5, 0.5], ['a', 'c']])
})

test('units and routes without end stay under the ceiling; the latest is kept', () => {
  const sticky = new StickyUnits(100)
  for (let index = 0; index < 5000; index += 1) keep(sticky, `r${index}`, `u${index}`, drawn('a'))
  assert.ok(sticky.size <= 100)
  assert.ok(sticky.find('r4999', 'u4999', 0))
  assert.equal(sticky.find('r0', 'u0', 0), undefined)
})

test('a map with a ceiling never passes it and keeps at least the latest half', () => {
  for (const max of [2, 3, 10, 101]) {
    const lru = new Lru<number, number>(max)
    for (let key = 0; key < 1000; key += 1) {
      lru.set(key, key)
      assert.ok(lru.size <= max, `${lru.size} of ${max}`)
      for (let back = 0; back < Math.floor(max / 2) && back <= key; back += 1)
        assert.equal(lru.get(key - back), key - back)
    }
  }
})

test('what is asked for stays, however much comes after it', () => {
  const lru = new Lru<string, number>(10)
  lru.set('kept', 1)
  for (let key = 0; key < 1000; key += 1) {
    lru.set(`k${key}`, key)
    assert.equal(lru.get('kept'), 1)
  }
})

test('the newest value counts, and deleted is deleted in both halves', () => {
  const lru = new Lru<string, number>(4)
  lru.set('a', 1)
  lru.set('b', 2)
  lru.set('a', 3)
  assert.equal(lru.get('a'), 3)
  lru.set('c', 4)
  lru.delete('a')
  lru.delete('b')
  assert.deepEqual([lru.get('a'), lru.get('b'), lru.get('c')], [undefined, undefined, 4])
  assert.equal(lru.size, 1)
})
