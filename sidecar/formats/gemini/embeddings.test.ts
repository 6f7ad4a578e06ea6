import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GatewayError } from '../../../contract/errors.ts'
import type { EmbeddingRequest } from '../../conversation/embedding.ts'
import { readEmbeddingAnswer, writeEmbeddingRequest } from './embeddings.ts'

const request: EmbeddingRequest = {
  model: 'gemini-embedding-001',
  inputs: ['a', 'b'],
  encoding: 'base64',
  dimensions: 8,
  task: 'RETRIEVAL_QUERY',
  dropped: [],
}

test('a request is a batch, one content, or a prediction', () => {
  const options = { taskType: 'RETRIEVAL_QUERY', outputDimensionality: 8 }
  assert.deepEqual(writeEmbeddingRequest(request, 'batchEmbedContents').body, {
    requests: ['a', 'b'].map((text) => ({
      model: 'models/gemini-embedding-001',
      content: { parts: [{ text }] },
      ...options,
    })),
  })
  assert.deepEqual(writeEmbeddingRequest({ ...request, inputs: ['a'] }, 'embedContent').body, {
    content: { parts: [{ text: 'a' }] },
    ...options,
  })
  assert.deepEqual(writeEmbeddingRequest(request, 'predict').body, {
    instances: ['a', 'b'].map((content) => ({ content, task_type: 'RETRIEVAL_QUERY' })),
    parameters: { outputDimensionality: 8 },
  })
})

test('several inputs at once and token ids are refused where they cannot be expressed', () => {
  assert.throws(() => writeEmbeddingRequest(request, 'embedContent'), GatewayError)
  assert.throws(() => writeEmbeddingRequest({ ...request, inputs: [[1, 2]] }, 'predict'), GatewayError)
})

test('every answer shape gives vectors in order', () => {
  const vectors = [[1, 2], [3]]
  const embeddings = vectors.map((values) => ({ values }))
  assert.deepEqual(readEmbeddingAnswer({ embeddings }).vectors, vectors)
  assert.deepEqual(readEmbeddingAnswer({ embedding: { values: [1] } }).vectors, [[1]])
  assert.deepEqual(
    readEmbeddingAnswer({ predictions: embeddings.map((embeddings) => ({ embeddings })) }).vectors,
    vectors,
  )
})
