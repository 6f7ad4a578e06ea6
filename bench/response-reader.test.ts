import assert from 'node:assert/strict'
import { it } from 'node:test'
import { jsonAnswer, streamFrames } from './mock-answers.ts'
import { responseReader } from './response-reader.ts'

function readAll(bytes: Buffer, pieceLength: number) {
  const seen = { ends: 0, events: 0, firsts: 0, status: 0 }
  const reader = responseReader({
    onEvents: (count, isFirst) => {
      seen.events += count
      if (isFirst) seen.firsts++
    },
    onEnd: (status) => {
      seen.ends++
      seen.status = status
      reader.start()
    },
  })
  for (let at = 0; at < bytes.length; at += pieceLength) reader.push(bytes.subarray(at, at + pieceLength))
  return seen
}

it('the load generator finds the ends of answers and counts events, however they are cut', () => {
  const stream = streamFrames(7).whole
  const all = Buffer.concat([jsonAnswer, stream, jsonAnswer])
  // The role, seven pieces, finish, usage and [DONE].
  const expected = { ends: 3, events: 11, firsts: 1, status: 200 }
  for (let pieceLength = 1; pieceLength < 600; pieceLength++) {
    assert.deepEqual(readAll(all, pieceLength), expected, `pieces of ${pieceLength}`)
  }
})

it('an answer without a body ends with its head', () => {
  const empty = Buffer.from('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n')
  assert.equal(readAll(empty, 5).ends, 1)
  assert.equal(readAll(empty, 500).status, 502)
})
