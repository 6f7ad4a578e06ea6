import assert from 'node:assert/strict'
import { test } from 'node:test'
import { APICallError, generateObject, jsonSchema, streamText } from 'ai'
import { abortTest } from '../../testing/sdk/aborts.ts'
import { aiClient, aiModel } from '../../testing/sdk/ai.ts'
import { personSchema } from '../../testing/sdk/client.ts'
import { type Caught, failureMatrix } from '../../testing/sdk/failure-matrix.ts'
import { clientMatrix } from '../../testing/sdk/matrix.ts'
import { startUpstreams, upstreamTable } from '../../testing/sdk/upstreams.ts'

clientMatrix('the AI SDK speaks chat through its OpenAI provider', {
  client: (at) => aiClient(at, 'openai chat'),
  providers: ['openai', 'anthropic', 'gemini', 'bedrock', 'cohere', 'azure'],
  lacks: ['thinking'],
})

clientMatrix('the AI SDK speaks responses through its OpenAI provider', {
  client: (at) => aiClient(at, 'openai responses'),
  providers: ['openai', 'anthropic', 'gemini', 'bedrock', 'cohere', 'deepseek', 'azure'],
  lacks: ['stop'],
})

clientMatrix('the AI SDK speaks messages through its Anthropic provider', {
  client: (at) => aiClient(at, 'anthropic'),
  providers: ['anthropic', 'openai', 'gemini', 'bedrock', 'cohere', 'deepseek', 'mistral', 'groq'],
})

const kinds = {
  400: 'final',
  401: 'final',
  404: 'final',
  429: 'retryable',
  500: 'retryable',
  503: 'retryable',
  529: 'retryable',
}

function caught(error: unknown): Caught {
  if (!APICallError.isInstance(error)) {
    const message = error instanceof Error ? error.message : JSON.stringify(error)
    return { kind: 'inside the stream', status: undefined, message, retryAfter: undefined }
  }
  return {
    kind: error.isRetryable ? 'retryable' : 'final',
    status: error.statusCode,
    message: error.message,
    retryAfter: error.responseHeaders?.['retry-after'],
  }
}

for (const kind of ['openai chat', 'openai responses', 'anthropic'] as const) {
  failureMatrix(`the AI SDK with ${kind} knows what to retry`, {
    client: (at) => aiClient(at, kind),
    providers: ['openai', 'anthropic', 'gemini'],
    caught,
    kinds,
    midway: 'inside the stream',
  })
}

test('generateObject of the AI SDK gets its object from every vendor', async () => {
  const providers = ['openai', 'anthropic', 'gemini', 'bedrock', 'cohere'] as const
  await using upstreams = await startUpstreams(providers)
  for (const provider of providers) {
    upstreams.play(provider, 'schema')
    for (const kind of ['openai chat', 'openai responses'] as const) {
      const at = { origin: upstreams.sidecar.origin }
      const { object } = await generateObject({
        model: aiModel(at, kind, `${provider}/${upstreamTable[provider].model}`),
        schema: jsonSchema<{ name: string; age: number }>(personSchema),
        prompt: 'Who?',
      })
      assert.deepEqual(object, { name: 'Ada', age: 36 })
    }
  }
})

for (const kind of ['openai chat', 'openai responses', 'anthropic'] as const) {
  abortTest(`leaving streamText of the AI SDK with ${kind} ends the upstream call`, {
    providers: ['openai', 'anthropic', 'gemini'],
    ...(kind === 'openai responses' ? { wire: 'responses' } : {}),
    leave: async (at) => {
      const leaving = new AbortController()
      const result = streamText({
        model: aiModel(at, kind, at.model),
        prompt: 'Hi',
        abortSignal: leaving.signal,
        onError: () => {},
      })
      for await (const part of result.fullStream) if (part.type === 'text-delta') leaving.abort()
    },
  })
}
