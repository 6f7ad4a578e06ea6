import assert from 'node:assert/strict'
import { test } from 'node:test'
import OpenAI from 'openai'
import { httpAnswer, httpJson } from '../../testing/fake-upstream.ts'
import { abortTest } from '../../testing/sdk/aborts.ts'
import { type Caught, failureMatrix } from '../../testing/sdk/failure-matrix.ts'
import { failedAnswer } from '../../testing/sdk/failures.ts'
import { clientMatrix } from '../../testing/sdk/matrix.ts'
import { chatClient, openaiClient } from '../../testing/sdk/openai-chat.ts'
import { responsesClient } from '../../testing/sdk/openai-responses.ts'
import { fixture } from '../../testing/sdk/recorded.ts'
import { onceRoute, startUpstreams, type Upstreams, upstreamTable } from '../../testing/sdk/upstreams.ts'

clientMatrix('the openai SDK speaks chat to every vendor', {
  client: (at) => chatClient(at, { collects: true }),
  providers: ['openai', 'anthropic', 'gemini', 'bedrock', 'cohere', 'deepseek', 'mistral', 'groq', 'azure'],
  untouched: ['openai', 'deepseek', 'mistral', 'groq'],
})

clientMatrix('the openai SDK, its application keeping only what OpenAI documents', {
  client: (at) => chatClient(at, { collects: false }),
  providers: ['anthropic', 'gemini', 'bedrock'],
})

clientMatrix('the openai SDK speaks responses to every vendor', {
  client: responsesClient,
  providers: ['openai', 'anthropic', 'gemini', 'bedrock', 'cohere', 'deepseek', 'mistral', 'groq', 'azure'],
  untouched: ['openai'],
  lacks: ['stop'],
})

const kinds = {
  400: 'BadRequestError',
  401: 'AuthenticationError',
  404: 'NotFoundError',
  429: 'RateLimitError',
  500: 'InternalServerError',
  503: 'InternalServerError',
  529: 'InternalServerError',
}

function caught(error: unknown): Caught {
  if (!(error instanceof OpenAI.APIError)) return plain(error)
  return {
    kind: error.constructor.name,
    status: error.status,
    message: error.message,
    retryAfter: error.headers?.get('retry-after') ?? undefined,
  }
}

function plain(error: unknown): Caught {
  const message = error instanceof Error ? error.message : String(error)
  return { kind: 'Error', status: undefined, message, retryAfter: undefined }
}

const failing = ['openai', 'anthropic', 'gemini', 'bedrock', 'cohere'] as const

failureMatrix('chat through the openai SDK fails in its own words', {
  client: (at) => chatClient(at, { collects: true }),
  providers: failing,
  caught,
  kinds,
  midway: 'APIError',
})

failureMatrix('responses through the openai SDK fail in its own words', {
  client: responsesClient,
  providers: ['anthropic', 'gemini', 'bedrock', 'cohere'],
  caught,
  kinds,
  midway: 'Error',
})

abortTest('leaving a chat stream of the openai SDK ends the upstream call', {
  providers: ['openai', 'anthropic', 'gemini', 'bedrock', 'cohere'],
  leave: async (at) => {
    const stream = await openaiClient(at).chat.completions.create({
      model: at.model,
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
    })
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) stream.controller.abort()
  },
})

abortTest('leaving a responses stream of the openai SDK ends the upstream call', {
  providers: ['openai', 'anthropic'],
  wire: 'responses',
  leave: async (at) => {
    const stream = await openaiClient(at).responses.create({ model: at.model, input: 'Hi', stream: true })
    for await (const event of stream)
      if (event.type === 'response.output_text.delta') stream.controller.abort()
  },
})

const hi = [{ role: 'user', content: 'Hi' }] as const

async function askedTwice(upstreams: Upstreams, asked: string): Promise<void> {
  const client = openaiClient({ origin: upstreams.sidecar.origin, maxRetries: 2 })
  await client.chat.completions.create({ model: asked, messages: [...hi] })
}

test('the retries of the openai SDK follow what the provider says', async () => {
  await using upstreams = await startUpstreams(['openai', 'anthropic'])
  for (const provider of ['openai', 'anthropic'] as const) {
    upstreams.play(provider, 'text')
    const before = upstreams.sidecar.records.length
    upstreams.answerOnce(
      provider,
      httpJson({ error: { message: 'slow down' } }, { status: 429, headers: { 'retry-after-ms': '20' } }),
    )
    await askedTwice(upstreams, onceRoute(provider))
    assert.equal((await upstreams.sidecar.recorded(before + 2)).length, before + 2)
  }
})

test('what Sidelight retried is not retried by the openai SDK as well', async () => {
  await using upstreams = await startUpstreams(['openai', 'anthropic'])
  for (const provider of ['openai', 'anthropic'] as const) {
    upstreams.answer(provider, failedAnswer(provider, 500))
    const before = upstreams.sidecar.records.length
    await assert.rejects(
      askedTwice(upstreams, `${provider}/${upstreamTable[provider].model}`),
      OpenAI.InternalServerError,
    )
    const { request, attempts } = await upstreams.nextRecord()
    assert.equal(upstreams.sidecar.records.length, before + 1)
    assert.equal(request.attempt_count, attempts.length)
    assert.equal(upstreams.requests(provider).length, attempts.length)
    assert.ok(attempts.length > 1)
  }
})

test('the openai SDK knows the id of its request, whoever gave it', async () => {
  await using upstreams = await startUpstreams(['openai', 'anthropic'])
  const client = openaiClient({ origin: upstreams.sidecar.origin })
  const ask = (asked: string) => client.chat.completions.create({ model: asked, messages: [...hi] })
  upstreams.answer('openai', () =>
    httpAnswer(fixture('openai/chat-text.json'), {
      headers: { 'content-type': 'application/json', 'x-request-id': 'req_openai' },
    }),
  )
  assert.equal((await ask(onceRoute('openai')))._request_id, 'req_openai')
  await upstreams.nextRecord()
  upstreams.play('anthropic', 'text')
  const translated = await ask(onceRoute('anthropic'))
  assert.equal(translated._request_id, (await upstreams.nextRecord()).request.request_id)
})

test('a provider that forbids retries is obeyed', async () => {
  await using upstreams = await startUpstreams(['openai'])
  upstreams.answer(
    'openai',
    httpJson({ error: { message: 'no' } }, { status: 429, headers: { 'x-should-retry': 'false' } }),
  )
  await assert.rejects(askedTwice(upstreams, onceRoute('openai')), OpenAI.RateLimitError)
  assert.equal(upstreams.requests('openai').length, 1)
})
