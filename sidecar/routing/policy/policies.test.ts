import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testPolicy } from '../../../testing/policies.ts'
import { PolicyBook, type PolicyText } from './policies.ts'
import { policyReport } from './report.ts'

const textOf = (own: Parameters<typeof testPolicy>[0]): PolicyText => ({
  text: testPolicy(own).text,
  origin: 'warehouse',
  sinceMs: 0,
})
const routesOf = (routes: Record<string, readonly string[]>) =>
  new Map(
    Object.entries(routes).map(([name, ids]) => [
      name,
      { strategy: 'weighted', candidates: ids.map((id) => ({ id, weight: 1 })) },
    ]),
  )

test('a policy holds for its route alone, and only while one of its candidates is there', () => {
  const book = new PolicyBook()
  book.use([textOf({ version: 3 }), textOf({ route: 'gone' })], routesOf({ r: ['a', 'c'], other: ['a'] }))
  assert.equal(book.of('r')?.version, 3)
  assert.equal(book.of('other'), undefined)
  assert.equal(book.of('gone'), undefined)
  assert.equal(book.of('constructor'), undefined)
  book.routesChanged(routesOf({ r: ['c'] }))
  assert.equal(book.of('r'), undefined)
  book.routesChanged(routesOf({ r: ['b'], gone: ['b'] }))
  assert.equal(book.of('r')?.version, 3)
  assert.equal(book.of('gone')?.version, 1)
})

test('a request that reads once sees the weights of one version, however often policies change meanwhile', () => {
  const book = new PolicyBook()
  const routes = routesOf({ r: ['a', 'b'] })
  const shares = (version: number) => ({ a: (version % 10) / 10, b: 1 - (version % 10) / 10 })
  for (let version = 1; version <= 200; version += 1) {
    const held = book.of('r')
    book.use([textOf({ version, default: shares(version) })], routes)
    for (const document of [held, book.of('r')]) {
      if (document !== undefined)
        assert.ok(Math.abs((document.default['a'] ?? 0) - (document.version % 10) / 10) < 1e-6)
    }
    assert.equal(book.of('r')?.version, version)
  }
})

test('the report says of each route what is in force, and of whom the policy knows nothing', () => {
  const book = new PolicyBook()
  const routes = routesOf({ r: ['a', 'c'], plain: ['x'] })
  const segments = { faq: { a: 0.25, b: 0.75 } }
  book.use([textOf({ version: 3, segments })], routes)
  const nowMs = Date.parse('2026-11-01T00:01:00Z')
  const report = JSON.parse(JSON.stringify(policyReport(routes, book, nowMs))).routes
  assert.deepEqual(report.plain, {
    version: 0,
    source: 'configuration',
    strategy: 'weighted',
    weights: { x: 1 },
    segments: {},
  })
  const { version, parent, source, age_seconds, weights, weigh_nothing, not_configured } = report.r
  assert.deepEqual(
    {
      version,
      parent,
      source,
      age_seconds,
      weights,
      weigh_nothing,
      not_configured,
      segments: report.r.segments,
    },
    {
      version: 3,
      parent: 2,
      source: 'warehouse',
      age_seconds: 60,
      weights: { a: 0.5, b: 0.5 },
      weigh_nothing: ['c'],
      not_configured: ['b'],
      segments,
    },
  )
})
