import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GatewayError } from '../../../contract/errors.ts'
import type { EmbeddingRequest } from '../../conversation/embedding.ts'
import { readEmbeddingAnswer, writeEmbeddingRequest } from './embeddings.ts'

const request: EmbeddingRequest = { model: 'm', inputs: ['a', 'b'], encoding: 'base64', dropped: ['x'] }

test('texts, dimensions and the task are written; the vectors are asked for as numbers', () => {
  const asked = { ...request, dimensions: 256, task: 'RETRIEVAL_QUERY' }
  assert.deepEqual(writeEmbeddingRequest(asked, 'embed-v4.0'), {
    body: {
      model: 'embed-v4.0',
      texts: ['a', 'b'],
      input_type: 'search_query',
      embedding_types: ['float'],
      output_dimension: 256,
    },
    dropped: ['x'],
  })
})

test('every task has an input type; one that has none is reported', () => {
  const typeOf = (task?: string) => {
    const { body, dropped } = writeEmbeddingRequest({ ...request, ...(task ? { task } : {}) }, 'm')
    return [body['input_type'], dropped.length - 1]
  }
  assert.deepEqual(typeOf(), ['search_document', 0])
  assert.deepEqual(typeOf('RETRIEVAL_DOCUMENT'), ['search_document', 0])
  assert.deepEqual(typeOf('CLASSIFICATION'), ['classification', 0])
  assert.deepEqual(typeOf('CLUSTERING'), ['clustering', 0])
  assert.deepEqual(typeOf('constructor'), ['search_document', 1])
})

test('token ids and more texts than Cohere takes are refused', () => {
  const isRefused = (error: unknown) => error instanceof GatewayError && error.param === 'input'
  assert.throws(() => writeEmbeddingRequest({ ...request, inputs: [[1, 2]] }, 'm'), isRefused)
  const many = Array.from({ length: 97 }, () => 'x')
  assert.throws(() => writeEmbeddingRequest({ ...request, inputs: many }, 'm'), isRefused)
  assert.equal(
    (writeEmbeddingRequest({ ...request, inputs: many.slice(1) }, 'm').body['texts'] as []).length,
    96,
  )
})

test('the answer gives vectors and billed tokens', () => {
  const body = {
    id: 'e1',
    embeddings: { float: [[0.5, -1], [2]] },
    texts: ['a', 'b'],
    meta: { api_version: { version: '2' }, billed_units: { input_tokens: 20000 } },
  }
  assert.deepEqual(readEmbeddingAnswer(body), {
    id: 'e1',
    vectors: [[0.5, -1], [2]],
    usage: { classes: { input: 20000 } },
  })
  assert.deepEqual(readEmbeddingAnswer('nothing'), { vectors: [] })
})
