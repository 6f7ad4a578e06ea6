import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FormatName } from '../formats/format.ts'
import { azureProvider } from './azure/endpoint.ts'
import { openaiProvider } from './openai/endpoint.ts'
import { openaiCompatibleProvider } from './openai-compatible/endpoint.ts'
import { defaultQuirks, hostTable } from './openai-compatible/hosts.ts'
import type { Call, Provider, ProviderSettings } from './provider.ts'

function settings(own: Partial<ProviderSettings> = {}): ProviderSettings {
  return {
    name: 'p',
    kind: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    host: '',
    region: '',
    key: 'k',
    keyEnv: 'K',
    keyRequired: true,
    auth: 'key',
    headers: {},
    apiVersion: '',
    deployments: {},
    project: '',
    location: '',
    secrets: {},
    quirks: defaultQuirks,
    ...own,
  } as ProviderSettings
}

function call(own: Partial<Call> = {}): Call {
  return {
    settings: settings(),
    operation: 'generate',
    format: 'chat',
    model: 'gpt-5',
    stream: false,
    method: 'POST',
    callerPath: '/v1/chat/completions',
    ...own,
  }
}

function url(provider: Provider, own: Partial<Call>): string {
  const { origin, path } = provider.address(call(own))
  return origin + path
}

function sign(provider: Provider, own: Partial<ProviderSettings>) {
  const signed = call({ settings: settings(own) })
  return provider.sign({ call: signed, address: provider.address(signed), body: undefined, nowMs: 0 })
}

test('generation goes to the path of its format, whatever the caller asked', () => {
  assert.equal(url(openaiProvider, {}), 'https://api.openai.com/v1/chat/completions')
  assert.equal(
    url(openaiProvider, { callerPath: '/v1/messages?beta=true' }),
    'https://api.openai.com/v1/chat/completions',
  )
  assert.equal(url(openaiProvider, { format: 'responses' }), 'https://api.openai.com/v1/responses')
})

test('everything else keeps the path and query of the caller, behind the address of the host', () => {
  const zai = settings({ baseUrl: 'https://api.z.ai/api/paas/v4' })
  assert.equal(
    url(openaiProvider, { operation: 'other', callerPath: '/v1/files/f-1?limit=2' }),
    'https://api.openai.com/v1/files/f-1?limit=2',
  )
  assert.equal(
    url(openaiCompatibleProvider, { settings: zai }),
    'https://api.z.ai/api/paas/v4/chat/completions',
  )
  assert.equal(
    url(openaiProvider, { operation: 'embeddings', callerPath: '/v1beta/models/x:embedContent' }),
    'https://api.openai.com/v1/embeddings',
  )
})

test('Azure has a classic address per deployment and a v1 address without', () => {
  const azure = { baseUrl: 'https://r.openai.azure.com/', deployments: { 'gpt-5': 'my gpt' } }
  const classic = settings({ ...azure, apiVersion: '2024-10-21' })
  assert.equal(
    url(azureProvider, { settings: classic }),
    'https://r.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21',
  )
  assert.equal(
    url(azureProvider, { settings: classic, operation: 'other', callerPath: '/v1/files?limit=2' }),
    'https://r.openai.azure.com/openai/files?limit=2&api-version=2024-10-21',
  )
  assert.equal(
    url(azureProvider, { settings: settings(azure) }),
    'https://r.openai.azure.com/openai/v1/chat/completions',
  )
  const copied = settings({ baseUrl: 'https://r.openai.azure.com/openai/v1', apiVersion: 'preview' })
  assert.equal(
    url(azureProvider, { settings: copied }),
    'https://r.openai.azure.com/openai/v1/chat/completions?api-version=preview',
  )
  assert.deepEqual(azureProvider.bodyEdits!(call({ settings: classic })), [
    { set: 'model', json: '"my gpt"' },
  ])
  assert.deepEqual(azureProvider.bodyEdits!(call({ settings: copied })), [])
})

test('keys are sent as each provider takes them', () => {
  assert.deepEqual(sign(openaiProvider, {}), ['authorization', 'Bearer k'])
  assert.deepEqual(sign(azureProvider, {}), ['api-key', 'k'])
  assert.deepEqual(sign(azureProvider, { key: 'eyJh.b.c' }), ['authorization', 'Bearer eyJh.b.c'])
  assert.deepEqual(sign(openaiCompatibleProvider, { key: undefined }), [])
})

test('a provider serves the format of the caller where it speaks it', () => {
  const ask = (provider: Provider, own: object): FormatName | undefined =>
    provider.formatFor({
      operation: 'generate',
      dialect: 'chat',
      model: 'm',
      settings: settings(),
      responsesOnly: false,
      ...own,
    })
  const deepseek = settings({ quirks: hostTable['deepseek']!.quirks })
  assert.equal(ask(openaiProvider, {}), 'chat')
  assert.equal(ask(openaiProvider, { dialect: 'messages' }), 'chat')
  assert.equal(ask(openaiProvider, { dialect: 'responses' }), 'responses')
  assert.equal(ask(openaiProvider, { responsesOnly: true }), 'responses')
  assert.equal(ask(openaiCompatibleProvider, { dialect: 'responses', settings: deepseek }), 'chat')
  assert.equal(ask(openaiProvider, { operation: 'images' }), 'chat')
  assert.equal(ask(openaiProvider, { operation: 'images', dialect: 'messages' }), undefined)
  assert.equal(ask(openaiProvider, { operation: 'embeddings', dialect: 'gemini' }), 'chat')
  assert.equal(ask(openaiProvider, { operation: 'rerank' }), undefined)
})
