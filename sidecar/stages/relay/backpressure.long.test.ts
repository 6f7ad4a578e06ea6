import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startTestSidecar } from '../../../testing/sidecar.ts'
import { nodeCommand, spawnProcess } from '../../../testing/spawn.ts'
import { chatWire, messagesWire, type Wire } from '../../../testing/wires.ts'

const events = 12_800
const eventBytes = 8192

/** A provider in a process of its own, so that its memory is not counted: 100 MB of events as fast as they are taken. */
const source = `
const { createServer } = require('node:http')
let sent = 0
createServer(async (req, res) => {
  if (req.url === '/sent') return res.end(String(sent))
  req.resume()
  const wire = JSON.parse(process.env.WIRE)
  res.writeHead(200, { 'content-type': 'text/event-stream' })
  const write = async (text) => {
    sent += Buffer.byteLength(text)
    if (!res.write(text)) await new Promise((resolve) => { res.once('drain', resolve); res.once('close', resolve) })
  }
  for (const head of wire.head) await write(head)
  for (let index = 0; index < ${events} && !res.destroyed; index++) await write(wire.middle.replace('#', String(index).padStart(8, '0')))
  for (const tail of wire.tail) await write(tail)
  res.end()
}).listen(0, '127.0.0.1', function () { console.log('port ' + this.address().port) })
`

function parts(wire: Wire) {
  const marker = `#${'x'.repeat(eventBytes)}`
  const all = wire.events([marker])
  const at = all.findIndex((event) => event.includes(marker))
  return { head: all.slice(0, at), middle: all[at] ?? '', tail: all.slice(at + 1) }
}

function expectedHash({ head, middle, tail }: ReturnType<typeof parts>): string {
  const hash = createHash('sha256').update(head.join(''))
  for (let index = 0; index < events; index += 1)
    hash.update(middle.replace('#', String(index).padStart(8, '0')))
  return hash.update(tail.join('')).digest('hex')
}

for (const [caller, provider] of [
  [chatWire, chatWire],
  [chatWire, messagesWire],
] as const) {
  test(`a caller of ${caller.dialect} that does not read 100 MB of ${provider.dialect} costs little memory and loses nothing`, async () => {
    const wire = parts(provider)
    await using process_ = spawnProcess([nodeCommand, '-e', source], { env: { WIRE: JSON.stringify(wire) } })
    const [, port] = await process_.waitFor(/port (\d+)/)
    const origin = `http://127.0.0.1:${port}`
    await using sidecar = await startTestSidecar(
      `providers: { p: { kind: ${provider.kind}, baseUrl: '${provider.baseUrl(origin)}' } }\ntimeouts: { idle: 300ms }\nping: 200ms`,
    )
    const body = JSON.stringify({
      ...caller.body(`p/${provider.model}`, true),
      stream_options: { include_usage: true },
    })
    // A response that nobody listens to is not read from its socket.
    const request = httpRequest(sidecar.origin + caller.path('', true), { method: 'POST', agent: false })
    request.end(body)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    await sleep(300)
    const before = process.memoryUsage().rss
    // Longer than the idle limit and than several pings: the silence is the caller's own.
    await sleep(1500)
    const grown = (process.memoryUsage().rss - before) / 2 ** 20
    const sent = Number(await (await fetch(`${origin}/sent`)).text()) / 2 ** 20
    assert.ok(grown < 40, `${grown} MB more`)
    assert.ok(sent < 40, `the provider was paused after ${sent} MB`)
    const hash = createHash('sha256')
    let bytes = 0
    let tail = ''
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length
      hash.update(chunk)
      tail = (tail + chunk.toString('latin1')).slice(-2000)
    }
    assert.ok(bytes > 100 * 2 ** 20)
    assert.equal(caller.isComplete(tail), true)
    if (caller === provider) assert.equal(hash.digest('hex'), expectedHash(wire))
    const [record] = await sidecar.recorded(1)
    assert.equal(record?.request.status, 'ok')
    assert.ok((record?.request.response_bytes ?? 0) > 100 * 2 ** 20)
  })
}
