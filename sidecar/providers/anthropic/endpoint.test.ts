import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Call, ProviderSettings } from '../provider.ts'
import { anthropicProvider } from './endpoint.ts'

const settings: ProviderSettings = {
  name: 'anthropic',
  kind: 'anthropic',
  baseUrl: 'https://api.anthropic.com',
  host: '',
  region: '',
  key: 'secret',
  keyEnv: 'ANTHROPIC_API_KEY',
  keyRequired: true,
  auth: 'key',
  headers: {},
  apiVersion: '',
  deployments: {},
  project: '',
  location: '',
  secrets: {},
  quirks: {
    maxField: 'max_tokens',
    developerRole: false,
    reasoning: 'none',
    streamOptions: false,
    strictTools: true,
    store: false,
    reasoningOutsideCompletion: false,
    shortToolIds: false,
    seedField: 'seed',
    responses: false,
  },
}

function callOf(change: Partial<Call>, more: Partial<ProviderSettings> = {}): Call {
  return {
    settings: { ...settings, ...more },
    operation: 'generate',
    format: 'messages',
    model: 'claude',
    stream: false,
    method: 'POST',
    callerPath: '/v1/chat/completions?api-version=1',
    ...change,
  }
}

const pathOf = (call: Call) => anthropicProvider.address(call).path
const sign = (call: Call) =>
  anthropicProvider.sign({ call, address: anthropicProvider.address(call), body: undefined, nowMs: 0 })

describe('the Anthropic provider', () => {
  it('serves generation to every dialect and counts tokens for its own', () => {
    const ask = { model: 'claude', settings, responsesOnly: false } as const
    const formatFor = anthropicProvider.formatFor
    assert.equal(formatFor({ ...ask, operation: 'generate', dialect: 'gemini' }), 'messages')
    assert.equal(formatFor({ ...ask, operation: 'count_tokens', dialect: 'messages' }), 'messages')
    assert.equal(formatFor({ ...ask, operation: 'count_tokens', dialect: 'gemini' }), undefined)
    assert.equal(formatFor({ ...ask, operation: 'embeddings', dialect: 'chat' }), undefined)
    assert.equal(formatFor({ ...ask, operation: 'other', dialect: 'chat' }), 'messages')
  })

  it('lives under the bare origin, or under the path of a host of the same format', () => {
    assert.deepEqual(anthropicProvider.address(callOf({})), {
      origin: 'https://api.anthropic.com',
      path: '/v1/messages',
    })
    assert.equal(pathOf(callOf({}, { baseUrl: 'https://host/anthropic' })), '/anthropic/v1/messages')
  })

  it("keeps the query of its own callers, and not that of others'", () => {
    assert.equal(pathOf(callOf({ callerPath: '/v1/messages?beta=true' })), '/v1/messages?beta=true')
    const count = callOf({ operation: 'count_tokens', callerPath: '/v1/messages/count_tokens?beta=true' })
    assert.equal(pathOf(count), '/v1/messages/count_tokens?beta=true')
    assert.equal(pathOf(callOf({ operation: 'other', callerPath: '/v1/files?limit=2' })), '/v1/files?limit=2')
  })

  it('signs with the key and the version it was written for', () => {
    assert.deepEqual(sign(callOf({})), ['anthropic-version', '2023-06-01', 'x-api-key', 'secret'])
    assert.deepEqual(sign(callOf({}, { auth: 'forward', key: undefined })), [
      'anthropic-version',
      '2023-06-01',
    ])
  })
})
