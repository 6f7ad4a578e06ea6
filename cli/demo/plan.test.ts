import assert from 'node:assert/strict'
import { test } from 'node:test'
import { customers, demoRoutes, spender } from './cast.ts'
import { letterOf } from './letter.ts'
import { planErrands } from './plan.ts'

const hourAndHalf = { seed: '1', spanMs: 5_400_000, perMinute: 33, hasStory: true }

test('the same seed plans the same requests, another one others', () => {
  const letters = (seed: string) =>
    planErrands({ ...hourAndHalf, seed, spanMs: 600_000 }).map((errand) => [
      errand.atMs,
      letterOf(errand, 'm'),
    ])
  assert.deepEqual(letters('1'), letters('1'))
  assert.notDeepEqual(letters('1'), letters('2'))
})

test('the plan is in the order of time, within its span, and about as large as asked', () => {
  const errands = planErrands(hourAndHalf)
  const times = errands.map(({ atMs }) => atMs)
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  )
  assert.ok(times[0]! >= 0 && times.at(-1)! < hourAndHalf.spanMs)
  assert.ok(errands.length > 2400 && errands.length < 4000, String(errands.length))
  assert.ok(times[0]! < 120_000 && times.at(-1)! > hourAndHalf.spanMs - 120_000)
})

test('every route, several apps, many customers, conversations, streams, mishaps and opinions occur', () => {
  const errands = planErrands(hourAndHalf)
  const seen = <T>(of: (errand: (typeof errands)[number]) => T) => new Set(errands.map(of))
  assert.deepEqual([...seen(({ feature }) => feature.route)].sort(), [...demoRoutes].sort())
  assert.equal(seen(({ app }) => app.name).size, 5)
  assert.ok(seen(({ customer }) => customer.name).size > 40)
  assert.equal(seen(({ mishap }) => mishap).size, 7)
  assert.ok(errands.some(({ turn }) => turn >= 4))
  assert.ok(errands.some(({ streamed }) => streamed) && errands.some(({ streamed }) => !streamed))
  assert.ok(errands.filter(({ opinion }) => opinion !== undefined).length > 100)
  for (const version of ['v7', 'v8']) assert.ok(errands.some((errand) => errand.version === version))
})

test('few customers ask most, and one of them hands in a pile of contracts in the story alone', () => {
  const count = (hasStory: boolean, name: string) =>
    planErrands({ ...hourAndHalf, hasStory }).filter(
      ({ customer, app }) => customer.name === name && app.name === 'contracts',
    ).length
  assert.ok(count(true, spender.name) > count(false, spender.name) + 50)
  const errands = planErrands({ ...hourAndHalf, hasStory: false })
  const first = new Set(customers.slice(0, 6).map(({ name }) => name))
  const share = errands.filter(({ customer }) => first.has(customer.name)).length / errands.length
  assert.ok(share > 0.35 && share < 0.75, String(share))
})

test('names that are no ASCII survive the way through a header', () => {
  const errand = planErrands(hourAndHalf).find(({ customer }) => customer.name === '株式会社さくら')
  assert.ok(errand)
  const header = letterOf(errand, 'm').headers['x-sidelight-customer'] ?? ''
  assert.match(header, /^[\x20-\xff]+$/)
  assert.equal(Buffer.from(header, 'latin1').toString(), '株式会社さくら')
})
