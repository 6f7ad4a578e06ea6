import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../../testing/random.ts'
import { createAnalyst } from '../analyst.ts'
import { noKnownWords } from '../language/known-words.ts'
import { type EntryContent, freshnessOf, jittered } from './entry.ts'
import { isPurged } from './purge.ts'
import { Store } from './store.ts'

const analyst = createAnalyst(noKnownWords)

function content(
  id: string,
  from: Partial<EntryContent> & { text?: string; size?: number } = {},
): EntryContent {
  const { text = `question ${id}`, size = 100, ...rest } = from
  const { analysis, roots } = analyst.question(text, 'en', 2026)
  return {
    id,
    exact: `key ${id}`,
    compat: 'scope',
    owner: 'o',
    customer: 'c',
    route: 'r',
    tags: {},
    model: 'm',
    provider: 'p',
    head: text,
    analysis,
    roots,
    answer: Buffer.alloc(size),
    createdMs: 0,
    costUsd: '0.001',
    tookMs: 1000,
    life: { exact: 1000, lexical: 1000, semantic: 0 },
    graceMs: { revalidate: 0, error: 0 },
    ...rest,
  }
}

const limits = { bytesMax: 100_000, quota: 1, usdPerSecond: 0.00001 }

test('what is kept is found by key, by id and by its words, until it is removed', () => {
  const store = new Store(limits, noKnownWords)
  const entry = store.add(content('1', { text: 'what is the capital of peru' }))
  assert.ok(entry)
  assert.equal(store.exact('key 1'), entry)
  assert.equal(store.byId('1'), entry)
  assert.equal(store.scope('scope')?.equal(entry.analysis?.key ?? '')[0], entry)
  store.remove(entry)
  assert.equal(store.exact('key 1'), undefined)
  assert.equal(store.byId('1'), undefined)
  assert.equal(store.scope('scope'), undefined)
  assert.equal(store.bytes, 0)
})

test('a second answer to the same request takes the place of the first', () => {
  const store = new Store(limits, noKnownWords)
  store.add(content('1'))
  store.add({ ...content('2'), exact: 'key 1' })
  assert.equal(store.size, 1)
  assert.equal(store.exact('key 1')?.id, '2')
})

test('whatever comes, the bytes stay below the limit and the books are right', () => {
  const random = seededRandom(3)
  const store = new Store({ ...limits, quota: 0.25 }, noKnownWords)
  for (let n = 0; n < 3000; n += 1) {
    const entry = store.add(content(String(n), { owner: `o${random.int(9)}`, size: 10 + random.int(4000) }))
    if (entry !== undefined && random.chance(0.3)) store.hit(entry)
    if (random.chance(0.05)) store.removeWhere((one) => one.owner === 'o3')
    assert.ok(store.bytes <= 100_000)
  }
  const own = new Map<string, number>()
  let sum = 0
  for (const { owner, bytes } of store.entries()) {
    own.set(owner, (own.get(owner) ?? 0) + bytes)
    sum += bytes
  }
  assert.equal(store.bytes, sum)
  for (const [owner, bytes] of own) assert.ok(bytes <= 25_000, `${owner} has ${bytes}`)
  assert.ok(store.evictions > 100)
})

test('dear and asked for stays, cheap and large goes', () => {
  const store = new Store({ ...limits, bytesMax: 12_000 }, noKnownWords)
  store.add(content('dear', { costUsd: '0.5' }))
  const hot = store.add(content('hot'))
  for (let n = 0; n < 50 && hot; n += 1) store.hit(hot)
  for (let n = 0; n < 40; n += 1) store.add(content(`cheap ${n}`, { size: 900 }))
  assert.ok(store.exact('key dear'))
  assert.ok(store.exact('key hot'))
})

test('what was worth much once does not stay for ever', () => {
  const store = new Store({ ...limits, bytesMax: 12_000 }, noKnownWords)
  store.add(content('old', { costUsd: '0.002' }))
  for (let n = 0; n < 400; n += 1) store.add(content(`new ${n}`))
  assert.equal(store.exact('key old'), undefined)
})

test('an answer larger than its owner’s share is not kept', () => {
  const store = new Store({ ...limits, quota: 0.25 }, noKnownWords)
  assert.equal(store.add(content('big', { size: 30_000 })), undefined)
  assert.equal(store.size, 0)
})

test('a life ends to the millisecond, and what is stale may be served only within its grace', () => {
  const entry = content('1', { createdMs: 1000, life: { exact: 1000, lexical: 0, semantic: 0 } })
  const at = (nowMs: number, graceMs = 0) => freshnessOf(entry, 'exact', { nowMs, graceMs })
  assert.deepEqual(
    [at(1000), at(1999), at(2000), at(2000, 500), at(2499, 500), at(2500, 500)],
    ['fresh', 'fresh', 'old', 'stale', 'stale', 'old'],
  )
  assert.equal(freshnessOf(entry, 'lexical', { nowMs: 1000, graceMs: 9999 }), 'old')
  assert.deepEqual([jittered(1000, 0), jittered(1000, 0.5), jittered(1000, 1)], [900, 1000, 1100])
})

test('a purge takes what fits all that is named', () => {
  const store = new Store(limits, noKnownWords)
  store.add(content('1', { customer: 'a', route: 'x', tags: { env: 'prod' }, text: 'how is it' }))
  store.add(content('2', { customer: 'a', route: 'y', model: 'other' }))
  store.add(content('3', { customer: 'b', route: 'x' }))
  const fits = (purge: Parameters<typeof isPurged>[1]) =>
    [...store.entries()].filter((entry) => isPurged(entry, purge)).map(({ id }) => id)
  assert.deepEqual(fits({ customer: 'a' }), ['1', '2'])
  assert.deepEqual(fits({ customer: 'a', route: 'x' }), ['1'])
  assert.deepEqual(fits({ model: 'p/other' }), ['2'])
  assert.deepEqual(fits({ tag: 'env=prod' }), ['1'])
  assert.deepEqual(fits({ tag: 'env=test' }), [])
  assert.deepEqual(fits({ prefix: 'how' }), ['1'])
  assert.deepEqual(fits({ all: true }), ['1', '2', '3'])
})
