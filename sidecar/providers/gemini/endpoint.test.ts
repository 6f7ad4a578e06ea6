import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HostQuirks } from '../../formats/format.ts'
import type { Call, ProviderSettings } from '../provider.ts'
import { geminiProvider } from './endpoint.ts'

const settings: ProviderSettings = {
  name: 'gemini',
  kind: 'gemini',
  baseUrl: 'https://generativelanguage.googleapis.com',
  host: '',
  region: '',
  key: 'provider-key',
  keyEnv: 'GEMINI_API_KEY',
  keyRequired: true,
  auth: 'key',
  headers: {},
  apiVersion: '',
  deployments: {},
  project: '',
  location: '',
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

const path = (more: Partial<Call>) => geminiProvider.address(call(more)).path
const model = '/v1beta/models/gemini-3.5-flash'

test('translated requests have their method and ask for events', () => {
  assert.deepEqual(geminiProvider.address(call({})), {
    origin: 'https://generativelanguage.googleapis.com',
    path: `${model}:generateContent`,
  })
  assert.equal(path({ stream: true }), `${model}:streamGenerateContent?alt=sse`)
  assert.equal(path({ operation: 'embeddings' }), `${model}:batchEmbedContents`)
  assert.equal(path({ operation: 'count_tokens' }), `${model}:countTokens`)
  assert.equal(path({ model: 'tunedModels/mine' }), '/v1beta/tunedModels/mine:generateContent')
})

test("a Gemini caller's path goes on with the chosen model and without any key", () => {
  const caller = (callerPath: string, more: Partial<Call> = {}) => path({ callerPath, ...more })
  assert.equal(
    caller('/v1alpha/models/support:streamGenerateContent?key=abc&alt=sse', { stream: true }),
    '/v1alpha/models/gemini-3.5-flash:streamGenerateContent?alt=sse',
  )
  assert.equal(caller('/v1beta/models/x:generateContent?%6bey=abc'), `${model}:generateContent`)
  assert.equal(caller('/v1beta/models/x:embedContent', { operation: 'embeddings' }), `${model}:embedContent`)
  assert.equal(caller('/v1beta/models/openai/gpt:generateContent'), `${model}:generateContent`)
  assert.equal(
    caller('/v1beta/models?pageSize=5&$key=a', { operation: 'models', model: '' }),
    '/v1beta/models?pageSize=5',
  )
  assert.equal(caller('/v1beta/files?key=a', { operation: 'other' }), '/v1beta/files')
})

test('a base URL with a path keeps it', () => {
  const more = { settings: { ...settings, baseUrl: 'http://127.0.0.1:9/google/' } }
  assert.deepEqual(geminiProvider.address(call(more)), {
    origin: 'http://127.0.0.1:9',
    path: `/google${model}:generateContent`,
  })
})

test('the key goes into a header, and a forwarded key is left alone', () => {
  const sign = (more: Partial<ProviderSettings>) => {
    const own = call({ settings: { ...settings, ...more } })
    return geminiProvider.sign({ call: own, address: geminiProvider.address(own), body: undefined, nowMs: 0 })
  }
  assert.deepEqual(sign({}), ['x-goog-api-key', 'provider-key'])
  assert.deepEqual(sign({ auth: 'forward' }), [])
})

test('only Gemini callers get what cannot be translated', () => {
  const format = (operation: Call['operation'], dialect: 'gemini' | 'chat') =>
    geminiProvider.formatFor({ operation, dialect, model: 'm', settings, responsesOnly: false })
  assert.equal(format('generate', 'chat'), 'gemini')
  assert.equal(format('embeddings', 'chat'), 'gemini')
  assert.equal(format('count_tokens', 'gemini'), 'gemini')
  assert.equal(format('count_tokens', 'chat'), undefined)
  assert.equal(format('images', 'chat'), undefined)
})
