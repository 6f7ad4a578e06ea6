import assert from 'node:assert/strict'
import { test } from 'node:test'
import OpenAI from 'openai'
import { httpAnswer, httpJson } from '../../testing/fake-upstream.ts'
import type { RawRequest } from '../../testing/raw-http.ts'
import { sameBytes } from '../../testing/sdk/identity.ts'
import { openaiClient } from '../../testing/sdk/openai-chat.ts'
import { fixture } from '../../testing/sdk/recorded.ts'
import { onceRoute, startUpstreams, upstreamTable } from '../../testing/sdk/upstreams.ts'

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
