import assert from 'node:assert/strict'
import { test } from 'node:test'
import { grafana } from './dialects/grafana.ts'
import { expandMacros } from './macros.ts'

const values = {
  from: new Date('2026-11-20T00:00:00Z'),
  to: new Date('2026-11-20T01:00:00Z'),
  stepSeconds: 60,
  variables: {},
}
const expand = (sql: string, variables = {}) => expandMacros(sql, { ...values, variables })

test('time macros become numbers of seconds', () => {
  assert.equal(
    expand(
      `${grafana.range('ts')} ${grafana.bucket('h.hour')} ${grafana.bucketSeconds} ${grafana.from} ${grafana.to}`,
    ),
    'ts >= toDateTime(1795132800) AND ts <= toDateTime(1795136400) toStartOfInterval(toDateTime(h.hour), INTERVAL 60 second) 60 toDateTime(1795132800) toDateTime(1795136400)',
  )
})

test('without a choice a filter is no condition, nor with All', () => {
  const sql = `${grafana.among('app')} AND ${grafana.among('customer')}`
  assert.equal(expand(sql), '1=1 AND 1=1')
  assert.equal(expand(sql, { app: ['$__all'], customer: [] }), '1=1 AND 1=1')
})

test('no character of a value has a meaning in SQL', () => {
  const hostile = ["o'brien", 'a\\', "') OR 1=1 --", '$__timeFilter(ts)', '$&', '&var-customer=x']
  const text = expand(grafana.among('customer'), { customer: hostile })
  const literals = [...text.matchAll(/'([^']*)'/g)].map((match) => match[1])
  assert.deepEqual(literals.length, 2)
  assert.match(literals[1] ?? '', /^[&A-Za-z0-9%=_.~-]*$/)
  const one = expand(grafana.one('one_customer'), { one_customer: "x\\' OR 1=1" })
  assert.equal(one, "decodeURLComponent('x%5C%27%20OR%201%3D1')")
})

test('what Grafana would pass on unexpanded is an error', () => {
  for (const sql of [
    'SELECT $app',
    'SELECT ${app}',
    'SELECT $__unknown(ts)',
    "$__conditionalAll(a, 'b')",
    '${app:csv}',
  ])
    assert.throws(() => expand(sql), Error, sql)
})
