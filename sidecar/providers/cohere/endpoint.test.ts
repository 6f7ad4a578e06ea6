import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GatewayError } from '../../../contract/errors.ts'
import type { Call, Operation, ProviderSettings } from '../provider.ts'
import { cohereProvider } from './endpoint.ts'

const settings = {
  name: 'cohere',
  kind: 'cohere',
  baseUrl: 'https://api.cohere.com/v1',
  key: 'co-key',
  keyEnv: 'COHERE_API_KEY',
  auth: 'key',
} as unknown as ProviderSettings

function callOf(operation: Operation, changed: Partial<ProviderSettings> = {}): Call {
  return {
    settings: { ...settings, ...changed },
    operation,
    format: 'cohere',
    model: 'command-a-03-2025',
    stream: false,
    method: 'POST',
    callerPath: '/v1/tokenize?x=1',
  }
}

const headersOf = (changed: Partial<ProviderSettings>) => {
  const call = callOf('generate', changed)
  return cohereProvider.sign({ call, address: cohereProvider.address(call), body: undefined, nowMs: 0 })
}

test('every operation has its own version, whichever the base URL names', () => {
  for (const base of [
    'https://api.cohere.com/v1',
    'https://api.cohere.com/v2/',
    'https://api.cohere.com',
    '',
  ]) {
    const { origin, path } = cohereProvider.address(callOf('generate', { baseUrl: base }))
    assert.deepEqual([origin, path], ['https://api.cohere.com', '/v2/chat'])
  }
  const own = { baseUrl: 'http://127.0.0.1:9/cohere/v1' }
  assert.equal(cohereProvider.address(callOf('embeddings', own)).path, '/cohere/v2/embed')
  assert.equal(cohereProvider.address(callOf('rerank', own)).path, '/cohere/v2/rerank')
  assert.equal(cohereProvider.address(callOf('other', own)).path, '/cohere/v1/tokenize?x=1')
})

test('chat, embeddings and reranking are offered, speech is not', () => {
  const ask = { dialect: 'chat', model: 'm', settings, responsesOnly: false } as const
  for (const operation of ['generate', 'embeddings', 'rerank', 'other'] as const) {
    assert.equal(cohereProvider.formatFor({ ...ask, operation }), 'cohere')
  }
  assert.equal(cohereProvider.formatFor({ ...ask, operation: 'speech' }), undefined)
})

test('the key is a bearer token; a missing one names its variable', () => {
  assert.deepEqual(headersOf({}), ['authorization', 'Bearer co-key'])
  assert.deepEqual(headersOf({ auth: 'forward' }), [])
  assert.deepEqual(headersOf({ key: undefined, keyEnv: '' }), [])
  const isMissing = (error: unknown) =>
    error instanceof GatewayError &&
    error.code === 'provider_key_missing' &&
    /COHERE_API_KEY/.test(error.message)
  assert.throws(() => headersOf({ key: undefined }), isMissing)
})
