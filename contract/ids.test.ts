import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createIdSource } from './ids.ts'

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

test('an id is a UUIDv7 that begins with its time', () => {
  const nowMs = 1_764_000_000_123
  const next = createIdSource(() => nowMs)
  for (let index = 0; index < 1000; index += 1) {
    const id = next()
    assert.match(id, uuidV7)
    assert.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), nowMs)
  }
})

test('ids sort by their millisecond', () => {
  let nowMs = 1_764_000_000_000
  const next = createIdSource(() => nowMs)
  let last = next()
  for (let index = 0; index < 5000; index += 1) {
    // Steps that carry into each byte of the time.
    nowMs += 2 ** (index % 33)
    const id = next()
    assert.ok(id > last, `${id} after ${last}`)
    last = id
  }
})

test('three hundred thousand ids of one millisecond are all different', () => {
  const next = createIdSource(() => 1_764_000_000_000)
  const seen = new Set<string>()
  for (let index = 0; index < 300_000; index += 1) seen.add(next().slice(14))
  assert.equal(seen.size, 300_000)
})

test('every random bit is used, and the fixed ones stay fixed', () => {
  const next = createIdSource(() => 0)
  let ever = 0n
  let always = (1n << 128n) - 1n
  for (let index = 0; index < 500; index += 1) {
    const bits = BigInt(`0x${next().replaceAll('-', '')}`)
    ever |= bits
    always &= bits
  }
  assert.equal(always, 0x7000_8000_0000_0000_0000n)
  assert.equal(ever, 0x7fff_bfff_ffff_ffff_ffffn)
})

test('an id of a given time begins with that one', () => {
  const next = createIdSource(() => 1_764_000_000_000)
  const timeOf = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
  assert.equal(timeOf(next(1_000_000_000_000)), 1_000_000_000_000)
  assert.equal(timeOf(next()), 1_764_000_000_000)
})
