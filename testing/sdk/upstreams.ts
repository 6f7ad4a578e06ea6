import type { JsonObject } from '../../contract/json.ts'
import type { LedgerRecord } from '../../contract/record.ts'
import { type FakeUpstream, fakeUpstream, type Script } from '../fake-upstream.ts'
import type { RawRequest } from '../raw-http.ts'
import { startTestSidecar, type TestSidecar } from '../sidecar.ts'
import { tireless } from '../tireless.ts'
import { type RecordedCase, type Recording, recordedAnswer } from './recorded.ts'

/** A provider as the sidecar has it configured, with a model that its catalog prices. */
export interface Upstream {
  readonly model: string
  readonly recording: Recording
  readonly yaml: (origin: string) => string
  readonly seesImages: boolean
  /** What a tool loop must show the vendor again; absent where it wants nothing back. */
  readonly proof?: Readonly<Record<'tool' | 'parallel', readonly Proof[]>>
}

export interface Proof {
  readonly text: string
  readonly signature: string
}

const thought = 'The user asks about the weather, so I should look it up.'

const thinkingBack = (signature = ''): Required<Upstream>['proof'] => ({
  tool: [{ text: thought, signature }],
  parallel: [],
})

const geminiSignature = 'CpwCAVSoXO4q1QmzP0p3s2bX8c9lJkR7dNf6'

const openaiHost = (host: string) => (origin: string) =>
  `{ kind: openai-compatible, host: ${host}, baseUrl: ${origin}/v1 }`

const ownTable = {
  openai: {
    model: 'gpt-5.6-sol',
    seesImages: true,
    recording: { folder: 'openai', wire: 'chat' },
    yaml: (origin) => `{ kind: openai, baseUrl: ${origin}/v1, keyEnv: UPSTREAM_KEY }`,
  },
  anthropic: {
    model: 'claude-sonnet-5',
    seesImages: true,
    proof: thinkingBack('EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds'),
    recording: { folder: 'anthropic', wire: 'messages' },
    yaml: (origin) => `{ kind: anthropic, baseUrl: ${origin}, keyEnv: UPSTREAM_KEY }`,
  },
  gemini: {
    model: 'gemini-3-pro-preview',
    seesImages: true,
    proof: {
      // The signature stands on the first call; what the thoughts said does not count.
      tool: [{ text: '', signature: geminiSignature }],
      parallel: [{ text: '', signature: geminiSignature }],
    },
    recording: { folder: 'gemini', wire: 'generate' },
    yaml: (origin) => `{ kind: gemini, baseUrl: ${origin}, keyEnv: UPSTREAM_KEY }`,
  },
  bedrock: {
    model: 'anthropic.claude-sonnet-5',
    seesImages: true,
    proof: thinkingBack('EqQBCkgIAxABGAIiQL6JVw0Ty1MsmX0o8Zc4rB'),
    recording: { folder: 'bedrock', wire: 'converse' },
    yaml: (origin) => `{ kind: bedrock, baseUrl: ${origin}, location: us-east-1, keyEnv: UPSTREAM_KEY }`,
  },
  cohere: {
    model: 'command-a-03-2025',
    seesImages: true,
    recording: { folder: 'cohere', wire: 'chat' },
    yaml: (origin) => `{ kind: cohere, baseUrl: ${origin}/v1, keyEnv: UPSTREAM_KEY }`,
  },
  deepseek: {
    model: 'deepseek-v4-pro',
    seesImages: false,
    proof: thinkingBack(),
    recording: { folder: 'deepseek', wire: 'chat' },
    yaml: openaiHost('deepseek'),
  },
  mistral: {
    model: 'magistral-medium-latest',
    seesImages: false,
    proof: thinkingBack(),
    recording: { folder: 'mistral', wire: 'chat' },
    yaml: openaiHost('mistral'),
  },
  groq: {
    model: 'openai/gpt-oss-120b',
    seesImages: false,
    proof: thinkingBack(),
    recording: { folder: 'groq', wire: 'chat' },
    yaml: openaiHost('groq'),
  },
  azure: {
    model: 'gpt-5.2',
    seesImages: true,
    recording: { folder: 'azure', wire: 'chat' },
    yaml: (origin) => `{ kind: azure, baseUrl: ${origin}, apiVersion: '2024-10-21', keyEnv: UPSTREAM_KEY }`,
  },
} satisfies Record<string, Upstream>

export type UpstreamName = keyof typeof ownTable
export const upstreamTable: Readonly<Record<UpstreamName, Upstream>> = ownTable
export const upstreamNames = Object.keys(upstreamTable) as UpstreamName[]

export interface Upstreams extends AsyncDisposable {
  readonly sidecar: TestSidecar
  /** Straight to the provider, without the sidecar. */
  origin(name: UpstreamName): string
  /** The standing answer of one provider, streamed when the request asks for it. */
  play(name: UpstreamName, recorded: RecordedCase): void
  answer(name: UpstreamName, script: Script): void
  answerOnce(name: UpstreamName, script: Script): void
  /** Everything a provider was asked so far. */
  requests(name: UpstreamName): readonly RawRequest[]
  lastBody(name: UpstreamName): JsonObject
  fake(name: UpstreamName): FakeUpstream
  /** The record of the newest request, once it is there. */
  nextRecord(): Promise<LedgerRecord>
}

/** The sidecar in front of every provider it knows, each played by a socket that replays recorded answers. */
export async function startUpstreams(names: readonly UpstreamName[] = upstreamNames): Promise<Upstreams> {
  const fakes = new Map<UpstreamName, FakeUpstream>()
  for (const name of names) fakes.set(name, await fakeUpstream())
  const fake = (name: UpstreamName): FakeUpstream => {
    const found = fakes.get(name)
    if (found === undefined) throw new Error(`${name} is not started`)
    return found
  }
  const lines = names.map((name) => `  ${name}: ${upstreamTable[name].yaml(fake(name).origin)}`)
  const routes = names.map((name) => `  ${onceRoute(name)}: ${routeYaml(name)}`)
  const sidecar = await startTestSidecar(`providers:\n${lines.join('\n')}\nroutes:\n${routes.join('\n')}\n`, {
    environment: {
      UPSTREAM_KEY: 'provider-key',
      DEEPSEEK_API_KEY: 'k',
      MISTRAL_API_KEY: 'k',
      GROQ_API_KEY: 'k',
    },
    health: tireless,
  })
  let seen = 0
  return {
    sidecar,
    fake,
    origin: (name) => fake(name).origin,
    play: (name, recorded) => fake(name).answer((request) => replay(name, recorded, request)),
    answer: (name, script) => fake(name).answer(script),
    answerOnce: (name, script) => fake(name).answerOnce(script),
    requests: (name) => fake(name).requests,
    lastBody: (name) => JSON.parse(fake(name).requests.at(-1)?.bodyText ?? '{}') as JsonObject,
    async nextRecord() {
      seen = Math.max(seen + 1, sidecar.records.length)
      const records = await sidecar.recorded(seen)
      seen = records.length
      return records.at(-1) as LedgerRecord
    },
    async [Symbol.asyncDispose]() {
      await sidecar[Symbol.asyncDispose]()
      for (const each of fakes.values()) await each[Symbol.asyncDispose]()
    },
  }
}

/** A route that asks its one provider once: what failed stays failed. */
export function onceRoute(name: UpstreamName): string {
  return `once-${name}`
}

function routeYaml(name: UpstreamName): string {
  const { model } = upstreamTable[name]
  return `{ candidates: [{ id: only, provider: ${name}, model: ${model} }], retries: { max: 0 } }`
}

function replay(name: UpstreamName, recorded: RecordedCase, request: RawRequest) {
  const { recording } = upstreamTable[name]
  const isResponses = request.path.split('?')[0]?.endsWith('/responses') === true
  const from: Recording = isResponses ? { folder: 'openai', wire: 'responses' } : recording
  return recordedAnswer(from, recorded, {
    streamed: isStreamed(request),
    wantsUsage: /"include_usage":\s*true/.test(request.bodyText),
  })
}

function isStreamed(request: RawRequest): boolean {
  if (/:streamGenerateContent|converse-stream/.test(request.path)) return true
  return /"stream":\s*true/.test(request.bodyText)
}
