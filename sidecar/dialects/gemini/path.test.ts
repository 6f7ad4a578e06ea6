import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wantsEventStream } from './path.ts'

test('only alt=sse asks for events', () => {
  assert.equal(wantsEventStream('/v1beta/models/m:streamGenerateContent?key=a&alt=sse'), true)
  assert.equal(wantsEventStream('/v1beta/models/m:streamGenerateContent?alt=json'), false)
  assert.equal(wantsEventStream('/v1beta/models/m:streamGenerateContent'), false)
})
