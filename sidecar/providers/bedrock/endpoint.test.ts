import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GatewayError } from '../../../contract/errors.ts'
import type { Call, ProviderSettings } from '../provider.ts'
import { createBedrockProvider } from './endpoint.ts'
import { Sigv4Signer } from './sigv4.ts'

const bedrockProvider = createBedrockProvider()

const settings = {
  name: 'aws',
  kind: 'bedrock',
  baseUrl: '',
  key: undefined,
  keyEnv: 'AWS_BEARER_TOKEN_BEDROCK',
  auth: 'key',
  location: 'eu-west-1',
  secrets: { awsAccessKeyId: 'AKID', awsSecretAccessKey: 'secret', awsSessionToken: 'token' },
} as unknown as ProviderSettings

function callOf(more: Partial<Call> = {}, changed: Partial<ProviderSettings> = {}): Call {
  return {
    settings: { ...settings, ...changed },
    operation: 'generate',
    format: 'converse',
    model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    stream: false,
    method: 'POST',
    callerPath: '/v1/chat/completions',
    ...more,
  }
}

test('the model is one path segment, whatever is in its id', () => {
  assert.deepEqual(bedrockProvider.address(callOf()), {
    origin: 'https://bedrock-runtime.eu-west-1.amazonaws.com',
    path: '/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse',
  })
  const arn = 'arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/ab12'
  assert.equal(
    bedrockProvider.address(callOf({ model: arn, stream: true })).path,
    '/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3Aapplication-inference-profile%2Fab12/converse-stream',
  )
})

test('a base URL of its own keeps its path, and Chinese regions have their own domain', () => {
  const own = bedrockProvider.address(callOf({ model: 'm' }, { baseUrl: 'http://127.0.0.1:9/aws/' }))
  assert.deepEqual(own, { origin: 'http://127.0.0.1:9', path: '/aws/model/m/converse' })
  const china = bedrockProvider.address(callOf({}, { location: 'cn-north-1' }))
  assert.equal(china.origin, 'https://bedrock-runtime.cn-north-1.amazonaws.com.cn')
})

test('only generation is offered, in the converse format', () => {
  const ask = { dialect: 'chat', model: 'm', settings, responsesOnly: false } as const
  assert.equal(bedrockProvider.formatFor({ ...ask, operation: 'generate' }), 'converse')
  assert.equal(bedrockProvider.formatFor({ ...ask, operation: 'embeddings' }), undefined)
})

test('a bearer token wins over access keys', () => {
  const call = callOf({}, { key: 'bedrock-api-key' })
  assert.deepEqual(signed(call), ['authorization', 'Bearer bedrock-api-key'])
})

test('access keys sign host, time and session token over the path as it is sent', () => {
  const call = callOf()
  const body = Buffer.from('{}')
  const headers = signed(call, body)
  assert.deepEqual(headers.slice(0, 5), [
    'x-amz-date',
    '20261120T120000Z',
    'x-amz-security-token',
    'token',
    'authorization',
  ])
  const expected = new Sigv4Signer().authorization(
    {
      method: 'POST',
      path: '/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse',
      headers: {
        host: 'bedrock-runtime.eu-west-1.amazonaws.com',
        'x-amz-date': '20261120T120000Z',
        'x-amz-security-token': 'token',
      },
      body,
    },
    { accessKeyId: 'AKID', secretAccessKey: 'secret' },
    { region: 'eu-west-1', service: 'bedrock' },
  )
  assert.equal(headers[5], expected)
})

test('the region comes from the host when none is configured', () => {
  const baseUrl = 'https://bedrock-runtime.ap-south-1.amazonaws.com'
  assert.match(signed(callOf({}, { location: '', baseUrl }))[5] ?? '', /\/ap-south-1\/bedrock\/aws4_request/)
})

test('missing credentials name the variables to set', () => {
  const isMissing = (error: unknown) =>
    error instanceof GatewayError &&
    error.code === 'provider_key_missing' &&
    /AWS_ACCESS_KEY_ID/.test(error.message)
  assert.throws(() => signed(callOf({}, { secrets: {} })), isMissing)
})

test('forwarded authentication adds nothing', () => {
  assert.deepEqual(signed(callOf({}, { auth: 'forward' })), [])
})

function signed(call: Call, body: Buffer | undefined = undefined): string[] {
  const nowMs = Date.UTC(2026, 10, 20, 12, 0, 0)
  return bedrockProvider.sign({ call, address: bedrockProvider.address(call), body, nowMs }) as string[]
}
