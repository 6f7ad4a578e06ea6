import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GatewayError } from '../../contract/errors.ts'
import { readFeedback } from './read.ts'

const id = '019AC0DE-0000-7000-8000-00000000abcd'
const good = { request_id: id, name: 'thumbs', value: 1 }

test('thumbs and scores are read, ids in one spelling', () => {
  const requestId = id.toLowerCase()
  assert.deepEqual(readFeedback(good), { requestId, name: 'thumbs', value: 1, hasComment: false })
  assert.deepEqual(readFeedback({ ...good, name: 'tone.v2', value: 0.25, comment: 'fine' }), {
    requestId,
    name: 'tone.v2',
    value: 0.25,
    hasComment: true,
  })
  assert.equal(readFeedback({ ...good, comment: null }).hasComment, false)
})

const bad: [string, object][] = [
  ['request_id', { ...good, request_id: undefined }],
  ['request_id', { ...good, request_id: 'chatcmpl-123' }],
  ['request_id', { ...good, request_id: `${id}0` }],
  ['request_id', { ...good, request_id: 7 }],
  ['name', { ...good, name: '' }],
  ['name', { ...good, name: 'two words' }],
  ['name', { ...good, name: 'x'.repeat(65) }],
  ['value', { ...good, value: '1' }],
  ['value', { ...good, value: true }],
  ['value', { ...good, value: 0.5 }],
  ['value', { ...good, name: 'score', value: 1.01 }],
  ['value', { ...good, name: 'score', value: -0.01 }],
  ['value', { request_id: id, name: 'thumbs' }],
  ['comment', { ...good, comment: ['a'] }],
  ['comment', { ...good, comment: 'x'.repeat(10_001) }],
  ['score', { ...good, score: 1 }],
]

for (const [field, body] of bad) {
  test(`${JSON.stringify(body).slice(0, 90)} is refused for its ${field}`, () => {
    assert.throws(
      () => readFeedback(body as never),
      (error) => error instanceof GatewayError && error.param === field && error.message.includes(field),
    )
  })
}
