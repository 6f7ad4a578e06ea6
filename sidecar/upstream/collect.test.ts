import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { collect } from './collect.ts'
import type { BodyListener, Exchange } from './exchange.ts'

/** An exchange whose body the test plays. */
function exchange() {
  const aborts: string[] = []
  let listener: BodyListener | undefined
  const fake = {
    listen: (given: BodyListener) => {
      listener = given
    },
    abort: (code: string) => void aborts.push(code),
  }
  return {
    aborts,
    fake: fake as unknown as Exchange,
    get body() {
      assert.ok(listener !== undefined)
      return listener
    },
  }
}

const options = { bytesMax: 10, encoding: undefined }

test('a body up to the limit is collected, one piece as it came', async () => {
  const one = exchange()
  const piece = Buffer.from('0123456789')
  const whole = collect(one.fake, options)
  one.body.onData(piece)
  one.body.onEnd()
  const got = await whole
  assert.ok(got.kind === 'body' && got.bytes === piece)

  const two = exchange()
  const joined = collect(two.fake, options)
  two.body.onData(Buffer.from('ab'))
  two.body.onData(Buffer.from('cd'))
  two.body.onEnd()
  assert.deepEqual(await joined, { kind: 'body', bytes: Buffer.from('abcd') })

  const empty = exchange()
  const nothing = collect(empty.fake, options)
  empty.body.onEnd()
  assert.deepEqual(await nothing, { kind: 'body', bytes: Buffer.alloc(0) })
})

test('beyond the limit the exchange is given up, and what still comes is not kept', async () => {
  const large = exchange()
  const got = collect(large.fake, options)
  large.body.onData(Buffer.alloc(11))
  large.body.onData(Buffer.alloc(1000))
  large.body.onEnd()
  assert.deepEqual(await got, { kind: 'too_large' })
  assert.deepEqual(large.aborts, ['answer_too_large'])
})

test('the limit counts what a compressed body unpacks to', async () => {
  const bomb = exchange()
  const got = collect(bomb.fake, { bytesMax: 100_000, encoding: 'gzip' })
  bomb.body.onData(gzipSync(Buffer.alloc(20_000_000)))
  assert.deepEqual(await got, { kind: 'too_large' })
  assert.deepEqual(bomb.aborts, ['answer_too_large'])
})

test('a failure is the result, and one of decoding ends the exchange', async () => {
  const broken = exchange()
  const got = collect(broken.fake, { bytesMax: 100, encoding: 'gzip' })
  broken.body.onData(Buffer.from('plain text'))
  assert.deepEqual(await got, { kind: 'failure', code: 'bad_encoding', staleSocket: false })
  assert.deepEqual(broken.aborts, ['bad_encoding'])
})
