import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { UpstreamName, Upstreams } from './upstreams.ts'

export interface RawAsk {
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

/** The same request to the provider and through the sidecar: neither side can tell the difference by the bytes. */
export async function sameBytes(upstreams: Upstreams, provider: UpstreamName, ask: RawAsk): Promise<void> {
  const direct = await exchange(upstreams, { provider, origin: upstreams.origin(provider), ask })
  const through = await exchange(upstreams, { provider, origin: upstreams.sidecar.origin, ask })
  assert.deepEqual(through, direct)
}

async function exchange(
  upstreams: Upstreams,
  by: { readonly provider: UpstreamName; readonly origin: string; readonly ask: RawAsk },
) {
  const { provider, origin, ask } = by
  const response = await fetch(origin + ask.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-sidelight-provider': provider, ...ask.headers },
    body: Buffer.isBuffer(ask.body) ? new Uint8Array(ask.body) : spaced(ask.body),
  })
  const answer = Buffer.from(await response.arrayBuffer())
  const request = upstreams.requests(provider).at(-1)
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    answer: sha256(answer),
    answerBytes: answer.length,
    path: request?.path,
    sentType: request?.headers['content-type'],
    sent: sha256(request?.body ?? Buffer.alloc(0)),
    sentBytes: request?.body.length,
  }
}

/** JSON as no serializer writes it: whoever writes it anew is caught. */
function spaced(body: unknown): string {
  if (typeof body === 'string') return body
  return `${JSON.stringify(body, null, '\t ')}\n `
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
