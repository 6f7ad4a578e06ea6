import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import net from 'node:net'
import { test } from 'node:test'
import { GatewayError } from '../../contract/errors.ts'
import { seededRandom } from '../../testing/random.ts'
import { breakBody, CallerGone } from './read.ts'
import { Upload } from './upload.ts'

/** A request whose body the test writes. */
async function request(head: string) {
  const server = createServer({ requireHostHeader: false }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => {})
  const arrived = once(server, 'request') as Promise<[IncomingMessage]>
  server.on('clientError', () => {})
  socket.write(`POST / HTTP/1.1\r\n${head}\r\n\r\n`)
  const [incoming] = await arrived
  incoming.on('error', () => {})
  return {
    socket: socket as Socket,
    incoming,
    async [Symbol.asyncDispose]() {
      socket.destroy()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

const collected = async (upload: Upload) => {
  const chunks: Buffer[] = []
  for await (const chunk of upload) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

test('the prefix comes first, then the rest, byte for byte', async () => {
  const body = seededRandom(5).bytes(300_000)
  await using at = await request(`content-length: ${body.length}`)
  const upload = new Upload(at.incoming, Buffer.from('prefix'))
  at.socket.write(body)
  assert.ok((await collected(upload)).equals(Buffer.concat([Buffer.from('prefix'), body])))
})

test('a reader that pauses holds the caller up instead of filling memory', async () => {
  const size = 50_000_000
  await using at = await request(`content-length: ${size}`)
  const upload = new Upload(at.incoming, Buffer.alloc(0))
  let sent = 0
  const chunk = Buffer.alloc(65_536)
  while (sent < size && at.socket.write(chunk)) sent += chunk.length
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.ok(upload.readableLength <= 2 * 65_536 + 65_536, `${upload.readableLength}`)
  upload.destroy()
})

test('whoever destroys it leaves the caller’s socket open', async () => {
  await using at = await request('content-length: 10')
  const upload = new Upload(at.incoming, Buffer.from('x'))
  upload.destroy()
  await once(upload, 'close')
  await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal(at.incoming.destroyed, false)
  assert.equal(at.incoming.socket.destroyed, false)
  assert.equal(upload.broken, undefined)
})

test('a body that breaks ends it with the reason, before it was made or after', async () => {
  for (const when of ['before', 'after']) {
    await using at = await request('content-length: 10')
    const error = new GatewayError('bad_request')
    if (when === 'before') breakBody(at.incoming, error)
    const upload = new Upload(at.incoming, Buffer.from('x'))
    if (when === 'after') breakBody(at.incoming, error)
    await assert.rejects(collected(upload), (thrown) => thrown === error, when)
    assert.equal(upload.broken, error)
  }
})

test('a caller that leaves ends it, before it was made or after', async () => {
  for (const when of ['before', 'after']) {
    await using at = await request('content-length: 10')
    if (when === 'before') {
      at.socket.resetAndDestroy()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const upload = new Upload(at.incoming, Buffer.from('x'))
    if (when === 'after') setTimeout(() => at.socket.resetAndDestroy(), 10)
    await assert.rejects(collected(upload), CallerGone, when)
    assert.equal(upload.broken, undefined)
  }
})
