import assert from 'node:assert/strict'
import { test } from 'node:test'
import { affinityBlockBytes, PrefixAffinity, prefixBlocks } from './affinity.ts'

const bodyOf = (fields: Readonly<Record<string, string>>) => ({
  slice: (key: string) => (fields[key] === undefined ? undefined : Buffer.from(fields[key])),
})

const text = (blocks: number, letter = 'x') => letter.repeat(blocks * affinityBlockBytes)
const minute = 60_000

test('equal beginnings have equal blocks, up to where they part', () => {
  const one = prefixBlocks(bodyOf({ messages: text(3) + text(2, 'a') }))
  const other = prefixBlocks(bodyOf({ messages: text(3) + text(2, 'b') }))
  assert.equal(one.length, 5)
  assert.deepEqual(one.slice(0, 3), other.slice(0, 3))
  assert.notEqual(one[3], other[3])
  // What follows a difference differs, though its bytes are the same.
  const tail = (letter: string) => prefixBlocks(bodyOf({ messages: text(1, letter) + text(1) }))[1]
  assert.notEqual(tail('a'), tail('b'))
})

test('what is shorter than a block has none; tools and instructions come first', () => {
  assert.deepEqual(prefixBlocks(bodyOf({ messages: 'short' })), [])
  assert.deepEqual(prefixBlocks(bodyOf({})), [])
  const blocks = prefixBlocks(bodyOf({ messages: text(1, 'm'), tools: text(1, 't'), system: text(1, 's') }))
  assert.deepEqual(blocks, prefixBlocks(bodyOf({ messages: text(1, 't') + text(1, 's') + text(1, 'm') })))
})

test('a very long prompt is known by its beginning', () => {
  assert.equal(prefixBlocks(bodyOf({ messages: text(600) })).length, 256)
})

test('who has seen a beginning should have it for five minutes, nobody else', () => {
  const affinity = new PrefixAffinity()
  const blocks = prefixBlocks(bodyOf({ messages: text(10) }))
  assert.equal(affinity.cachedBlocks('a', blocks, 0), 0)
  affinity.sent('a', blocks, 0)
  assert.equal(affinity.cachedBlocks('a', blocks, 0), 8)
  assert.equal(affinity.cachedBlocks('b', blocks, 0), 0)
  assert.equal(affinity.cachedBlocks('a', blocks, 5 * minute), 8)
  assert.equal(affinity.cachedBlocks('a', blocks, 5 * minute + 1), 0)
})

test('only an unbroken beginning counts', () => {
  const affinity = new PrefixAffinity()
  const blocks = prefixBlocks(bodyOf({ messages: text(10) }))
  affinity.sent('a', blocks.slice(0, 4), 0)
  affinity.sent('a', blocks.slice(6), 0)
  assert.ok(Math.abs(affinity.cachedBlocks('a', blocks, 0) - 4 * 0.8) < 1e-9)
})

test('how often a cache had what it should is learned, between 0 and 1, and can recover', () => {
  const affinity = new PrefixAffinity()
  const blocks = prefixBlocks(bodyOf({ messages: text(10) }))
  affinity.sent('a', blocks, 0)
  const expected = () => affinity.cachedBlocks('a', blocks, 0)
  for (let count = 0; count < 100; count += 1) affinity.learn('a', expected(), 0)
  assert.ok(expected() < 0.01)
  for (let count = 0; count < 100; count += 1) affinity.learn('a', expected(), 10)
  assert.ok(expected() > 9.9 && expected() <= 10)
  for (let count = 0; count < 100; count += 1) affinity.learn('a', expected(), 1e9)
  assert.ok(expected() <= 10)
  affinity.learn('b', 0, 5)
  affinity.sent('b', blocks, 0)
  assert.equal(affinity.cachedBlocks('b', blocks, 0), 8)
})

test('a learned ratio comes near the true one', () => {
  const affinity = new PrefixAffinity()
  const blocks = prefixBlocks(bodyOf({ messages: text(10) }))
  affinity.sent('a', blocks, 0)
  for (let count = 0; count < 200; count += 1)
    affinity.learn('a', affinity.cachedBlocks('a', blocks, 0), count % 2 === 0 ? 6 : 2)
  const seen = affinity.cachedBlocks('a', blocks, 0)
  assert.ok(Math.abs(seen - 4) < 0.3, `${seen}`)
})
