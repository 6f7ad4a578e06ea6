import type { Json } from '../../contract/json.ts'
import type { Call } from '../providers/provider.ts'
import type { ConnectedProvider } from '../routing/route.ts'
import { collect } from './collect.ts'
import { isDecodable } from './decode.ts'
import { Exchange } from './exchange.ts'
import type { Pools } from './pools.ts'

/** 64 vectors of 3,072 numbers, written out. */
const bytesMax = 16 * 1_048_576
const connectMs = 2000

/** Asks a provider for vectors as any caller of `/v1/embeddings` would, with its own address and key. */
export function postEmbeddings(
  { provider, settings }: ConnectedProvider,
  { pools, nowMs, model }: { pools: Pools; nowMs: () => number; model: string },
): (body: string, signal: AbortSignal) => Promise<Json | undefined> {
  const call: Call = {
    settings,
    operation: 'embeddings',
    format: 'chat',
    model,
    stream: false,
    method: 'POST',
    callerPath: '/v1/embeddings',
  }
  return async (text, signal) => {
    const body = Buffer.from(text)
    const address = provider.address(call)
    const signed = await provider.sign({ call, address, body, nowMs: nowMs() })
    const headers = ['content-type', 'application/json', 'content-length', String(body.length), ...signed]
    for (const [name, value] of Object.entries(settings.headers)) headers.push(name, value)
    const upstream = pools.get(address.origin, connectMs)
    const exchange = new Exchange(upstream, { method: 'POST', path: address.path, headers, body })
    const give = () => exchange.abort('timeout')
    signal.addEventListener('abort', give, { once: true })
    try {
      const head = await exchange.head
      if (head.kind === 'failure' || head.status < 200 || head.status > 299) {
        if (head.kind === 'head') exchange.abort('refused')
        return undefined
      }
      const encoding = head.headers['content-encoding']
      const collected = await collect(exchange, {
        bytesMax,
        encoding: isDecodable(encoding) ? encoding : undefined,
      })
      return collected.kind === 'body' ? (JSON.parse(collected.bytes.toString()) as Json) : undefined
    } finally {
      signal.removeEventListener('abort', give)
    }
  }
}
