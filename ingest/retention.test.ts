import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrations } from './migrations/all.ts'
import { shardedTables } from './migrations/render.ts'
import { renderRetention, ttlOf } from './retention.ts'

const to = {
  target: 'server',
  database: 'sidelight',
  cluster: '',
  customers: 'few',
  sharded: shardedTables(migrations),
} as const
const dayMs = 86_400_000
const current = new Map([
  ['requests', 'toDateTime(ts) + toIntervalDay(90)'],
  ['usage_daily', undefined],
])

test('what is in force already is left alone', () => {
  assert.deepEqual(renderRetention({ requests: 90 * dayMs, usage_daily: 'forever' }, to, current), [])
})

test('what differs is changed', () => {
  assert.deepEqual(renderRetention({ requests: 30 * dayMs, usage_daily: 730 * dayMs }, to, current), [
    'ALTER TABLE `sidelight`.`requests` MODIFY TTL toDateTime(ts) + toIntervalDay(30)',
    'ALTER TABLE `sidelight`.`usage_daily` MODIFY TTL day + toIntervalDay(730)',
  ])
})

test('rows that shall stay for ever lose their limit', () => {
  assert.deepEqual(renderRetention({ requests: 'forever' }, to, current), [
    'ALTER TABLE `sidelight`.`requests` REMOVE TTL',
  ])
})

test('part of a day is a day', () => {
  const [statement] = renderRetention({ requests: 36 * 3_600_000 }, to, current)
  assert.match(statement ?? '', /toIntervalDay\(2\)$/)
})

test('the limit in force is read from what the engine says of a table', () => {
  assert.equal(
    ttlOf('MergeTree ORDER BY ts TTL ts + toIntervalDay(3) SETTINGS index_granularity = 8192'),
    'ts + toIntervalDay(3)',
  )
  assert.equal(ttlOf('MergeTree ORDER BY ts SETTINGS index_granularity = 8192'), undefined)
})
