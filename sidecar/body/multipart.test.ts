import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type net from 'node:net'
import { test } from 'node:test'
import { seededRandom } from '../../testing/random.ts'
import { Waits } from '../timing/waits.ts'
import {
  type MultipartStart,
  peekMultipartFields,
  readMultipart,
  readPrefix,
  withField,
} from './multipart.ts'

const type = 'multipart/form-data; boundary=XyZ'
const names = ['model', 'stream', 'response_format']

function form(parts: readonly (readonly [head: string, value: string])[], lineEnd = '\r\n'): Buffer {
  const text = parts.map(([head, value]) => ['--XyZ', head, '', value, ''].join(lineEnd)).join('')
  return Buffer.from(`${text}--XyZ--${lineEnd}`)
}

const field = (name: string) => `Content-Disposition: form-data; name="${name}"`
const file = `${field('file')}; filename="a.mp3"\r\nContent-Type: audio/mpeg`

test('named text fields are read, files and other fields are not', () => {
  const body = form([
    [field('model'), 'whisper-1'],
    [field('prompt'), 'secret'],
    [file, 'ID3'],
    [`Content-Type: text/plain\r\n${field('stream')}`, 'true'],
  ])
  assert.deepEqual({ ...peekMultipartFields(type, body, names) }, { model: 'whisper-1', stream: 'true' })
})

test('quoted boundaries, bare names, bare line feeds and preambles are understood', () => {
  const quoted = 'Multipart/Form-Data; charset=utf-8; Boundary="XyZ"'
  const body = Buffer.concat([
    Buffer.from('preamble\n'),
    form(
      [
        [field('model'), 'é'],
        [file, ''],
      ],
      '\n',
    ),
  ])
  assert.equal(peekMultipartFields(quoted, body, names)['model'], 'é')
  const bare = form([['content-disposition: form-data; name=model', 'x']])
  assert.equal(peekMultipartFields(type, bare, names)['model'], 'x')
})

test('a field cut off by the end of the prefix, or far too long for its kind, is left out', () => {
  const body = form([
    [field('stream'), 'true'],
    [field('model'), 'whisper-1'],
  ])
  const cut = body.subarray(0, body.indexOf('whisper') + 4)
  assert.deepEqual({ ...peekMultipartFields(type, cut, names) }, { stream: 'true' })
  assert.deepEqual({ ...peekMultipartFields(type, form([[field('model'), 'x'.repeat(5000)]]), names) }, {})
})

test('a file named model, a missing boundary and damaged forms give no fields and no errors', () => {
  assert.deepEqual(
    { ...peekMultipartFields(type, form([[`${field('model')}; filename=x`, 'y']]), names) },
    {},
  )
  assert.deepEqual({ ...peekMultipartFields('multipart/form-data', form([]), names) }, {})
  const sound = form([
    [field('model'), 'm'],
    [file, 'ID3'],
  ])
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = seededRandom(seed)
    const damaged = Buffer.from(sound)
    for (let count = 0; count < 5; count += 1) damaged[random.int(damaged.length)] = random.int(256)
    peekMultipartFields(type, damaged.subarray(0, random.int(damaged.length)), names)
  }
})

const upload = { uploadMs: 60_000, waits: new Waits() }

/** Reads the start of one form, then the rest as a proxy would. */
async function receive(
  body: Buffer,
  bytesMax?: number,
): Promise<{ start: MultipartStart; received: Buffer }> {
  const server = http.createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  const request = http.request({ port, method: 'POST', headers: { 'content-type': type } })
  request.end(body)
  const [incoming, response] = (await once(server, 'request')) as [http.IncomingMessage, http.ServerResponse]
  const start =
    bytesMax === undefined
      ? await readMultipart(incoming, type, upload)
      : { ...(await readPrefix(incoming, bytesMax, upload)), fields: {}, ranges: [] }
  const rest = start.isWhole ? [] : ((await start.rest.toArray()) as Buffer[])
  response.end()
  await once(request, 'response')
  server.closeAllConnections()
  server.close()
  return { start, received: Buffer.concat([start.prefix, ...rest]) }
}

test('the start of a large form names its model, and the stream goes on where the prefix ends', async () => {
  const body = form([
    [field('model'), 'whisper-1'],
    [file, 'x'.repeat(2_000_000)],
  ])
  const { start, received } = await receive(body)
  assert.equal(start.fields['model'], 'whisper-1')
  assert.ok(!start.isWhole && start.prefix.length < 200_000)
  assert.ok(received.equals(body))
})

test('a form that ends in the chunk that completes the prefix is known to be whole', async () => {
  const body = form([[file, 'x'.repeat(70_000)]])
  const { start, received } = await receive(body, body.length - 1)
  assert.ok(start.isWhole && received.equals(body))
})

test('a small form is read whole', async () => {
  const body = form([
    [file, 'x'],
    [field('model'), 'whisper-1'],
  ])
  const { start, received } = await receive(body)
  assert.equal(start.fields['model'], 'whisper-1')
  assert.ok(start.isWhole && received.equals(body))
})

test('a field gets another value wherever it stands, and the rest stays as it was', () => {
  const body = form([
    [field('model'), 'route'],
    [field('language'), 'en'],
    [field('model'), 'other'],
    [file, 'model'],
  ])
  const ranges = [...body.toString().matchAll(/route|other/g)].map(({ index }) => ({
    name: 'model',
    start: index,
    end: index + 5,
  }))
  const start = { prefix: body, rest: undefined as never, isWhole: true, fields: {}, ranges }
  assert.equal(
    withField(start, 'model', 'whisper-1').toString(),
    body.toString().replace(/route|other/g, 'whisper-1'),
  )
  assert.equal(withField(start, 'stream', 'true'), body)
})
