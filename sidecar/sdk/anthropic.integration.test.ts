import assert from 'node:assert/strict'
import { test } from 'node:test'
import Anthropic from '@anthropic-ai/sdk'
import { httpAnswer, httpJson } from '../../testing/fake-upstream.ts'
import { abortTest } from '../../testing/sdk/aborts.ts'
import { anthropicClient, messagesClient } from '../../testing/sdk/anthropic.ts'
import { type Caught, failureMatrix } from '../../testing/sdk/failure-matrix.ts'
import { failedAnswer } from '../../testing/sdk/failures.ts'
import { geminiClient } from '../../testing/sdk/genai.ts'
import { sameBytes } from '../../testing/sdk/identity.ts'
import { clientMatrix } from '../../testing/sdk/matrix.ts'
import { chatClient } from '../../testing/sdk/openai-chat.ts'
import { fixture } from '../../testing/sdk/recorded.ts'
import { onceRoute, startUpstreams, upstreamTable } from '../../testing/sdk/upstreams.ts'

clientMatrix('the Anthropic SDK speaks messages to every vendor', {
  client: messagesClient,
  providers: ['anthropic', 'openai', 'gemini', 'bedrock', 'cohere', 'deepseek', 'mistral', 'groq', 'azure'],
  untouched: ['anthropic'],
})

function caught(error: unknown): Caught {
  if (!(error instanceof Anthropic.APIError)) throw error
  return {
    kind: error.constructor.name,
    status: error.status,
    message: error.message,
    retryAfter: error.headers?.get('retry-after') ?? undefined,
  }
}

failureMatrix('messages through the Anthropic SDK fail in its own words', {
  client: messagesClient,
  providers: ['anthropic', 'openai', 'gemini', 'bedrock', 'cohere'],
  caught,
  kinds: {
    400: 'BadRequestError',
    401: 'AuthenticationError',
    404: 'NotFoundError',
    429: 'RateLimitError',
    500: 'InternalServerError',
    503: 'ServiceUnavailableError',
    529: 'OverloadedError',
  },
  midway: 'APIError',
})

const model = upstreamTable.anthropic.model
const hi: Anthropic.MessageParam[] = [{ role: 'user', content: 'Grüße 🌤️' }]

test('what the Anthropic SDK and Anthropic say to each other passes byte for byte', async () => {
  await using upstreams = await startUpstreams(['anthropic', 'bedrock'])
  upstreams.play('anthropic', 'tool')
  const body = { model, max_tokens: 9, messages: hi, brand_new: { a: 1.0 } }
  await sameBytes(upstreams, 'anthropic', { path: '/v1/messages?beta=true', body })
  await sameBytes(upstreams, 'anthropic', { path: '/v1/messages', body: { ...body, stream: true } })
})

test('headers of the Anthropic SDK reach Anthropic, keys do not', async () => {
  await using upstreams = await startUpstreams(['anthropic'])
  upstreams.play('anthropic', 'text')
  const client = anthropicClient({
    origin: upstreams.sidecar.origin,
    headers: { 'anthropic-beta': 'one,two' },
  })
  await client.messages.create({ model: `anthropic/${model}`, max_tokens: 9, messages: hi })
  const { headers } = upstreams.requests('anthropic').at(-1)!
  assert.equal(headers['anthropic-beta'], 'one,two')
  assert.ok(headers['anthropic-version'])
  assert.equal(headers['x-api-key'], 'provider-key')
  assert.ok(!JSON.stringify(upstreams.requests('anthropic')).includes('caller-key'))
})

test('the Anthropic SDK counts tokens where Anthropic counts them', async () => {
  await using upstreams = await startUpstreams(['anthropic'])
  upstreams.answer(
    'anthropic',
    httpAnswer(fixture('anthropic/count-tokens.json'), { headers: { 'content-type': 'application/json' } }),
  )
  const client = anthropicClient({ origin: upstreams.sidecar.origin })
  const counted = await client.messages.countTokens({ model: `anthropic/${model}`, messages: hi })
  assert.deepEqual(counted, { input_tokens: 14 })
  assert.equal(upstreams.requests('anthropic').at(-1)?.path, '/v1/messages/count_tokens')
  assert.equal(upstreams.lastBody('anthropic')['model'], model)
})

test('the Anthropic SDK lists what it may ask for, and knows the id of its request', async () => {
  await using upstreams = await startUpstreams(['openai'])
  upstreams.play('openai', 'text')
  const client = anthropicClient({ origin: upstreams.sidecar.origin })
  const names = []
  for await (const listed of client.models.list()) names.push([listed.type, listed.id, listed.display_name])
  assert.deepEqual(names.at(-1)?.slice(0, 1), ['model'])
  assert.ok(names.some(([, id, title]) => id === onceRoute('openai') && title === id))
  const before = upstreams.sidecar.records.length
  const ask = { model: onceRoute('openai'), max_tokens: 9, messages: hi }
  const whole = await client.messages.create(ask)
  const stream = await client.messages.create({ ...ask, stream: true }).withResponse()
  for await (const _ of stream.data) {
  }
  const refused = await client.messages.create({ ...ask, model: 'nobody' }).catch((error: unknown) => error)
  assert.ok(refused instanceof Anthropic.NotFoundError)
  const records = (await upstreams.sidecar.recorded(before + 3)).slice(before)
  const ids = [whole._request_id, stream.request_id, refused.requestID]
  assert.deepEqual(
    ids,
    records.map(({ request }) => request.request_id),
  )
})

test('a stop sequence that was met is said to every caller in its own words', async () => {
  await using upstreams = await startUpstreams(['anthropic'])
  const met = { ...recordedMessage(), stop_reason: 'stop_sequence', stop_sequence: '###' }
  upstreams.answer('anthropic', httpJson(met))
  const { origin } = upstreams.sidecar
  const asked = { model: `anthropic/${model}`, streamed: false, stop: ['###'] }
  const own = await anthropicClient({ origin }).messages.create({
    model: asked.model,
    max_tokens: 9,
    messages: hi,
    stop_sequences: ['###'],
  })
  assert.deepEqual([own.stop_reason, own.stop_sequence], ['stop_sequence', '###'])
  for (const client of [chatClient({ origin }, { collects: true }), geminiClient({ origin })])
    assert.equal((await client.ask(asked)).seen.finish, 'stop')
})

function recordedMessage() {
  return JSON.parse(fixture('anthropic/messages-text.json').toString()) as Record<string, unknown>
}

abortTest('leaving a stream of the Anthropic SDK ends the upstream call', {
  providers: ['anthropic', 'openai', 'gemini'],
  leave: async (at) => {
    const stream = anthropicClient(at).messages.stream({ model: at.model, max_tokens: 99, messages: hi })
    stream.on('text', () => stream.abort())
    await assert.rejects(stream.finalMessage(), Anthropic.APIUserAbortError)
  },
})

test('the retries of the Anthropic SDK and of Sidelight do not multiply', async () => {
  await using upstreams = await startUpstreams(['anthropic', 'openai'])
  const client = anthropicClient({ origin: upstreams.sidecar.origin, maxRetries: 2 })
  for (const provider of ['anthropic', 'openai'] as const) {
    const ask = (asked: string) => client.messages.create({ model: asked, max_tokens: 9, messages: hi })
    upstreams.answer(provider, failedAnswer(provider, 500))
    await assert.rejects(ask(`${provider}/${upstreamTable[provider].model}`), Anthropic.InternalServerError)
    const { attempts } = await upstreams.nextRecord()
    assert.equal(upstreams.requests(provider).length, attempts.length)
    upstreams.play(provider, 'text')
    upstreams.answerOnce(
      provider,
      httpJson({ error: { message: 'slow down' } }, { status: 429, headers: { 'retry-after-ms': '20' } }),
    )
    const answer = await ask(onceRoute(provider))
    assert.equal(answer.type, 'message')
  }
})
