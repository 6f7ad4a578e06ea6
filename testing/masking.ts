import { type EchoOptions, echoUpstream } from './echo-upstream.ts'
import type { FakeUpstream } from './fake-upstream.ts'
import { startTestSidecar, type TestSidecar } from './sidecar.ts'

export interface MaskingPair extends AsyncDisposable {
  readonly upstream: FakeUpstream
  readonly sidelight: TestSidecar
  readonly origin: string
  /** A chat request to a route or model, with what comes back. */
  ask(content: string, more?: AskOptions): Promise<Asked>
}

export interface AskOptions {
  readonly model?: string
  readonly headers?: Record<string, string>
  readonly body?: object
  readonly path?: string
}

export interface Asked {
  readonly status: number
  readonly text: string
  /** What the assistant said. */
  readonly said: string
}

const paths = { openai: '/v1', anthropic: '', gemini: '' } as const

/** A sidecar whose route `r` masks, before a provider that repeats what it was told. */
export async function maskingPair(
  options: EchoOptions & {
    readonly kind?: keyof typeof paths
    readonly mask?: string
    /** Further lines of the configuration, and of its providers. */
    readonly yaml?: string
    readonly providers?: string
    readonly sidecar?: Parameters<typeof startTestSidecar>[1]
  } = {},
): Promise<MaskingPair> {
  const { kind = 'openai', mask = '{ default: mask, note: false }' } = options
  const upstream = await echoUpstream(options)
  const sidelight = await startTestSidecar(
    `
providers:
  p: { kind: ${kind}, baseUrl: '${upstream.origin}${paths[kind]}', keyEnv: K }
${options.providers ?? ''}
routes:
  r: { candidates: [{ provider: p, model: m }], mask: ${mask} }
  open: { candidates: [{ provider: p, model: m }] }
${options.yaml ?? ''}`,
    { environment: { K: 'k' }, ...options.sidecar },
  )
  return {
    upstream,
    sidelight,
    origin: sidelight.origin,
    ask: (content, more) => ask(sidelight.origin, content, more),
    async [Symbol.asyncDispose]() {
      await sidelight[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

async function ask(origin: string, content: string, more: AskOptions = {}): Promise<Asked> {
  const body = { model: more.model ?? 'r', messages: [{ role: 'user', content }], ...more.body }
  const response = await fetch(`${origin}${more.path ?? '/v1/chat/completions'}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...more.headers },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, text, said: saidIn(text) }
}

function saidIn(text: string): string {
  if (text.startsWith('{')) return JSON.parse(text).choices?.[0]?.message?.content ?? ''
  const chunks = text.split('\n\n').filter((frame) => /^data: \{/.test(frame))
  return chunks
    .map((frame) => JSON.parse(frame.slice('data: '.length)).choices?.[0]?.delta?.content ?? '')
    .join('')
}
