import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FeedbackRow, feedbackColumns } from '../contract/record.ts'
import { seededRandom } from '../testing/random.ts'
import { randomRecord, randomRow } from '../testing/random-record.ts'
import { originOf, originsIn } from './origin.ts'
import { encodeEntry } from './payload.ts'

test('the short way to whose record it is says the same as reading all of it', () => {
  const random = seededRandom(51)
  for (let round = 0; round < 200; round += 1) {
    const line = encodeEntry(randomRecord(random, 1))
    const row = line.slice(line.indexOf('['), line.indexOf('\n'))
    assert.deepEqual(originsIn(Buffer.from(line)), [originOf('requests', Buffer.from(row))])
  }
})

test('feedback has an origin of its own, also in a frame with many rows', () => {
  const random = seededRandom(52)
  const feedback = randomRow(feedbackColumns, random) as FeedbackRow
  const payload = [encodeEntry(randomRecord(random, 2)), encodeEntry({ feedback })].join('\n')
  const origins = originsIn(Buffer.from(payload))
  assert.deepEqual(
    origins.map(({ table }) => table),
    ['requests', 'feedback'],
  )
  assert.equal(origins[1]?.boot, feedback.boot)
})

test('a row that is no JSON has an origin without a name, and stops nobody', () => {
  assert.equal(originOf('requests', Buffer.from('[1,{')).sidecarId, '')
})
