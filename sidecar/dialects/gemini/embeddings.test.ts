import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GatewayError } from '../../../contract/errors.ts'
import { usageOf } from '../../../contract/usage.ts'
import { writeTokenCount } from './count-tokens.ts'
import { readEmbeddingRequest, writeEmbeddingAnswer } from './embeddings.ts'

const one = (text: string) => ({
  content: { parts: [{ text }] },
  taskType: 'RETRIEVAL_QUERY',
  outputDimensionality: 8,
})

test('embedContent is one input, batchEmbedContents are many', () => {
  const single = readEmbeddingRequest(one('a'), { model: 'm', method: 'embedContent' })
  assert.deepEqual(single, {
    model: 'm',
    inputs: ['a'],
    encoding: 'float',
    dimensions: 8,
    task: 'RETRIEVAL_QUERY',
    dropped: [],
  })
  const body = { requests: [one('a'), { model: 'models/m', ...one('b') }] }
  assert.deepEqual(readEmbeddingRequest(body, { model: 'm', method: 'batchEmbedContents' }).inputs, [
    'a',
    'b',
  ])
})

test('what others cannot embed in one request is refused with a reason', () => {
  const path = { model: 'm', method: 'batchEmbedContents' } as const
  const mixed = { requests: [one('a'), { content: { parts: [{ text: 'b' }] } }] }
  assert.throws(() => readEmbeddingRequest(mixed, path), GatewayError)
  const image = {
    requests: [{ content: { parts: [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }] } }],
  }
  assert.throws(() => readEmbeddingRequest(image, path), GatewayError)
  assert.throws(() => readEmbeddingRequest({ requests: [] }, path), GatewayError)
})

test('vectors come back in the shape of the method', () => {
  const answer = { vectors: [[1, 2]], usage: usageOf({ input: 3 }) }
  const usageMetadata = { promptTokenCount: 3, totalTokenCount: 3 }
  assert.deepEqual(writeEmbeddingAnswer(answer, 'embedContent'), {
    embedding: { values: [1, 2] },
    usageMetadata,
  })
  assert.deepEqual(writeEmbeddingAnswer(answer, 'batchEmbedContents'), {
    embeddings: [{ values: [1, 2] }],
    usageMetadata,
  })
})

test('a token count is written', () => {
  assert.deepEqual(writeTokenCount(12), { totalTokens: 12 })
})
