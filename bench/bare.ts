/**
 * The yardstick: the least a forwarder on node:http and undici can be. Bodies in are buffered (a retry
 * needs them), bodies out are piped with backpressure, a caller who leaves cancels the upstream. It
 * reads nothing, checks nothing and records nothing.
 *
 *   node bench/bare.ts <upstream origin> <port>
 */
import { createServer, type ServerResponse } from 'node:http'
import { type Dispatcher, Pool } from 'undici'

const [origin = '', port = '0'] = process.argv.slice(2)
const pool = new Pool(origin, {
  connections: 256,
  pipelining: 1,
  allowH2: false,
  headersTimeout: 0,
  bodyTimeout: 0,
})
const hopByHop = new Set([
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'expect',
  'upgrade',
  'te',
  'trailer',
])
const endToEnd = (raw: readonly string[]) =>
  raw.filter((_, i) => !hopByHop.has((raw[i - (i % 2)] as string).toLowerCase()))

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
    const method = request.method as Dispatcher.HttpMethod
    pool.dispatch(
      { path: request.url ?? '/', method, headers: endToEnd(request.rawHeaders), body },
      pipeTo(response),
    )
  })
})

function pipeTo(response: ServerResponse): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller) {
      response.on('drain', () => controller.resume())
      response.on('close', () => response.writableFinished || controller.abort(new Error('caller left')))
    },
    onResponseStart(controller, status) {
      response.writeHead(status, endToEnd((controller.rawHeaders as Buffer[]).map(String)))
    },
    onResponseData(controller, chunk) {
      if (!response.write(chunk)) controller.pause()
    },
    onResponseEnd: () => void response.end(),
    onResponseError: () => void (response.headersSent ? response.destroy() : response.writeHead(502).end()),
  }
}

server.keepAliveTimeout = 75_000
server.listen(Number(port), '127.0.0.1', () => console.log('listening'))
