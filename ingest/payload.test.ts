import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  attemptColumns,
  type FeedbackRow,
  feedbackColumns,
  type LedgerRecord,
  requestColumns,
  type SelfAuditRow,
  selfAuditColumns,
} from '../contract/record.ts'
import { type ContentRow, contentColumns } from '../contract/tables/contents.ts'
import { seededRandom } from '../testing/random.ts'
import { randomRecord, randomRow } from '../testing/random-record.ts'
import { decodeEntry, encodeEntry, encodeRecord } from './payload.ts'

/** The values of each line. */
function valuesIn(payload: string): unknown[][] {
  return payload.split('\n').map((line) => JSON.parse(line.slice(line.indexOf('['))))
}

function decodeRecord(payload: string): LedgerRecord {
  const entry = decodeEntry(payload)
  assert.ok('request' in entry)
  return entry
}

/** What a warehouse can hold of it: half a surrogate pair is no text. */
function wellFormed<T>(value: T): T {
  const isText = (inner: unknown) => typeof inner === 'string'
  return JSON.parse(JSON.stringify(value), (_key, inner) => (isText(inner) ? inner.toWellFormed() : inner))
}

test('any record comes back from the spool as it was', () => {
  const random = seededRandom(11)
  for (let round = 0; round < 300; round += 1) {
    const record = randomRecord(random)
    assert.deepEqual(decodeEntry(encodeEntry(record)), wellFormed(record))
  }
})

test('the text of a record goes with it as a line of its own, and is not what is remembered of it', () => {
  const random = seededRandom(21)
  const record = randomRecord(random, 2)
  const contents = randomRow(contentColumns, random) as ContentRow
  const payload = encodeEntry({ ...record, contents })
  assert.deepEqual(decodeEntry(payload), wellFormed({ ...record, contents }))
  assert.deepEqual(
    payload.split('\n').map((line) => line.slice(0, line.indexOf('['))),
    [
      `r${Object.keys(requestColumns).length}`,
      ...Array(2).fill(`a${Object.keys(attemptColumns).length}`),
      'c11',
    ],
  )
  assert.equal(encodeRecord({ ...record, contents }), encodeEntry(record))
})

test('feedback and self-audit rows come back as they were', () => {
  const random = seededRandom(15)
  for (let round = 0; round < 50; round += 1) {
    const feedback = randomRow(feedbackColumns, random) as FeedbackRow
    const audit = randomRow(selfAuditColumns, random) as SelfAuditRow
    assert.deepEqual(decodeEntry(encodeEntry({ feedback })), wellFormed({ feedback }))
    assert.deepEqual(decodeEntry(encodeEntry({ audit })), wellFormed({ audit }))
  }
})

test('each row is a line that names its table and its number of columns', () => {
  const payload = encodeEntry(randomRecord(seededRandom(16), 2))
  const counts = [requestColumns, attemptColumns].map((columns) => Object.keys(columns).length)
  const heads = payload.split('\n').map((line) => line.slice(0, line.indexOf('[')))
  assert.deepEqual(heads, [`r${counts[0]}`, `a${counts[1]}`, `a${counts[1]}`])
})

test('values lie in the order of the columns, whatever order the row was built in', () => {
  const record = randomRecord(seededRandom(12), 1)
  const reversed = Object.fromEntries(Object.entries(record.request).reverse())
  const moved = { ...record, request: reversed } as unknown as LedgerRecord
  assert.equal(encodeEntry(moved), encodeEntry(record))
  const [request, attempt] = valuesIn(encodeEntry(moved))
  assert.equal(request?.[0], record.request.ts)
  assert.equal(request?.length, Object.keys(requestColumns).length)
  assert.equal(attempt?.length, Object.keys(attemptColumns).length)
})

test('keys that are no columns stay out, and do not move the others', () => {
  const record = randomRecord(seededRandom(13), 0)
  const { ts, ...rest } = record.request
  const more = { request: { ts, surprise: 1, ...rest }, attempts: [] }
  assert.equal(encodeEntry(more), encodeEntry(record))
})

test('columns that a payload is too old to know get the default of their type', () => {
  const record = randomRecord(seededRandom(14), 0)
  const [request] = valuesIn(encodeEntry(record))
  const decoded = decodeRecord(`r3${JSON.stringify(request?.slice(0, 3))}`)
  assert.equal(decoded.request.seq, record.request.seq)
  assert.equal(decoded.request.sidecar_id, '')
  assert.equal(decoded.request.cost_usd, null)
  assert.deepEqual(decoded.request.tags, {})
  assert.equal(decoded.request.request_bytes, 0)
})

test('a record that was written as one array is still read', () => {
  const record = randomRecord(seededRandom(17), 2)
  const [request, ...attempts] = valuesIn(encodeEntry(record))
  assert.deepEqual(decodeEntry(JSON.stringify([1, request, attempts])), wellFormed(record))
})

test('half a surrogate pair becomes the replacement character, and text that only looks like one stays', () => {
  const record = randomRecord(seededRandom(18), 0)
  const texts = ['\ud800', 'a\udc00b', '\\ud800', '\\\ud800', '\\\\ud83d', '😀', '\ud83d\ud83d\ude00']
  for (const session of texts) {
    const decoded = decodeRecord(encodeEntry({ ...record, request: { ...record.request, session } }))
    assert.equal(decoded.request.session, session.toWellFormed())
  }
})

test('what is of no known table is refused, not guessed', () => {
  assert.throws(() => decodeEntry('z3[1,2,3]'), /no table/)
})
