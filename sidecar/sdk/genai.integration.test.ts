import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '@google/genai'
import { httpAnswer } from '../../testing/fake-upstream.ts'
import { abortTest } from '../../testing/sdk/aborts.ts'
import { askedOf } from '../../testing/sdk/asked.ts'
import { type Caught, failureMatrix } from '../../testing/sdk/failure-matrix.ts'
import { geminiClient, genaiClient } from '../../testing/sdk/genai.ts'
import { sameBytes } from '../../testing/sdk/identity.ts'
import { clientMatrix } from '../../testing/sdk/matrix.ts'
import { fixture } from '../../testing/sdk/recorded.ts'
import { startUpstreams, type UpstreamName, upstreamTable } from '../../testing/sdk/upstreams.ts'

clientMatrix('the Google SDK speaks generateContent to every vendor', {
  client: geminiClient,
  providers: ['gemini', 'openai', 'anthropic', 'bedrock', 'cohere', 'deepseek', 'mistral', 'groq', 'azure'],
  untouched: ['gemini'],
})

function caught(error: unknown): Caught {
  if (!(error instanceof ApiError)) throw error
  return { kind: error.constructor.name, status: error.status, message: error.message, retryAfter: undefined }
}

failureMatrix('generateContent through the Google SDK fails in its own words', {
  client: geminiClient,
  providers: ['gemini', 'openai', 'anthropic', 'bedrock', 'cohere'],
  caught,
  kinds: {
    400: 'ApiError',
    401: 'ApiError',
    404: 'ApiError',
    429: 'ApiError',
    500: 'ApiError',
    503: 'ApiError',
    529: 'ApiError',
  },
  midway: 'ApiError',
})

const model = upstreamTable.gemini.model
const contents = [{ role: 'user', parts: [{ text: 'Grüße 🌤️' }] }]

test('what the Google SDK and Google say to each other passes byte for byte', async () => {
  await using upstreams = await startUpstreams(['gemini', 'openai'])
  upstreams.play('gemini', 'parallel')
  const body = { contents, brandNew: [1.0], generationConfig: { temperature: 0.5 } }
  for (const method of ['generateContent', 'streamGenerateContent?alt=sse'])
    await sameBytes(upstreams, 'gemini', { path: `/v1beta/models/${model}:${method}`, body })
  // Without alt=sse a stream is one JSON array.
  const list = `[${fixture('gemini/generate-text.json').toString()},\r\n${fixture('gemini/generate-text.json').toString()}]`
  upstreams.answer('gemini', httpAnswer(list, { headers: { 'content-type': 'application/json' } }))
  await sameBytes(upstreams, 'gemini', { path: `/v1beta/models/${model}:streamGenerateContent`, body })
})

test('the Google SDK embeds and counts where Google does', async () => {
  await using upstreams = await startUpstreams(['gemini'])
  const json = (name: string) =>
    httpAnswer(fixture(`gemini/${name}.json`), { headers: { 'content-type': 'application/json' } })
  upstreams.answer('gemini', (request) =>
    json(request.path.includes('countTokens') ? 'count-tokens' : 'embed-content'),
  )
  const through = genaiClient({
    origin: upstreams.sidecar.origin,
    headers: { 'x-sidelight-provider': 'gemini' },
  })
  const direct = genaiClient({ origin: upstreams.origin('gemini') })
  const count = { model, contents }
  const embed = { model: 'gemini-embedding-001', contents: ['Hi'] }
  const counted = await through.models.countTokens(count)
  assert.equal(counted.totalTokens, 10)
  const paths = []
  for (const client of [through, direct]) {
    assert.equal((await client.models.countTokens(count)).totalTokens, 10)
    assert.deepEqual((await client.models.embedContent(embed)).embeddings?.[0]?.values, [0.125, -0.5, 1])
    paths.push(upstreams.requests('gemini').at(-1)?.path)
  }
  assert.equal(paths[0], paths[1])
})

const thought = 'The user asks about the weather, so I should look it up.'

/** A chat keeps what it was told, frame by frame, and sends it back: the loop of an application that streams. */
test('a streamed chat of the Google SDK brings proofs back to whoever gave them', async () => {
  const proofs: Partial<Record<UpstreamName, unknown>> = {
    gemini: { text: '', signature: 'CpwCAVSoXO4q1QmzP0p3s2bX8c9lJkR7dNf6' },
    anthropic: { text: thought, signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds' },
    bedrock: { text: thought, signature: 'EqQBCkgIAxABGAIiQL6JVw0Ty1MsmX0o8Zc4rB' },
  }
  const providers = Object.keys(proofs) as UpstreamName[]
  await using upstreams = await startUpstreams(providers)
  const client = genaiClient({ origin: upstreams.sidecar.origin })
  for (const provider of providers) {
    const chat = client.chats.create({ model: `${provider}/${upstreamTable[provider].model}` })
    upstreams.play(provider, 'tool')
    for await (const _ of await chat.sendMessageStream({ message: 'What is the weather?' })) {
    }
    upstreams.play(provider, 'text')
    const answered = { functionResponse: { name: 'get_weather', response: { output: 'sunny' } } }
    let text = ''
    for await (const frame of await chat.sendMessageStream({ message: [answered] })) text += frame.text ?? ''
    assert.equal(text, 'Grüße aus Köln! It is 21 °C and sunny today 🌤️.')
    const signed = askedOf(provider, upstreams.lastBody(provider)).thinking.filter(
      (part) => part.signature !== '',
    )
    assert.deepEqual(signed, [proofs[provider]])
  }
})

abortTest('leaving a stream of the Google SDK ends the upstream call', {
  providers: ['gemini', 'openai', 'anthropic'],
  leave: async (at) => {
    const leaving = new AbortController()
    const stream = await genaiClient(at).models.generateContentStream({
      model: at.model,
      contents: 'Hi',
      config: { abortSignal: leaving.signal },
    })
    await assert.rejects(async () => {
      for await (const frame of stream) if (frame.text) leaving.abort()
    })
  },
})
