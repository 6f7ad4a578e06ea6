import assert from 'node:assert/strict'
import { test } from 'node:test'
import OpenAI from 'openai'
import { httpAnswer, httpJson } from '../../testing/fake-upstream.ts'
import type { RawRequest } from '../../testing/raw-http.ts'
import { abortTest } from '../../testing/sdk/aborts.ts'
import { type Caught, failureMatrix } from '../../testing/sdk/failure-matrix.ts'
import { failedAnswer } from '../../testing/sdk/failures.ts'
import { sameBytes } from '../../testing/sdk/identity.ts'
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

const model = upstreamTable.openai.model

test('what the openai SDK and OpenAI say to each other passes byte for byte', async () => {
  await using upstreams = await startUpstreams(['openai', 'azure'])
  const messages = [{ role: 'user', content: 'Grüße 🌤️' }]
  upstreams.play('openai', 'parallel')
  const chat = '/v1/chat/completions'
  await sameBytes(upstreams, 'openai', { path: chat, body: { model, messages, brand_new: [1.0, null] } })
  // Numbers no JavaScript can hold, a key twice, an escape nobody needs.
  const odd = `{ "seed":9007199254740993,"model":"${model}", "messages":[{"role":"user","content":"\\u0041"}],"n":1, "n":1.0e0}`
  await sameBytes(upstreams, 'openai', { path: chat, body: odd })
  const stream = { model, messages, stream: true, stream_options: { include_usage: true } }
  await sameBytes(upstreams, 'openai', { path: chat, body: stream })
  await sameBytes(upstreams, 'openai', { path: '/v1/responses', body: { model, input: 'Hi' } })
  await sameBytes(upstreams, 'openai', { path: '/v1/responses', body: { model, input: 'Hi', stream: true } })
  upstreams.answer('openai', (request) => otherAnswer(request))
  for (const path of ['/v1/embeddings', '/v1/moderations', '/v1/images/generations', '/v1/audio/speech'])
    await sameBytes(upstreams, 'openai', { path, body: { model: 'tts-1', input: 'Grüße', prompt: 'x' } })
})

test('a stream that did not ask for usage shows none, and is metered all the same', async () => {
  await using upstreams = await startUpstreams(['openai'])
  upstreams.play('openai', 'text')
  const client = openaiClient({ origin: upstreams.sidecar.origin })
  const stream = await client.chat.completions.create({
    model: `openai/${model}`,
    messages: [{ role: 'user', content: 'Hi' }],
    stream: true,
  })
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  assert.ok(chunks.every((chunk) => chunk.choices.length > 0 && !chunk.usage))
  const { request } = await upstreams.nextRecord()
  assert.deepEqual([request.input_tokens, request.output_tokens, request.usage_source], [120, 42, 'provider'])
})

/** Endpoints besides generation, as OpenAI answers them. */
function otherAnswer(request: RawRequest) {
  const json = (name: string) =>
    httpAnswer(fixture(`openai/${name}.json`), { headers: { 'content-type': 'application/json' } })
  const path = request.path.split('?')[0]
  if (path === '/v1/embeddings') return json('embeddings')
  if (path === '/v1/moderations') return json('moderations')
  if (path === '/v1/images/generations') return json('images')
  if (path === '/v1/audio/transcriptions') return json('transcription')
  if (path === '/v1/audio/speech')
    return httpAnswer(Buffer.from([255, 251, 144, 196, 0, 1, 2, 3]), {
      headers: { 'content-type': 'audio/mpeg' },
    })
  return httpJson({ object: 'list', data: [{ id: 'file-1', object: 'file' }], has_more: false, path })
}

test('the other endpoints of the openai SDK give what OpenAI gives, and are metered', async (t) => {
  await using upstreams = await startUpstreams(['openai', 'azure'])
  upstreams.answer('openai', (request) => otherAnswer(request))
  const through = openaiClient({
    origin: upstreams.sidecar.origin,
    headers: { 'x-sidelight-provider': 'openai' },
  })
  const direct = openaiClient({ origin: upstreams.origin('openai') })
  for (const [name, { ask, classes }] of Object.entries(otherEndpoints)) {
    await t.test(name, async () => {
      const [seen, expected] = [await ask(through), await ask(direct)]
      assert.deepEqual(seen, expected)
      const { request } = await upstreams.nextRecord()
      assert.deepEqual([request.status, request.provider], ['ok', 'openai'])
      assert.deepEqual(request.usage_classes, classes)
      if (Object.keys(classes).length > 0) assert.ok(Number(request.cost_usd) > 0)
    })
  }
  await t.test('models.list', async () => {
    const names = []
    for await (const listed of through.models.list()) names.push(listed.id)
    assert.ok(names.includes(onceRoute('openai')))
  })
})

interface OtherEndpoint {
  readonly ask: (client: OpenAI) => Promise<unknown>
  readonly classes: Readonly<Record<string, number>>
}

const otherEndpoints: Readonly<Record<string, OtherEndpoint>> = {
  embeddings: {
    ask: (client) => client.embeddings.create({ model: 'text-embedding-3-small', input: 'Hi' }),
    classes: { input: 8 },
  },
  'images.generate': {
    ask: (client) => client.images.generate({ model: 'gpt-image-1', prompt: 'a cat' }),
    classes: { input: 13, output_image: 272 },
  },
  moderations: {
    ask: (client) => client.moderations.create({ model: 'omni-moderation-latest', input: 'Hi' }),
    classes: {},
  },
  'audio.transcriptions': {
    ask: async (client) =>
      client.audio.transcriptions.create({
        model: 'gpt-4o-transcribe',
        file: await OpenAI.toFile(Buffer.alloc(4000, 7), 'grüße.wav'),
      }),
    classes: { input: 4, input_audio: 18, output: 8 },
  },
  'audio.speech': {
    ask: async (client) => {
      const answer = await client.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'Grüße 🌤' })
      return Buffer.from(await answer.arrayBuffer())
    },
    classes: { characters: 7 },
  },
  'files.list, a path Sidelight does not know': {
    ask: async (client) => (await client.files.list()).data,
    classes: {},
  },
}

test('a file is uploaded as the SDK wrote it', async () => {
  await using upstreams = await startUpstreams(['openai'])
  upstreams.answer('openai', (request) => otherAnswer(request))
  const form = new FormData()
  form.set('model', 'gpt-4o-transcribe')
  form.set('file', new Blob([new Uint8Array(100_000).fill(200)]), 'grüße.wav')
  const encoded = new Response(form)
  const type = encoded.headers.get('content-type') ?? ''
  const body = Buffer.from(await encoded.arrayBuffer())
  await sameBytes(upstreams, 'openai', {
    path: '/v1/audio/transcriptions',
    headers: { 'content-type': type },
    body,
  })
})

test('embeddings of other vendors come as the openai SDK decodes them', async () => {
  await using upstreams = await startUpstreams(['gemini', 'cohere'])
  const client = openaiClient({ origin: upstreams.sidecar.origin })
  upstreams.answer('gemini', httpJson({ embeddings: [{ values: [0.125, -0.5, 1] }] }))
  upstreams.answer(
    'cohere',
    httpJson({
      id: 'e1',
      embeddings: { float: [[0.125, -0.5, 1]] },
      texts: ['Hi'],
      meta: { api_version: { version: '2' }, billed_units: { input_tokens: 3 } },
    }),
  )
  for (const [provider, name] of [
    ['gemini', 'gemini-embedding-001'],
    ['cohere', 'embed-v4.0'],
  ] as const) {
    const answer = await client.embeddings.create({ model: `${provider}/${name}`, input: 'Hi' })
    assert.deepEqual(answer.data[0]?.embedding, [0.125, -0.5, 1])
  }
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
