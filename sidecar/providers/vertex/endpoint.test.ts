import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HostQuirks } from '../../formats/format.ts'
import type { Call, ProviderSettings } from '../provider.ts'
import { createVertexProvider } from './endpoint.ts'

const vertex = createVertexProvider({
  fetchToken: () => Promise.reject(new Error('no token is fetched here')),
  nowMs: () => 0,
})

const settings: ProviderSettings = {
  name: 'vertex',
  kind: 'vertex',
  baseUrl: '',
  host: '',
  region: '',
  key: 'ya29.token',
  keyEnv: '',
  keyRequired: true,
  auth: 'key',
  headers: {},
  apiVersion: '',
  deployments: {},
  project: 'my-project',
  location: 'europe-west4',
  secrets: {},
  quirks: {} as HostQuirks,
}

const call = (more: Partial<Call>): Call => ({
  settings,
  operation: 'generate',
  format: 'gemini',
  model: 'gemini-3.5-flash',
  stream: false,
  method: 'POST',
  callerPath: '/v1/chat/completions',
  ...more,
})

const at = '/v1/projects/my-project/locations/europe-west4'
const path = (more: Partial<Call>) => vertex.address(call(more)).path

test('Gemini has its own methods, at the host of the location', () => {
  assert.deepEqual(vertex.address(call({})), {
    origin: 'https://europe-west4-aiplatform.googleapis.com',
    path: `${at}/publishers/google/models/gemini-3.5-flash:generateContent`,
  })
  const stream = `${at}/publishers/google/models/gemini-3.5-flash:streamGenerateContent`
  assert.equal(path({ stream: true }), `${stream}?alt=sse`)
  assert.equal(path({ stream: true, callerPath: '/v1beta/models/x:streamGenerateContent?key=a' }), stream)
  assert.equal(
    path({ stream: true, callerPath: '/v1beta/models/x:streamGenerateContent?alt=sse' }),
    `${stream}?alt=sse`,
  )
})

test('global and groups of regions have hosts of their own', () => {
  const origin = (location: string) => vertex.address(call({ settings: { ...settings, location } })).origin
  assert.equal(origin('global'), 'https://aiplatform.googleapis.com')
  assert.equal(origin(''), 'https://aiplatform.googleapis.com')
  assert.equal(origin('eu'), 'https://aiplatform.eu.rep.googleapis.com')
  const own = { ...settings, location: 'global', baseUrl: 'http://127.0.0.1:9' }
  assert.deepEqual(vertex.address(call({ settings: own })), {
    origin: 'http://127.0.0.1:9',
    path: '/v1/projects/my-project/locations/global/publishers/google/models/gemini-3.5-flash:generateContent',
  })
})

test("Claude is asked in Anthropic's words, with its version in the body and no model", () => {
  const claude = { format: 'messages', model: 'claude-sonnet-4-5@20250929' } as const
  const version = { set: 'anthropic_version', json: '"vertex-2023-10-16"' }
  const models = `${at}/publishers/anthropic/models`
  assert.equal(path(claude), `${models}/claude-sonnet-4-5@20250929:rawPredict`)
  assert.equal(path({ ...claude, stream: true }), `${models}/claude-sonnet-4-5@20250929:streamRawPredict`)
  assert.equal(path({ ...claude, operation: 'count_tokens' }), `${models}/count-tokens:rawPredict`)
  assert.deepEqual(vertex.bodyEdits?.(call(claude)), [version, { remove: 'model' }])
  assert.deepEqual(vertex.bodyEdits?.(call({ ...claude, operation: 'count_tokens' })), [version])
  assert.deepEqual(vertex.bodyEdits?.(call({})), [])
})

test('the publisher decides the format', () => {
  const format = (
    model: string,
    dialect: 'chat' | 'gemini' | 'messages' = 'chat',
    operation: Call['operation'] = 'generate',
  ) => vertex.formatFor({ operation, dialect, model, settings, responsesOnly: false })
  assert.equal(format('gemini-2.5-pro'), 'gemini')
  assert.equal(format('google/gemini-2.5-pro'), 'gemini')
  assert.equal(format('claude-opus-4-8'), 'messages')
  assert.equal(format('publishers/anthropic/models/claude-opus-4-8'), 'messages')
  assert.equal(format('meta/llama-4-scout-17b-16e-instruct-maas'), 'chat')
  assert.equal(format('claude-opus-4-8', 'messages', 'count_tokens'), 'messages')
  assert.equal(format('claude-opus-4-8', 'chat', 'count_tokens'), undefined)
  assert.equal(format('gemini-embedding-001', 'chat', 'embeddings'), 'gemini')
  assert.equal(format('gemini-embedding-001', 'gemini', 'embeddings'), undefined)
  assert.equal(format('gemini-embedding-2', 'gemini', 'embeddings'), 'gemini')
})

test('embeddings are predictions for older models and contents for newer ones; open models speak chat', () => {
  const models = `${at}/publishers/google/models`
  assert.equal(
    path({ operation: 'embeddings', model: 'text-embedding-005' }),
    `${models}/text-embedding-005:predict`,
  )
  assert.equal(
    path({ operation: 'embeddings', model: 'gemini-embedding-2' }),
    `${models}/gemini-embedding-2:embedContent`,
  )
  assert.equal(
    path({ format: 'chat', model: 'meta/llama-4-scout' }),
    `${at}/endpoints/openapi/chat/completions`,
  )
})

test('a ready access token is used as it is', () => {
  const own = call({})
  const input = { call: own, address: vertex.address(own), body: undefined, nowMs: 0 }
  assert.deepEqual(vertex.sign(input), ['authorization', 'Bearer ya29.token'])
})
