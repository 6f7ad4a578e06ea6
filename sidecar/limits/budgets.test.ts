import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Budgeted, Budgets } from './budgets.ts'
import { periodEndMs, periodStartMs } from './period.ts'

const dollar = 10n ** 12n
const at = (text: string) => Date.parse(text)
const noon = at('2026-11-28T12:00:00Z')
const key = (usd: bigint, per: 'day' | 'week' | 'month' = 'month'): Budgeted => ({
  name: 'k',
  budget: { limit: usd * dollar, per },
})
const startOf = (text: string) => ({ periodStartMs: at(text) })

test('days, weeks from Monday on and months begin and end at midnight in UTC', () => {
  const rows = [
    ['day', '2026-11-28T12:00:00Z', '2026-11-28T00:00:00Z', '2026-11-29T00:00:00Z'],
    ['day', '2026-11-28T00:00:00Z', '2026-11-28T00:00:00Z', '2026-11-29T00:00:00Z'],
    ['week', '2026-11-28T12:00:00Z', '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z'],
    ['week', '2026-11-23T00:00:00Z', '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z'],
    ['week', '2026-11-29T23:59:59Z', '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z'],
    ['month', '2026-12-31T23:59:59Z', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['month', '2028-02-29T01:00:00Z', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z'],
  ] as const
  for (const [period, now, start, end] of rows) {
    assert.equal(periodStartMs(period, at(now)), at(start), `${period} of ${now}`)
    assert.equal(periodEndMs(period, at(now)), at(end), `${period} of ${now}`)
  }
})

test('a key goes on until its budget is spent, then waits for the next period', () => {
  const budgets = new Budgets()
  assert.equal(budgets.waitMs(key(2n), noon), 0)
  budgets.spend(key(2n), 2n * dollar - 1n, noon)
  assert.equal(budgets.waitMs(key(2n), noon), 0, 'the last digit counts')
  budgets.spend(key(2n), 1n, noon)
  assert.equal(budgets.waitMs(key(2n), noon), at('2026-12-01T00:00:00Z') - noon)
  assert.equal(budgets.waitMs(key(2n), at('2026-12-01T00:00:00Z')), 0)
  assert.equal(budgets.spent(key(2n), at('2026-12-01T00:00:00Z'))?.spent, 0n)
})

test('a budget of nothing lets nothing through, and no budget everything', () => {
  const budgets = new Budgets()
  assert.ok(budgets.waitMs(key(0n), noon) > 0)
  budgets.spend({ name: 'k' }, 10n * dollar, noon)
  assert.equal(budgets.waitMs({ name: 'k' }, noon), 0)
  assert.equal(budgets.spent({ name: 'k' }, noon), undefined)
})

test('what was spent elsewhere counts once, however often and by whomever it is told', () => {
  const budgets = new Budgets()
  budgets.spend(key(10n), 1n * dollar, noon)
  const month = startOf('2026-11-01T00:00:00Z')
  budgets.learn(key(10n), { ...month, spent: 3n * dollar }, noon)
  budgets.learn(key(10n), { ...month, spent: 3n * dollar }, noon)
  budgets.learn(key(10n), { ...month, spent: 2n * dollar }, noon)
  assert.equal(budgets.spent(key(10n), noon)?.spent, 4n * dollar)
})

test('what was spent in another period is of no interest', () => {
  const budgets = new Budgets()
  budgets.learn(key(1n), { ...startOf('2026-10-01T00:00:00Z'), spent: 5n * dollar }, noon)
  assert.equal(budgets.waitMs(key(1n), noon), 0)
  budgets.learn(key(1n), { periodStartMs: Number.NaN, spent: 5n * dollar }, noon)
  assert.equal(budgets.waitMs(key(1n), noon), 0)
})

test('a raised budget lets a key go on, and a lowered one stops it, with what it spent', () => {
  const budgets = new Budgets()
  budgets.spend(key(1n), 1n * dollar, noon)
  assert.ok(budgets.waitMs(key(1n), noon) > 0)
  assert.equal(budgets.waitMs(key(2n), noon), 0)
})
