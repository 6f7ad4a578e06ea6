import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Call, ProviderSettings } from '../provider.ts'
import { simulatedProvider } from './endpoint.ts'
import { routeFor } from './routes.ts'

const settings = { name: 'sim', kind: 'simulated', baseUrl: 'http://127.0.0.1:1' } as ProviderSettings
const ask = { model: 'sim-fast', settings, responsesOnly: false }
const call = (rest: Partial<Call>): Call => ({
  settings,
  operation: 'generate',
  format: 'chat',
  model: 'sim-fast;status=503',
  stream: false,
  method: 'POST',
  callerPath: '/v1/files?limit=1',
  ...rest,
})

it('the simulated provider serves every dialect in its own format', () => {
  for (const dialect of ['chat', 'responses', 'messages', 'gemini'] as const) {
    assert.equal(simulatedProvider.formatFor({ ...ask, operation: 'generate', dialect }), dialect)
  }
  assert.equal(simulatedProvider.formatFor({ ...ask, operation: 'count_tokens', dialect: 'chat' }), undefined)
})

it('its addresses are paths its server knows', () => {
  const pathFor = (rest: Partial<Call>) => simulatedProvider.address(call(rest)).path
  assert.equal(pathFor({}), '/v1/chat/completions')
  assert.equal(pathFor({ format: 'messages' }), '/v1/messages')
  assert.equal(
    pathFor({ format: 'gemini', stream: true }),
    '/v1beta/models/sim-fast%3Bstatus%3D503:streamGenerateContent?alt=sse',
  )
  assert.equal(pathFor({ operation: 'other' }), '/v1/files?limit=1')
  assert.notEqual(routeFor(pathFor({ operation: 'rerank' }), 'POST'), routeFor('/v1/files', 'GET'))
})
