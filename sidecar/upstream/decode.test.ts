import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { seededRandom } from '../../testing/random.ts'
import { accepts, decoding, isDecodable } from './decode.ts'
import type { BodyListener, Failure } from './exchange.ts'

/** What came of a body: its bytes, or the code of the failure. */
function receive(run: (listener: BodyListener) => void): Promise<Buffer | string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    run({
      onData: (chunk) => void chunks.push(chunk),
      onEnd: () => resolve(Buffer.concat(chunks)),
      onFailure: ({ code }) => resolve(code),
    })
  })
}

const text = Buffer.from('data: {"a":1}\n\n'.repeat(500))
const compressors = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
}

for (const [encoding, compress] of Object.entries(compressors)) {
  test(`${encoding} is decoded, in whatever pieces it comes`, async () => {
    const random = seededRandom(3)
    const body = compress(text)
    for (const pieces of [[body], random.split(body, 7), [...body].map((byte) => Buffer.from([byte]))]) {
      const got = await receive((listener) => {
        const decoder = decoding(encoding, listener)
        for (const piece of pieces) decoder.onData(piece)
        decoder.onEnd()
      })
      assert.ok(text.equals(got as Buffer))
    }
  })

  test(`${encoding}: damaged or cut bodies are failures, said once, and what comes after is ignored`, async () => {
    const body = compress(text)
    for (const bad of [Buffer.from('not compressed at all'), body.subarray(0, body.length - 6)]) {
      let ends = 0
      const got = await receive((listener) => {
        const decoder = decoding(encoding, {
          ...listener,
          onEnd: () => {
            ends += 1
            listener.onEnd()
          },
        })
        decoder.onData(bad)
        decoder.onEnd()
        setImmediate(() => decoder.onData(body))
        setImmediate(() => decoder.onEnd())
      })
      await new Promise((resolve) => setTimeout(resolve, 5))
      assert.equal(got, 'bad_encoding')
      assert.equal(ends, 0)
    }
  })

  test(`${encoding}: an empty body is an empty body`, async () => {
    const got = await receive((listener) => decoding(encoding, listener).onEnd())
    assert.deepEqual(got, Buffer.alloc(0))
  })
}

test('each piece is passed on when it comes, so that a compressed stream flows', async () => {
  const seen: string[] = []
  const listener: BodyListener = {
    onData: (chunk) => void seen.push(chunk.toString()),
    onEnd() {},
    onFailure() {},
  }
  const decoder = decoding('gzip', listener)
  // Z_SYNC_FLUSH after the first event, as a streaming server does.
  const { createGzip, constants } = await import('node:zlib')
  const zip = createGzip()
  zip.on('data', (chunk: Buffer) => decoder.onData(chunk))
  zip.write('first')
  await new Promise<void>((resolve) => zip.flush(constants.Z_SYNC_FLUSH, resolve))
  for (let tries = 0; seen.length === 0 && tries < 500; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 10))
  assert.deepEqual(seen, ['first'])
  zip.destroy()
})

test('a failure of the connection is passed on as it is, and ends the decoder', async () => {
  const failure: Failure = { kind: 'failure', code: 'ECONNRESET', staleSocket: false }
  const got = await receive((listener) => {
    const decoder = decoding('gzip', listener)
    decoder.onData(gzipSync(text).subarray(0, 20))
    decoder.onFailure(failure)
    decoder.onFailure(failure)
  })
  assert.equal(got, 'ECONNRESET')
})

test('plain and unknown encodings pass through the listener itself', () => {
  const listener: BodyListener = { onData() {}, onEnd() {}, onFailure() {} }
  for (const encoding of [undefined, '', 'identity', 'compress', 'constructor', 'gzip, br']) {
    assert.equal(decoding(encoding, listener), listener)
    assert.equal(isDecodable(encoding), false)
  }
  assert.equal(isDecodable(' GZIP '), true)
})

test('a caller reads an encoding when it says so', () => {
  for (const [said, encoding, expected] of [
    [undefined, 'gzip', false],
    ['', 'gzip', false],
    ['identity', 'gzip', false],
    ['gzip', 'gzip', true],
    ['br, GZIP;q=0.5', 'gzip', true],
    ['gzip;q=0', 'gzip', false],
    ['gzip; q=0.000', 'gzip', false],
    ['*', 'br', true],
    ['br', '', true],
    ['br', 'identity', true],
  ] as const)
    assert.equal(accepts(said, encoding), expected, `${said} ${encoding}`)
})
