import assert from 'node:assert/strict'
import { test } from 'node:test'
import { traceIdOf } from './tracing.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const parentId = '00f067aa0ba902b7'

test('the trace id is that of the caller’s traceparent', () => {
  assert.equal(traceIdOf({ traceparent: `00-${traceId}-${parentId}-01` }), traceId)
  assert.equal(traceIdOf({ traceparent: `00-${traceId}-${parentId}-00` }), traceId)
})

test('a later version may say more behind the flags', () => {
  assert.equal(traceIdOf({ traceparent: `01-${traceId}-${parentId}-01-more` }), traceId)
  assert.equal(traceIdOf({ traceparent: `cc-${traceId}-${parentId}-01` }), traceId)
})

test('anything that is not valid is no trace', () => {
  const broken = [
    '',
    'x'.repeat(100_000),
    `ff-${traceId}-${parentId}-01`,
    `00-${traceId}-${parentId}-01-more`,
    `00-${'0'.repeat(32)}-${parentId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${parentId}-01`,
    `00-${traceId}-${parentId}`,
    `00-${traceId}-${parentId}-01, 00-${traceId}-${parentId}-01`,
    `01-${traceId}-${parentId}-01more`,
  ]
  for (const traceparent of broken) assert.equal(traceIdOf({ traceparent }), '', traceparent.slice(0, 80))
  assert.equal(traceIdOf({}), '')
})
