import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attemptColumns, type LedgerRecord, requestColumns } from '../contract/record.ts'
import { seededRandom } from '../testing/random.ts'
import { randomRecord } from '../testing/random-record.ts'
import { decodeRecord, encodeRecord } from './payload.ts'

test('any record comes back from the spool as it was', () => {
  const random = seededRandom(11)
  for (let round = 0; round < 300; round += 1) {
    const record = randomRecord(random)
    assert.deepEqual(decodeRecord(encodeRecord(record)), record)
  }
})

test('values lie in the order of the columns, whatever order the row was built in', () => {
  const record = randomRecord(seededRandom(12), 1)
  const reversed = Object.fromEntries(Object.entries(record.request).reverse())
  const moved = { ...record, request: reversed } as unknown as LedgerRecord
  assert.equal(encodeRecord(moved), encodeRecord(record))
  const [, request, attempts] = JSON.parse(encodeRecord(moved))
  assert.equal(request[0], record.request.ts)
  assert.equal(request.length, Object.keys(requestColumns).length)
  assert.equal(attempts[0].length, Object.keys(attemptColumns).length)
})

test('keys that are no columns stay out, and do not move the others', () => {
  const record = randomRecord(seededRandom(13), 0)
  const { ts, ...rest } = record.request
  const more = { request: { ts, surprise: 1, ...rest }, attempts: [] }
  assert.equal(encodeRecord(more), encodeRecord(record))
})

test('columns that a payload is too old to know get the default of their type', () => {
  const record = randomRecord(seededRandom(14), 0)
  const [version, request] = JSON.parse(encodeRecord(record))
  const decoded = decodeRecord(JSON.stringify([version, request.slice(0, 3), []]))
  assert.equal(decoded.request.seq, record.request.seq)
  assert.equal(decoded.request.sidecar_id, '')
  assert.equal(decoded.request.cost_usd, null)
  assert.deepEqual(decoded.request.tags, {})
  assert.equal(decoded.request.request_bytes, 0)
})
